package org.jvmx.tools.guests;

import java.util.function.Supplier;
import org.jvmx.loader.Format;

/**
 * A kernel that comes with JVMX.
 *
 * @param name what it is called on the command line
 * @param description what it does, in a line
 * @param format how it is loaded
 * @param assembly makes the image, the same bytes every time
 * @param cpus how many processors it needs
 * @param served whether somebody sends it requests on its serial port, so that it has something to answer
 */
public record BundledGuest(String name, String description, Format format, Supplier<byte[]> assembly, int cpus, boolean served) {
    /** The kernel file. */
    public byte[] image() {
        return assembly.get();
    }
}
