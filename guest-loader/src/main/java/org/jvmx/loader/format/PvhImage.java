package org.jvmx.loader.format;

import org.jvmx.loader.Format;

/**
 * An ELF file with a PVH entry, by "x86/HVM direct boot ABI" of the Xen documentation.
 *
 * @param entry guest-physical address of the 32-bit entry, from the note XEN_ELFNOTE_PHYS32_ENTRY
 */
public record PvhImage(ImageBytes file, Elf elf, long entry) implements GuestImage {
    @Override
    public Format format() {
        return Format.of(Format.Kind.PVH);
    }
}
