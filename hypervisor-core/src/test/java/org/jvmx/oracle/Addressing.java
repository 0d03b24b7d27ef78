package org.jvmx.oracle;

import java.util.SplittableRandom;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.Operand;
import org.jvmx.isa.OperandKind;
import org.jvmx.isa.Row;
import org.jvmx.isa.RowShape;

/** Chooses registers so that the accesses of an instruction fall into or near the window: inside, across pages, over its end, or far away. */
final class Addressing {
    private static final int[] WINDOWS = {0, 0xe00, Case.DATA_SIZE - Case.WINDOW_SIZE};
    private static final int LARGE = 900;

    private final SplittableRandom random;
    private final long[] gpr = new long[17];
    private final Insn insn;
    private final Encoding encoding;
    /** Where the window lies in the data pages. */
    int window;
    /** The linear address that the memory operand aims at. */
    long target;
    long fs;
    long gs;

    Addressing(SplittableRandom random, Insn insn, Encoding encoding) {
        this.random = random;
        this.insn = insn;
        this.encoding = encoding;
    }

    static boolean isString(Row row) {
        for (Operand operand : row.operands) {
            switch (operand) {
                case Xb, Xv, Xz, Yb, Yv, Yz -> {
                    return true;
                }
                default -> {
                    // not a string operand
                }
            }
        }
        return false;
    }

    /** Chooses window, target and segment bases. The displacement in the bytes is patched where nothing else can lead to the target. */
    void choose(long[] registers) {
        System.arraycopy(registers, 0, gpr, 0, 16);
        window = WINDOWS[random.nextInt(3)];
        fs = random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(0x1000) - 0x800;
        gs = random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(0x1000) - 0x800;
        target = pick();
        stack();
        if (insn.hasMemory()) {
            aim();
        }
        implicit();
        for (int n = 0; n < 16; n++) {
            registers[n] = insn.mode64() ? gpr[n] : gpr[n] & 0xffff_ffffL;
        }
    }

    private long pick() {
        int alignment = Math.max(insn.row.alignment, 1 << random.nextInt(7));
        if (insn.row.alignment > 1 && random.nextInt(8) == 0) {
            alignment = 1;
        }
        boolean large = memoryWidth() == 0;
        int room = Case.WINDOW_SIZE - (large ? LARGE : 64);
        long inside = Case.DATA + window + random.nextInt(room);
        long size = Math.max(1, memoryWidth());
        long chosen = switch (random.nextInt(24)) {
            case 0 -> Case.DATA - random.nextLong(size + 4);
            case 1 -> Case.DATA + Case.DATA_SIZE - random.nextLong(size + 4);
            case 2, 3, 4, 5 -> large ? inside : Case.DATA + 0x1000 - random.nextLong(size + 1);
            case 6 -> random.nextInt(8) == 0 ? random.nextLong() : inside;
            default -> inside;
        };
        return chosen & -alignment;
    }

    private int memoryWidth() {
        for (int n = 0; n < insn.operandCount; n++) {
            if (insn.isMemory(n)) {
                return insn.width(n);
            }
        }
        return 8;
    }

    private void stack() {
        int room = Case.WINDOW_SIZE - 256;
        long top = Case.DATA + window + 128 + random.nextInt(room);
        gpr[4] = switch (random.nextInt(16)) {
            case 0 -> top;
            case 1 -> Case.DATA + random.nextInt(12);
            case 2 -> Case.DATA + Case.DATA_SIZE - random.nextInt(12);
            case 3 -> Case.DATA + 0x1000 + random.nextInt(16) - 8;
            default -> top & -8;
        };
        if (random.nextBoolean()) {
            gpr[5] = Case.DATA + window + 128 + random.nextInt(room);
        }
    }

    private void aim() {
        long segment = insn.segment == 4 ? fs : insn.segment == 5 ? gs : 0;
        long offset = target - segment;
        if (insn.addressSize == 4) {
            offset &= 0xffff_ffffL;
        }
        if (insn.mnemonic == Mnemonic.XLAT) {
            return;
        }
        int index = RowShape.of(insn.row).vectorIndex() ? Insn.NO_REGISTER : insn.index;
        if (insn.base == Insn.NO_REGISTER && index == Insn.NO_REGISTER) {
            aimByDisplacement(offset);
            return;
        }
        bitOffset();
        if (insn.base == Insn.NO_REGISTER) {
            gpr[index] = offset - insn.disp >> insn.scale;
            return;
        }
        if (index != Insn.NO_REGISTER && index != insn.base) {
            gpr[index] = random.nextInt(8) == 0 ? random.nextLong() : random.nextInt(256) - 128;
        }
        gpr[insn.base] = index == insn.base ? (offset - insn.disp) / ((1 << insn.scale) + 1)
                : offset - insn.disp - (gpr[index] << insn.scale);
        if (insn.addressSize == 4) {
            gpr[insn.base] = gpr[insn.base] & 0xffff_ffffL | random.nextLong() << 32;
        }
    }

    private void aimByDisplacement(long offset) {
        if (encoding.displacementAt == 0) {
            return;
        }
        boolean direct = insn.modrm < 0;
        long from = insn.ripRelative ? Generator.address(insn) + insn.length : 0;
        encoding.patch(encoding.displacementAt, offset - from, direct ? insn.addressSize : 4);
    }

    /** Bit strings: the register moves the address. */
    private void bitOffset() {
        boolean bits = switch (insn.mnemonic) {
            case BT, BTS, BTR, BTC -> true;
            default -> false;
        };
        if (bits && insn.kind(1) == OperandKind.GPR && random.nextInt(16) != 0) {
            gpr[insn.register(1)] = random.nextInt(4096) - 2048;
        }
    }

    private void implicit() {
        switch (insn.mnemonic) {
            case XLAT -> gpr[3] = pick();
            case MASKMOVQ, MASKMOVDQU -> gpr[7] = pick();
            default -> {
                // no other register is an address without saying so
            }
        }
        if (isString(insn.row)) {
            gpr[6] = target - (insn.segment == 4 ? fs : insn.segment == 5 ? gs : 0);
            gpr[7] = random.nextInt(4) == 0 ? target + random.nextInt(33) - 16 : pick();
            if (insn.addressSize == 4) {
                gpr[6] = gpr[6] & 0xffff_ffffL | random.nextLong() << 32;
                gpr[7] = gpr[7] & 0xffff_ffffL | random.nextLong() << 32;
            }
        }
    }
}
