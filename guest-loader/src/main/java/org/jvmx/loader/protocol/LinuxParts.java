package org.jvmx.loader.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a Linux kernel gets beside itself: boot_params, command line and initrd. */
final class LinuxParts {
    private static final long BOOT_PARAMS = 0x1_0000;
    private static final long COMMAND_LINE = 0x2_0000;
    private static final int PAGE = 4096;
    private static final long LOWEST_INITRD = 0x10_0000;

    private LinuxParts() {
    }

    /** Writes boot_params, with the command line and the initrd, and gives its address. */
    static long write(Boot boot, ZeroPage page, long commandLineSize, long initrdMax, boolean above4G) {
        long address = boot.placement().low("boot_params", BOOT_PARAMS, ZeroPage.SIZE, PAGE);
        page.commandLine(commandLine(boot, commandLineSize));
        if (boot.options().initrd().length > 0) {
            page.initrd(initrd(boot, initrdMax, above4G), boot.options().initrd().length);
        }
        page.machine(boot);
        boot.memory().write(address, page.bytes());
        return address;
    }

    /** Writes the command line and gives its address. */
    static long commandLine(Boot boot, long limit) {
        byte[] text = boot.options().commandLine().getBytes(StandardCharsets.UTF_8);
        if (text.length > limit) {
            throw boot.refuse("the command line has %d bytes and this kernel takes at most %d: shorten --append", text.length, limit);
        }
        long address = boot.placement().low("the command line", COMMAND_LINE, text.length + 1L, 16);
        boot.memory().write(address, Arrays.copyOf(text, text.length + 1));
        return address;
    }

    /** Writes the initrd as high as the kernel allows and gives its address. */
    static long initrd(Boot boot, long max, boolean above4G) {
        byte[] initrd = boot.options().initrd();
        long below = Math.min(max + 1, Placement.FOUR_GIB);
        long address = boot.placement().highest("the initrd", initrd.length, PAGE, LOWEST_INITRD, below);
        if (address < 0 && above4G) {
            address = boot.placement().highest("the initrd", initrd.length, PAGE, Placement.FOUR_GIB, Long.MAX_VALUE);
        }
        if (address < 0) {
            throw boot.placement().noRoom("the initrd", initrd.length, LOWEST_INITRD, below);
        }
        boot.memory().write(address, initrd);
        return address;
    }
}
