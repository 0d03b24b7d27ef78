package org.jvmx.loader;

import org.jvmx.error.ImageException;

/** A guest image that cannot be started. The message is a sentence with the values in it and what to do. */
public final class LoadException extends ImageException {
    private static final long serialVersionUID = 1L;

    public LoadException(String message) {
        super(message);
    }

    public LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
