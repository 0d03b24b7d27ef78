package org.jvmx.error;

/** A file that was to be loaded is not what it should be. */
public non-sealed class ImageException extends JvmxException {
    private static final long serialVersionUID = 1L;

    public ImageException(String message) {
        super(message, null);
    }

    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
