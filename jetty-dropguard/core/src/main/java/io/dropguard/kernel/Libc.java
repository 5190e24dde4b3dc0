package io.dropguard.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.NativeLong;
import com.sun.jna.ptr.IntByReference;

/** The C library's functions that are called here. Thread-safe. */
interface Libc extends Library {
    int socket(int domain, int type, int protocol) throws LastErrorException;

    int getsockname(int socket, byte[] address, IntByReference length) throws LastErrorException;

    int getsockopt(int socket, int level, int option, IntByReference value, IntByReference length)
            throws LastErrorException;

    int setsockopt(int socket, int level, int option, IntByReference value, int length)
            throws LastErrorException;

    NativeLong send(int socket, byte[] bytes, NativeLong length, int flags)
            throws LastErrorException;

    NativeLong recv(int socket, byte[] bytes, NativeLong length, int flags)
            throws LastErrorException;

    int close(int descriptor) throws LastErrorException;
}
