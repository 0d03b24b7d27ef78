package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.state.CpuState.UPPER;
import static org.jvmx.isa.Mnemonic.*;

import org.jvmx.cpu.state.GuestFault;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Loads and stores of single elements: masked moves and gathers. Alignment is never checked. SDM Vol. 2: VGATHER... VMASKMOV VPGATHER... VPMASKMOV. */
final class VexMemory {
    private VexMemory() {
    }

    static void define(Meanings to) {
        to.effect(VMASKMOVPS, (cpu, insn) -> moveMasked(cpu, insn, 4));
        to.effect(VMASKMOVPD, (cpu, insn) -> moveMasked(cpu, insn, 8));
        to.effect(VPMASKMOVD, (cpu, insn) -> moveMasked(cpu, insn, 4));
        to.effect(VPMASKMOVQ, (cpu, insn) -> moveMasked(cpu, insn, 8));
        Mnemonic[] byDoubleword = {VPGATHERDD, VPGATHERDQ, VGATHERDPS, VGATHERDPD};
        Mnemonic[] byQuadword = {VPGATHERQD, VPGATHERQQ, VGATHERQPS, VGATHERQPD};
        for (int n = 0; n < 4; n++) {
            int size = 4 << (n & 1);
            to.effect(byDoubleword[n], (cpu, insn) -> gather(cpu, insn, 4, size));
            to.effect(byQuadword[n], (cpu, insn) -> gather(cpu, insn, 8, size));
        }
    }

    /** Where byte {@code offset} of a vector register lies in {@code cpu.xmm}. */
    private static int place(int register, int offset) {
        return 2 * register + (offset >> 3 & 1) + (offset >= 16 ? UPPER : 0);
    }

    /** An element, in the low bits. */
    private static long element(Cpu cpu, int register, int size, int n) {
        return cpu.xmm[place(register, size * n)] >>> 8 * (size * n & 7);
    }

    private static boolean selected(Cpu cpu, int register, int size, int n) {
        return (element(cpu, register, size, n) >>> 8 * size - 1 & 1) != 0;
    }

    private static void element(Cpu cpu, int register, int size, int n, long value) {
        int at = place(register, size * n);
        int shift = 8 * (size * n & 7);
        cpu.xmm[at] = cpu.xmm[at] & ~(Cpu.mask(size) << shift) | (value & Cpu.mask(size)) << shift;
    }

    /** The mask is operand 1. What it does not select is not accessed; loaded, it is zero. */
    private static void moveMasked(Cpu cpu, Insn insn, int size) {
        int count = (insn.wide() ? 32 : 16) / size;
        int mask = insn.register(1);
        long offset = cpu.offset(insn);
        boolean store = insn.isMemory(0);
        if (store) {
            probe(cpu, insn, size, count, mask, offset);
        }
        SimdUnit s = cpu.simd;
        for (int n = 0; n < count; n++) {
            boolean wanted = selected(cpu, mask, size, n);
            if (store) {
                if (wanted) {
                    cpu.storeUnaligned(insn.segment, address(cpu, insn, offset + size * n, size, true), size,
                            element(cpu, insn.register(2), size, n));
                }
            } else {
                s.elements[n] = wanted ? cpu.loadUnaligned(insn.segment, address(cpu, insn, offset + size * n, size, false), size) : 0;
            }
        }
        if (!store) {
            collect(cpu, insn.register(0), size, count);
        }
    }

    /** Faults before the first store if any of them would. */
    private static void probe(Cpu cpu, Insn insn, int size, int count, int mask, long offset) {
        for (int n = 0; n < count; n++) {
            if (selected(cpu, mask, size, n)) {
                cpu.probeUnaligned(insn.segment, address(cpu, insn, offset + size * n, size, true), size, Cpu.WRITE);
            }
        }
    }

    private static long address(Cpu cpu, Insn insn, long offset, int size, boolean write) {
        return cpu.linear(insn.segment, offset & Cpu.mask(insn.addressSize), size, write);
    }

    /** The unit's elements become a register, of which the rest is zero. */
    private static void collect(Cpu cpu, int register, int size, int count) {
        SseOperands.setVex(cpu, register, 0, 0);
        for (int n = 0; n < count; n++) {
            element(cpu, register, size, n, cpu.simd.elements[n]);
        }
    }

    /**
     * Loads the elements that the mask in operand 2 selects, at base plus an element of the index register each. An element that is loaded leaves the
     * mask, so that after a fault the instruction goes on where it was.
     */
    private static void gather(Cpu cpu, Insn insn, int indexSize, int size) {
        int count = (insn.wide() ? 32 : 16) / Math.max(indexSize, size);
        int mask = insn.register(2);
        SimdUnit s = cpu.simd;
        for (int n = 0; n < count; n++) {
            s.elements[n] = element(cpu, insn.register(0), size, n);
        }
        int done = 0;
        boolean any = false;
        try {
            while (done < count) {
                if (selected(cpu, mask, size, done)) {
                    long address = address(cpu, insn, gathered(cpu, insn, indexSize, done), size, false);
                    s.elements[done] = cpu.loadUnaligned(insn.segment, address, size);
                    any = true;
                }
                done++;
            }
        } catch (GuestFault fault) {
            interrupted(cpu, insn, size, done, any);
            throw fault;
        }
        collect(cpu, insn.register(0), size, count);
        SseOperands.setVex(cpu, mask, 0, 0);
    }

    /** After a fault the elements before it are loaded; of the rest the mask has the sign in all bits, whether there is an index for them or not. */
    private static void interrupted(Cpu cpu, Insn insn, int size, int done, boolean any) {
        int mask = insn.register(2);
        int into = insn.register(0);
        for (int n = 0; n < done; n++) {
            element(cpu, into, size, n, cpu.simd.elements[n]);
        }
        if (any && !insn.wide()) {
            SseOperands.setVex(cpu, into, SseOperands.low(cpu, into), SseOperands.high(cpu, into));
        }
        for (int n = 0; n < 32 / size; n++) {
            boolean within = insn.wide() || size * n < 16;
            element(cpu, mask, size, n, n >= done && within && selected(cpu, mask, size, n) ? -1 : 0);
        }
    }

    private static long gathered(Cpu cpu, Insn insn, int indexSize, int n) {
        long index = Cpu.signed(element(cpu, insn.index, indexSize, n), indexSize);
        return cpu.gpr[insn.base] + (index << insn.scale) + insn.disp;
    }
}
