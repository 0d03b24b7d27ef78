package org.jvmx.tools.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is run. */
final class GuestOptions {
    @Parameters(paramLabel = "GUEST", arity = "0..1", description = "A bundled guest (hello, or one of the canned guests idle-250hz, echo...), 'linux' for a Linux with busybox from this distribution's packages, or a kernel file.")
    String guest;

    @Option(names = {"-k", "--kernel",
        "-kernel"}, paramLabel = "FILE", description = "The kernel: bzImage, ELF, PVH, Multiboot 1 or 2, flat.")
    Path kernel;

    @Option(names = {"-i", "--initrd", "-initrd"}, paramLabel = "FILE", description = "The initial RAM disk.")
    Path initrd;

    @Option(names = {"-a", "--append",
        "-append"}, paramLabel = "STRING", description = "The kernel's command line; added to that of 'linux'.")
    String append;

    @Option(names = "--module", paramLabel = "FILE[,STRING]", description = "A Multiboot module with its arguments; repeatable.")
    List<String> modules = new ArrayList<>();

    @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "auto", description = {
        "auto, bzimage, elf, pvh, multiboot, multiboot2, or without a header and for an address:",
        "flat[@ADDR] (16-bit real mode), flat32[@ADDR], flat64[@ADDR]. Default: ${DEFAULT-VALUE}."})
    String format;

    @Option(names = "--unpack-kernel", description = "Unpack the kernel inside a bzImage here and enter it directly.")
    boolean unpack;

    @Option(names = "--entry", paramLabel = "MODE", defaultValue = "auto", description = "Where a bzImage is entered: auto, real16, prot32, long64. Default: ${DEFAULT-VALUE}.")
    String entry;
}
