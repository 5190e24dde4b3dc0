package io.dropguard.log;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes in memory that can be looked at without copying them. Confined to one thread. */
final class ByteTarget extends OutputStream {
    /** 256 KiB: records with two full bodies fit; what grew beyond is not kept. */
    private static final int KEPT = 256 * 1024;

    private byte[] bytes = new byte[2048];
    private int size;

    @Override
    public void write(int b) {
        ensure(1);
        bytes[size++] = (byte) b;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    private void ensure(int more) {
        if (bytes.length - size < more)
            bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    void reset() {
        size = 0;
        if (bytes.length > KEPT) bytes = new byte[2048];
    }

    @Override
    public String toString() {
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }
}
