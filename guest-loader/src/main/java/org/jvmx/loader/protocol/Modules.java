package org.jvmx.loader.protocol;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.loader.BootModule;

/** Puts modules into memory, page-aligned, behind the image where there is room. */
final class Modules {
    private static final int PAGE = 4096;
    private static final long LOWEST = 0x10_0000;

    /** A module in memory; {@code end} is the first address behind it. */
    record Placed(long start, long end, String commandLine) {
    }

    private Modules() {
    }

    /** The initrd, if any, as the first module, then the others. */
    static List<Placed> place(Boot boot, long imageEnd) {
        List<BootModule> all = new ArrayList<>();
        if (boot.options().initrd().length > 0) {
            all.add(new BootModule("initrd", "", boot.options().initrd()));
        }
        all.addAll(boot.options().modules());
        List<Placed> placed = new ArrayList<>();
        for (BootModule module : all) {
            placed.add(place(boot, module, Math.max(imageEnd, LOWEST)));
        }
        return placed;
    }

    private static Placed place(Boot boot, BootModule module, long from) {
        String what = "module " + module.name();
        long size = module.bytes().length;
        long start = boot.placement().lowest(what, size, PAGE, from, Placement.FOUR_GIB);
        if (start < 0) {
            start = boot.placement().lowest(what, size, PAGE, LOWEST, Placement.FOUR_GIB);
        }
        if (start < 0) {
            throw boot.placement().noRoom(what, size, LOWEST, Placement.FOUR_GIB);
        }
        boot.memory().write(start, module.bytes());
        return new Placed(start, start + size, module.commandLine());
    }
}
