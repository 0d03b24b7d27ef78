package org.jvmx.oracle;

import static org.jvmx.oracle.Case.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Operand;
import org.jvmx.isa.OperandKind;

/** Makes operands that have to be well-formed to be of interest so, often enough: branch targets, images of FPU state, decimal numbers. */
final class Preparation {
    /** TF in its byte. */
    private static final int TRAP = 1;

    private final SplittableRandom random;
    private final Insn insn;
    private final Encoding encoding;
    private MemorySegment cases;
    private int index;
    private int window;

    Preparation(SplittableRandom random, Insn insn, Encoding encoding) {
        this.random = random;
        this.insn = insn;
        this.encoding = encoding;
    }

    void prepare(MemorySegment into, int at, Addressing addressing, long[] gpr) {
        cases = into;
        index = at;
        window = addressing.window;
        long target = addressing.target;
        boolean usual = random.nextInt(4) != 0;
        switch (insn.mnemonic) {
            case JMP, CALL, RET -> transfer(target, gpr);
            case POPF, POPFD, POPFQ -> withoutTrapFlag(gpr[4]);
            case LDMXCSR -> put(target, usual ? word(target) & ~0xffff_0000L : word(target));
            case FXRSTOR -> image(target, usual);
            case XSAVE, XRSTOR -> {
                gpr[0] &= 7;
                gpr[2] = 0;
                image(target, usual);
                if (usual) {
                    header(target);
                }
            }
            case VPGATHERDD, VPGATHERDQ, VGATHERDPS, VGATHERDPD -> indices(4);
            case VPGATHERQD, VPGATHERQQ, VGATHERQPS, VGATHERQPD -> indices(8);
            case FBLD -> decimal(target);
            case FLD -> extended(target);
            default -> {
                // any operands will do
            }
        }
        if (insn.operandCount > 0 && insn.kind(0) == OperandKind.RELATIVE) {
            int size = insn.row.operands.getFirst() == Operand.Jb ? 1 : Math.min(insn.operandSize, 4);
            long from = Generator.address(insn) + insn.length;
            encoding.patch(insn.length - size, size == 1 ? nearby() - from : place() - from, size);
        }
    }

    /** A target within reach of a short jump, but not within the instruction and the way out behind it. */
    private long nearby() {
        long start = Generator.address(insn);
        return start + (random.nextBoolean() ? -1 - random.nextInt(100) : SLOT_USED + random.nextInt(80));
    }

    private long place() {
        if (random.nextInt(16) == 0) {
            return random.nextInt();
        }
        return CODE + random.nextInt(CODE_SIZE / SLOT) * SLOT + SLOT_USED + random.nextInt(SLOT - SLOT_USED);
    }

    /** Indirect transfers. */
    private void transfer(long target, long[] gpr) {
        if (random.nextInt(8) == 0) {
            return;
        }
        if (insn.operandCount == 0 || insn.kind(0) == OperandKind.IMMEDIATE) {
            put(gpr[4], place());
        } else if (insn.isMemory(0)) {
            put(target, place());
        } else if (insn.kind(0) == OperandKind.GPR) {
            gpr[insn.register(0)] = place();
        }
    }

    /** A single step would trap in the helper process and not here. */
    private void withoutTrapFlag(long address) {
        long offset = address + 1 - DATA - window;
        if (offset >= 0 && offset < WINDOW_SIZE) {
            long at = (long) index * SIZE + MEMORY + offset;
            cases.set(ValueLayout.JAVA_BYTE, at, (byte) (cases.get(ValueLayout.JAVA_BYTE, at) & ~TRAP));
        }
    }

    private void image(long target, boolean wellFormed) {
        for (int at = 0; at < FX_USED; at += 8) {
            put(target + at, at(cases, index, FX + at) ^ (random.nextInt(8) == 0 ? random.nextLong() : 0));
        }
        // The pointers are kept as wide as the processor's linear addresses are.
        put(target + 8, random.nextLong() >> 17);
        put(target + 16, random.nextLong() >> 17);
        if (wellFormed) {
            put(target + 24, intAt(cases, index, Case.MXCSR) & 0xffff);
        }
    }

    private void header(long target) {
        put(target + 512, random.nextInt(8));
        for (int at = 520; at < 576; at += 8) {
            put(target + at, 0);
        }
    }

    /** Distances from the base of a gather, few of which lead far away. */
    private void indices(int size) {
        for (int at = 0; at < 32; at += size) {
            int field = (at < 16 ? Case.XMM + at : Case.YMM + at - 16) + 16 * insn.index;
            long distance = random.nextInt(24) == 0 ? random.nextLong() : random.nextInt(640) - 320 >> insn.scale;
            if (size == 4) {
                intAt(cases, index, field, (int) distance);
            } else {
                at(cases, index, field, distance);
            }
        }
    }

    private void decimal(long target) {
        if (random.nextInt(4) == 0) {
            return;
        }
        long digits = 0;
        for (int n = 0; n < 16; n++) {
            digits = digits << 4 | random.nextInt(10);
        }
        put(target, digits);
        put(target + 8, random.nextInt(10) << 4 | random.nextInt(10) | random.nextInt(2) << 15);
    }

    private void extended(long target) {
        int n = random.nextInt(8);
        if (random.nextBoolean()) {
            put(target, at(cases, index, ST + 16 * n));
            put(target + 8, at(cases, index, ST + 16 * n + 8));
        }
    }

    private boolean inWindow(long address) {
        long offset = address - DATA - window;
        return offset >= 0 && offset <= WINDOW_SIZE - 8;
    }

    private long word(long address) {
        return inWindow(address) ? at(cases, index, MEMORY + (int) (address - DATA - window)) : 0;
    }

    private void put(long address, long value) {
        if (inWindow(address)) {
            at(cases, index, MEMORY + (int) (address - DATA - window), value);
        }
    }
}
