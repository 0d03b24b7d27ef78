package org.jvmx.loader.protocol;

import org.jvmx.loader.BootOptions;
import org.jvmx.loader.BootState;
import org.jvmx.loader.LoadException;
import org.jvmx.loader.format.BzImage;
import org.jvmx.loader.format.ElfImage;
import org.jvmx.loader.format.FlatImage;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.loader.format.Multiboot2Image;
import org.jvmx.loader.format.MultibootImage;
import org.jvmx.loader.format.PvhImage;
import org.jvmx.memory.GuestMemory;

/** Puts an image into guest memory by its boot protocol. */
public final class Loader {
    private Loader() {
    }

    /**
     * Loads an image and all that its protocol wants beside it.
     *
     * @return the processor's state at the guest's first instruction
     * @throws LoadException if it does not fit or cannot be right; the memory may then hold a part of it
     */
    public static BootState load(GuestImage image, GuestMemory memory, BootOptions options) {
        Boot boot = Boot.of(image.file(), memory, options);
        checkEntry(boot, image);
        return switch (image) {
            case BzImage linux -> new LinuxBoot(boot, linux).load();
            case ElfImage elf -> ElfBoot.load(boot, elf.elf());
            case PvhImage pvh -> new PvhBoot(boot, pvh).load();
            case MultibootImage multiboot -> new MultibootBoot(boot, multiboot).load();
            case Multiboot2Image multiboot -> new Multiboot2Boot(boot, multiboot).load();
            case FlatImage flat -> FlatBoot.load(boot, flat);
        };
    }

    private static void checkEntry(Boot boot, GuestImage image) {
        BootOptions.Entry wish = boot.options().entry();
        BootOptions.Entry only = switch (image) {
            case BzImage _ -> wish;
            case ElfImage elf -> elf.elf().wide() ? BootOptions.Entry.LONG64 : BootOptions.Entry.PROT32;
            case PvhImage _,MultibootImage _,Multiboot2Image _ -> BootOptions.Entry.PROT32;
            case FlatImage flat -> switch (flat.format().kind()) {
                case FLAT32 -> BootOptions.Entry.PROT32;
                case FLAT64 -> BootOptions.Entry.LONG64;
                default -> BootOptions.Entry.REAL16;
            };
        };
        if (wish != BootOptions.Entry.AUTO && wish != only) {
            throw boot.refuse("a kernel of format %s is entered in mode %s, not %s", image.format(), only, wish);
        }
        if (boot.options().unpackPayload() && !(image instanceof BzImage)) {
            throw boot.refuse("only a bzImage has a payload to unpack, and this is of format %s", image.format());
        }
    }
}
