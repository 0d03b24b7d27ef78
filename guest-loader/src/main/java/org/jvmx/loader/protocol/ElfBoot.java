package org.jvmx.loader.protocol;

import org.jvmx.loader.BootState;
import org.jvmx.loader.BootState.Register;
import org.jvmx.loader.format.BzImage;
import org.jvmx.loader.format.Elf;

/**
 * An ELF file by its program headers: ELF64 in long mode with identity-mapped memory, ELF32 in protected mode. RSI points to Linux
 * boot_params in both, so a bare vmlinux starts, and another guest finds its command line, memory map and initrd there if it wants.
 */
final class ElfBoot {
    private static final long LONGEST_COMMAND_LINE = 65_535;
    private static final long HIGHEST_INITRD = 0x7fff_ffffL;

    private ElfBoot() {
    }

    static BootState load(Boot boot, Elf elf) {
        return load(boot, elf, ZeroPage.bare(), LONGEST_COMMAND_LINE, HIGHEST_INITRD);
    }

    /** The kernel unpacked from {@code origin}, whose setup header it gets. */
    static BootState load(Boot boot, Elf elf, BzImage origin) {
        return load(boot, elf, ZeroPage.of(origin), origin.commandLineSize(), origin.initrdAddressMax());
    }

    private static BootState load(Boot boot, Elf elf, ZeroPage page, long commandLineSize, long initrdMax) {
        Segments.load(boot, elf, 0);
        long entry = elf.physicalEntry();
        BootState state = elf.wide() ? Tables.long64(boot, entry) : Tables.prot32(boot, entry);
        return state.with(Register.RSI, LinuxParts.write(boot, page, commandLineSize, initrdMax, false));
    }
}
