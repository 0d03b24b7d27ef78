package org.jvmx.loader;

/**
 * One range of the memory map that a guest is told, as the BIOS call E820 would.
 *
 * @param base first guest-physical address
 * @param size bytes
 * @param type what is there
 */
public record MemoryMapEntry(long base, long size, Type type) {
    /** Address range types of the ACPI Specification, "Address Range Types"; Multiboot and PVH use the same numbers. */
    public enum Type {
        RAM(1), RESERVED(2), ACPI(3), NVS(4), UNUSABLE(5), PERSISTENT(7);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    public static MemoryMapEntry ram(long base, long size) {
        return new MemoryMapEntry(base, size, Type.RAM);
    }

    public static MemoryMapEntry reserved(long base, long size) {
        return new MemoryMapEntry(base, size, Type.RESERVED);
    }

    /** The first address behind it. */
    public long end() {
        return base + size;
    }
}
