package org.jvmx.loader.format;

import org.jvmx.loader.Format;

/** An ELF file without a boot protocol that it asks for. */
public record ElfImage(ImageBytes file, Elf elf) implements GuestImage {
    @Override
    public Format format() {
        return Format.of(Format.Kind.ELF);
    }
}
