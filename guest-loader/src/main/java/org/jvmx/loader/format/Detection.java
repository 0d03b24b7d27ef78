package org.jvmx.loader.format;

import java.util.OptionalLong;
import org.jvmx.loader.Format;
import org.jvmx.loader.LoadException;

/** Finds out what a file is. A file that is several things is taken for the first of: bzImage, Multiboot 1, Multiboot 2, PVH, plain ELF. */
final class Detection {
    private static final String BZIMAGE = "bzImage ('HdrS' at 0x202)";
    private static final String ELF = "ELF (7f 45 4c 46 at 0)";
    private static final String PVH = "ELF (7f 45 4c 46 at 0) with a PVH entry (Xen note 18)";
    private static final String MULTIBOOT = "a Multiboot 1 header (1badb002 in the first 8 KiB, with its checksum)";
    private static final String MULTIBOOT2 = "a Multiboot 2 header (e85250d6 in the first 32 KiB, with its checksum)";

    private Detection() {
    }

    static GuestImage detect(ImageBytes file, Format wish) {
        return switch (wish.kind()) {
            case AUTO -> look(file);
            case BZIMAGE -> BzImage.parse(expect(file, BzImage.recognises(file), wish, BZIMAGE));
            case ELF -> new ElfImage(file, Elf.parse(expect(file, Elf.recognises(file), wish, ELF)));
            case PVH -> pvh(file, wish);
            case MULTIBOOT -> multiboot(file, wish);
            case MULTIBOOT2 -> multiboot2(file, wish);
            case FLAT, FLAT32, FLAT64 -> new FlatImage(expect(file, file.length() > 0, wish, "at least one byte"), wish);
        };
    }

    private static GuestImage look(ImageBytes file) {
        if (BzImage.recognises(file)) {
            return BzImage.parse(file);
        }
        int multiboot = MultibootImage.find(file);
        if (multiboot >= 0) {
            return MultibootImage.parse(file, multiboot);
        }
        int multiboot2 = Multiboot2Image.find(file);
        if (multiboot2 >= 0) {
            return Multiboot2Image.parse(file, multiboot2);
        }
        if (Elf.recognises(file)) {
            Elf elf = Elf.parse(file);
            OptionalLong entry = elf.pvhEntry();
            return entry.isPresent() ? new PvhImage(file, elf, entry.getAsLong()) : new ElfImage(file, elf);
        }
        throw new LoadException(("%s is no kernel that JVMX can start: looked for %s, %s, %s and %s; found %s; "
                + "pass --format flat@ADDR for a flat binary")
                .formatted(file.name(), BZIMAGE, ELF, MULTIBOOT, MULTIBOOT2, Findings.describe(file)));
    }

    private static GuestImage multiboot(ImageBytes file, Format wish) {
        int header = MultibootImage.find(file);
        return MultibootImage.parse(expect(file, header >= 0, wish, MULTIBOOT), header);
    }

    private static GuestImage multiboot2(ImageBytes file, Format wish) {
        int header = Multiboot2Image.find(file);
        return Multiboot2Image.parse(expect(file, header >= 0, wish, MULTIBOOT2), header);
    }

    private static GuestImage pvh(ImageBytes file, Format wish) {
        Elf elf = Elf.parse(expect(file, Elf.recognises(file), wish, PVH));
        OptionalLong entry = elf.pvhEntry();
        expect(file, entry.isPresent(), wish, PVH);
        return new PvhImage(file, elf, entry.orElseThrow());
    }

    private static ImageBytes expect(ImageBytes file, boolean found, Format wish, String what) {
        if (!found) {
            throw new LoadException("%s cannot be started as --format %s: looked for %s; found %s"
                    .formatted(file.name(), wish, what, Findings.describe(file)));
        }
        return file;
    }
}
