package org.jvmx.cpu.mmu;

import org.jvmx.memory.RawMemory;

/** Part of an operand that lies in one page, 1 to 8 bytes at a native address: one access for the sizes that x86 has one for, else byte by byte. */
final class OperandPart {
    private OperandPart() {
    }

    /** Zero-extended. */
    static long load(long address, int size) {
        return switch (size) {
            case 1 -> RawMemory.getByte(address) & 0xff;
            case 2 -> RawMemory.getShort(address) & 0xffff;
            case 4 -> RawMemory.getInt(address) & 0xffff_ffffL;
            case 8 -> RawMemory.getLong(address);
            default -> bytes(address, size);
        };
    }

    private static long bytes(long address, int size) {
        long value = 0;
        for (int at = 0; at < size; at++) {
            value |= (RawMemory.getByte(address + at) & 0xffL) << 8 * at;
        }
        return value;
    }

    static void store(long address, int size, long value) {
        switch (size) {
            case 1 -> RawMemory.putByte(address, (byte) value);
            case 2 -> RawMemory.putShort(address, (short) value);
            case 4 -> RawMemory.putInt(address, (int) value);
            case 8 -> RawMemory.putLong(address, value);
            default -> {
                for (int at = 0; at < size; at++) {
                    RawMemory.putByte(address + at, (byte) (value >>> 8 * at));
                }
            }
        }
    }
}
