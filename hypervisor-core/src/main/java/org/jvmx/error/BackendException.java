package org.jvmx.error;

/** The backend, or the host below it, cannot run the machine. */
public final class BackendException extends JvmxException {
    private static final long serialVersionUID = 1L;

    public BackendException(String message) {
        super(message, null);
    }

    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
