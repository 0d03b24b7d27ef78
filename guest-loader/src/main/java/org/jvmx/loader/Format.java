package org.jvmx.loader;

import java.util.Locale;

/**
 * What the user takes a file for, as in {@code --format}.
 *
 * @param kind the format, or AUTO to look
 * @param address where a flat image is loaded and entered; 0 for the others
 */
public record Format(Kind kind, long address) {
    /** Where a flat image goes if no address is given: where a BIOS puts a boot sector. */
    public static final long DEFAULT_FLAT_ADDRESS = 0x7c00;

    /** Look into the file. */
    public static final Format AUTO = new Format(Kind.AUTO, 0);

    /** The formats by name. */
    public enum Kind {
        AUTO, BZIMAGE, ELF, PVH, MULTIBOOT, MULTIBOOT2, FLAT, FLAT32, FLAT64;

        /** Whether it is one of the formats without a header, which need an address and are never detected. */
        public boolean flat() {
            return this == FLAT || this == FLAT32 || this == FLAT64;
        }

        /** The name as the user writes it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static Format of(Kind kind) {
        return new Format(kind, kind.flat() ? DEFAULT_FLAT_ADDRESS : 0);
    }

    /**
     * Reads {@code auto|bzimage|elf|pvh|multiboot|multiboot2|flat[@ADDR]|flat32[@ADDR]|flat64[@ADDR]}.
     *
     * @throws LoadException if it is none of these
     */
    public static Format parse(String text) {
        int at = text.indexOf('@');
        String name = at < 0 ? text : text.substring(0, at);
        for (Kind kind : Kind.values()) {
            if (kind.label().equals(name) && (at < 0 || kind.flat())) {
                return at < 0 ? of(kind) : new Format(kind, address(text, text.substring(at + 1)));
            }
        }
        throw new LoadException(("'%s' is no format: use auto, bzimage, elf, pvh, multiboot, multiboot2, flat[@ADDR], flat32@ADDR "
                + "or flat64@ADDR").formatted(text));
    }

    private static long address(String text, String digits) {
        try {
            long address = Long.decode(digits);
            if (address >= 0) {
                return address;
            }
        } catch (NumberFormatException e) {
            // reported below, together with negative numbers
        }
        throw new LoadException("'%s': '%s' is no address: write it as 0x7c00 or 31744".formatted(text, digits));
    }

    @Override
    public String toString() {
        return kind.flat() ? "%s@0x%x".formatted(kind.label(), address) : kind.label();
    }
}
