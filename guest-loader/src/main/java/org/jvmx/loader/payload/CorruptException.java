package org.jvmx.loader.payload;

import java.io.IOException;

/** Compressed data that breaks its format's rules; the message continues "is corrupt: ". */
final class CorruptException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptException(String message) {
        super(message);
    }
}
