package org.jvmx.loader;

/**
 * A file that is handed to the guest beside its kernel.
 *
 * @param name its file name
 * @param arguments what the user wrote behind the name; may be empty
 * @param bytes its content
 */
public record BootModule(String name, String arguments, byte[] bytes) {
    /** What the guest gets as the module's command line: the name, and the arguments after a space if there are any. */
    public String commandLine() {
        return arguments.isEmpty() ? name : name + " " + arguments;
    }
}
