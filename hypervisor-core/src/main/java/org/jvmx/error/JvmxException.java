package org.jvmx.error;

/** Something outside the guest is wrong. The message is a sentence with the values in it and what to do. */
public abstract sealed class JvmxException extends RuntimeException permits ConfigException, ImageException, BackendException {
    private static final long serialVersionUID = 1L;

    JvmxException(String message, Throwable cause) {
        super(message, cause);
    }
}
