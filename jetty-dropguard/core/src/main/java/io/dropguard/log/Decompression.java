package io.dropguard.log;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * The beginning of a compressed body, unpacked. Immutable.
 *
 * @param content what came out
 * @param whole whether that is all there was
 */
record Decompression(ByteBuffer content, boolean whole) {

    static boolean knows(String contentEncoding) {
        return switch (contentEncoding.strip().toLowerCase(Locale.ROOT)) {
            case "gzip", "x-gzip", "deflate" -> true;
            default -> false;
        };
    }

    /** Unpacks at most so many bytes, so that a bomb stays small. What is broken ends it early. */
    static Decompression of(ByteBuffer packed, String contentEncoding, int limit) {
        byte[] out = new byte[limit];
        int size = 0;
        boolean whole = false;
        InputStream raw =
                new ByteArrayInputStream(
                        packed.array(),
                        packed.arrayOffset() + packed.position(),
                        packed.remaining());
        try (InputStream in =
                contentEncoding.strip().equalsIgnoreCase("deflate")
                        ? new InflaterInputStream(raw)
                        : new GZIPInputStream(raw)) {
            int read;
            while (size < limit && (read = in.read(out, size, limit - size)) >= 0) size += read;
            whole = size < limit || in.read() < 0;
        } catch (IOException cutOffOrBroken) {
            whole = false;
        }
        return new Decompression(ByteBuffer.wrap(out, 0, size), whole);
    }
}
