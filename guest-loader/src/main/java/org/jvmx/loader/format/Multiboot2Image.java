package org.jvmx.loader.format;

import java.util.Set;
import java.util.stream.Collectors;
import org.jvmx.loader.Format;
import org.jvmx.loader.LoadException;

/**
 * A kernel with the header of the "Multiboot2 Specification version 2.0".
 *
 * @param entry physical address of the entry, for the place where the image is linked
 * @param relocation where else it may be loaded; null if it must be where it is linked
 * @param wantsScreen whether it asks for a console or a framebuffer
 */
public record Multiboot2Image(ImageBytes file, MultibootBody body, long entry, Relocation relocation, boolean wantsScreen)
        implements
            GuestImage {
    /**
     * The relocatable header tag.
     *
     * @param min lowest address of the image
     * @param max highest address of its last byte
     * @param preference 0 for none, 1 for the lowest place, 2 for the highest
     */
    public record Relocation(long min, long max, long alignment, int preference) {
    }

    private static final int MAGIC = 0xe852_50d6;
    private static final int SEARCHED = 32_768;
    private static final Set<Integer> INFORMATION = Set.of(0, 1, 2, 3, 4, 6, 8, 9, 14, 15, 21);

    /** Offset of the header: 8-byte aligned in the first 32 KiB; -1 if there is none. */
    static int find(ImageBytes file) {
        for (int at = 0; at <= SEARCHED - 16 && file.has(at, 16); at += 8) {
            if (file.i32(at) == MAGIC && file.i32(at) + file.i32(at + 4) + file.i32(at + 8) + file.i32(at + 12) == 0) {
                return at;
            }
        }
        return -1;
    }

    static Multiboot2Image parse(ImageBytes file, int header) {
        if (file.i32(header + 4) != 0) {
            throw new LoadException("%s: its Multiboot 2 header is for architecture %d, JVMX has 0 (i386)"
                    .formatted(file.name(), file.i32(header + 4)));
        }
        long length = file.u32(header + 8);
        file.require(header, length, "the Multiboot 2 header");
        return new Tags(file, header).read(length).image();
    }

    @Override
    public Format format() {
        return Format.of(Format.Kind.MULTIBOOT2);
    }

    /** Reads the header tags one by one. */
    private static final class Tags {
        private final ImageBytes file;
        private final int header;
        private MultibootImage.Addresses addresses;
        private long entry = -1;
        private Relocation relocation;
        private boolean screen;

        Tags(ImageBytes file, int header) {
            this.file = file;
            this.header = header;
        }

        Tags read(long length) {
            long end = header + length;
            long at = header + 16;
            while (at + 8 <= end && file.u16(at) != 0) {
                long size = file.u32(at + 4);
                if (size < 8 || size > end - at) {
                    throw new LoadException("%s is corrupt: its Multiboot 2 header tag %d has %d bytes"
                            .formatted(file.name(), file.u16(at), size));
                }
                tag(at, size);
                at += size + 7 & -8;
            }
            return this;
        }

        private void tag(long at, long size) {
            boolean optional = (file.u16(at + 2) & 1) != 0;
            switch (file.u16(at)) {
                case 1 -> requests(at, size, optional);
                case 2 -> {
                    needs(at, size, 24);
                    addresses = new MultibootImage.Addresses(file.u32(at + 8), file.u32(at + 12), file.u32(at + 16), file.u32(at + 20));
                }
                case 3 -> {
                    needs(at, size, 12);
                    entry = file.u32(at + 8);
                }
                case 4, 5 -> screen = true;
                case 6, 7, 8, 9 -> { // page-aligned modules are always given; EFI entries are for EFI machines
                }
                case 10 -> {
                    needs(at, size, 24);
                    relocation = relocation(at);
                }
                default -> refuseUnless(optional, "header tag " + file.u16(at));
            }
        }

        private void requests(long at, long size, boolean optional) {
            for (long request = at + 8; request + 4 <= at + size; request += 4) {
                refuseUnless(optional || INFORMATION.contains(file.i32(request)), "information of type " + file.i32(request));
            }
        }

        private Relocation relocation(long at) {
            Relocation found = new Relocation(file.u32(at + 8), file.u32(at + 12), file.u32(at + 16), file.i32(at + 20));
            if (Long.bitCount(found.alignment()) > 1 || found.min() > found.max()) {
                throw new LoadException("%s has a Multiboot 2 relocation tag that nothing satisfies: min 0x%x, max 0x%x, alignment 0x%x"
                        .formatted(file.name(), found.min(), found.max(), found.alignment()));
            }
            return found;
        }

        private void needs(long at, long size, int least) {
            if (size < least) {
                throw new LoadException("%s is corrupt: its Multiboot 2 header tag %d has %d bytes and needs %d"
                        .formatted(file.name(), file.u16(at), size, least));
            }
        }

        private void refuseUnless(boolean fine, String what) {
            if (!fine) {
                String given = INFORMATION.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
                throw new LoadException("%s: its Multiboot 2 header requires %s, which JVMX does not give; it gives information of types %s"
                        .formatted(file.name(), what, given));
            }
        }

        Multiboot2Image image() {
            if (addresses == null) {
                Elf elf = Elf.parse(file);
                return new Multiboot2Image(file, elf, entry < 0 ? elf.physicalEntry() : entry, relocation, screen);
            }
            MultibootBody.Raw body = addresses.body(file, header);
            if (entry < 0) {
                throw new LoadException("%s: its Multiboot 2 header has an address tag but no entry address tag: it starts nowhere"
                        .formatted(file.name()));
            }
            return new Multiboot2Image(file, body, entry, relocation, screen);
        }
    }
}
