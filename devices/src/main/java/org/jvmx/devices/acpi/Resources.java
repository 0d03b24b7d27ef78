package org.jvmx.devices.acpi;

/** Writes a resource template ("Resource Data Types for ACPI") as the buffer that _CRS gives. */
final class Resources {
    private static final int MIN_AND_MAX_FIXED = 0x0c;
    private static final int MEMORY = 0;
    private static final int IO = 1;
    private static final int BUS = 2;

    private final ByteWriter out = new ByteWriter();

    /** Ports that decode 16 address bits. */
    Resources ports(int base, int count) {
        out.u8(0x47, 1).u16(base).u16(base).u8(1, count);
        return this;
    }

    /** An ISA interrupt: edge-triggered, active high, exclusive. */
    Resources irq(int number) {
        out.u8(0x22).u16(1 << number);
        return this;
    }

    /** Bus numbers that a bridge produces. */
    Resources busNumbers(int first, int last) {
        return word(BUS, 0, first, last);
    }

    /** Ports that a bridge passes on. */
    Resources portWindow(int first, int last) {
        return word(IO, 3, first, last);
    }

    /** Memory that a bridge passes on. */
    Resources memoryWindow(long first, long last, boolean cacheable) {
        out.u8(0x87).u16(0x17).u8(MEMORY, MIN_AND_MAX_FIXED, cacheable ? 3 : 1);
        out.u32(0).u32(first).u32(last).u32(0).u32(last - first + 1);
        return this;
    }

    /** A fixed range of memory. */
    Resources memory(long base, long size) {
        out.u8(0x86).u16(9).u8(1).u32(base).u32(size);
        return this;
    }

    byte[] toBuffer() {
        return Aml.buffer(new ByteWriter().raw(out.toBytes()).u8(0x79, 0).toBytes());
    }

    private Resources word(int type, int typeFlags, int first, int last) {
        out.u8(0x88).u16(0x0d).u8(type, MIN_AND_MAX_FIXED, typeFlags);
        out.u16(0).u16(first).u16(last).u16(0).u16(last - first + 1);
        return this;
    }
}
