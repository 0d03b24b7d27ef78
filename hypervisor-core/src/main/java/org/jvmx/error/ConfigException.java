package org.jvmx.error;

/** A machine was asked for that cannot be: an option, a size, a name. */
public final class ConfigException extends JvmxException {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message, null);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
