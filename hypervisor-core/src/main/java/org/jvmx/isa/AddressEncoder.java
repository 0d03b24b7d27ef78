package org.jvmx.isa;

/** Writes ModRM, SIB and displacement of a memory operand. SDM Vol. 2, "Addressing-Mode Encoding of ModR/M and SIB Bytes". */
final class AddressEncoder {
    private static final int[] RM_OF_16_BIT_BASE = {-1, -1, -1, 7, -1, 6, 4, 5};

    private final Encoding out;
    private final boolean mode64;
    private final int addressSize;

    AddressEncoder(Encoding out, boolean mode64, int addressSize) {
        this.out = out;
        this.mode64 = mode64;
        this.addressSize = addressSize;
    }

    /** Returns false where the address cannot be encoded. */
    boolean emit(Mem memory, int digit) {
        if (memory.absolute()) {
            return absolute(memory, digit);
        }
        return addressSize == 2 ? emit16(memory, digit) : emit32(memory, digit);
    }

    private boolean absolute(Mem memory, int digit) {
        if (addressSize == 2) {
            out.put(digit << 3 | 6);
            out.number(memory.label, memory.disp, 2);
            return memory.disp >= -0x8000 && memory.disp <= 0xffff;
        }
        if (memory.label != null && mode64) {
            out.put(digit << 3 | 5);
            out.ripRelative(memory.label, memory.disp);
            return true;
        }
        if (mode64) {
            out.put(digit << 3 | 4, 0x25);
        } else {
            out.put(digit << 3 | 5);
        }
        out.number(memory.label, memory.disp, 4);
        return fits32(memory.disp);
    }

    private boolean fits32(long disp) {
        return disp == (int) disp || addressSize == 4 && disp >>> 32 == 0;
    }

    private boolean emit16(Mem memory, int digit) {
        int rm = rm16(memory);
        if (rm < 0 || memory.disp < -0x8000 || memory.disp > 0xffff) {
            return false;
        }
        short disp = (short) memory.disp;
        int mod = memory.label != null ? 2 : disp == 0 && rm != 6 ? 0 : disp == (byte) disp ? 1 : 2;
        out.put(mod << 6 | digit << 3 | rm);
        if (mod != 0) {
            out.number(memory.label, disp, mod);
        }
        return true;
    }

    private static int rm16(Mem memory) {
        Reg base = memory.base == null ? memory.index : memory.base;
        Reg index = memory.base == null ? null : memory.index;
        if (memory.scale != 0 || base.number > 7) {
            return -1;
        }
        if (index == null) {
            return RM_OF_16_BIT_BASE[base.number];
        }
        boolean baseIsIndex = base.number >= 6;
        int first = baseIsIndex ? index.number : base.number;
        int second = baseIsIndex ? base.number : index.number;
        boolean possible = (first == 3 || first == 5) && (second == 6 || second == 7);
        return possible ? (first == 5 ? 2 : 0) | second & 1 : -1;
    }

    private boolean emit32(Mem memory, int digit) {
        boolean noBase = memory.base == null;
        int low = noBase ? 5 : memory.base.number & 7;
        int mod = mod(memory, low, noBase);
        if (memory.index == null && low != 4) {
            out.put(mod << 6 | digit << 3 | low);
        } else {
            int index = memory.index == null ? 4 : memory.index.number;
            if (memory.index != null && index == 4 && !Mem.isVector(memory.index)) {
                return false;
            }
            out.put(mod << 6 | digit << 3 | 4, memory.scale << 6 | (index & 7) << 3 | low);
        }
        if (mod != 0 || noBase) {
            out.number(memory.label, memory.disp, mod == 1 ? 1 : 4);
        }
        return fits32(memory.disp);
    }

    private static int mod(Mem memory, int low, boolean noBase) {
        if (noBase || memory.disp == 0 && memory.label == null && low != 5) {
            return 0;
        }
        return memory.label == null && memory.disp == (byte) memory.disp ? 1 : 2;
    }
}
