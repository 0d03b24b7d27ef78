package org.jvmx.cpu.semantics;

import org.jvmx.cpu.mmu.Paging;
import org.jvmx.cpu.state.CpuState;
import org.jvmx.isa.Insn;
import org.jvmx.isa.OperandKind;

/**
 * Operands of MMX and SSE instructions, and the faults that go with them. SDM Vol. 3A, "SIMD Floating-Point Exception"; Vol. 2,
 * "Exceptions Type 1" to "4".
 */
final class SseOperands {
    private static final int MATH_FAULT = 16;
    private static final int SIMD_FAULT = 19;
    private static final long OSXMMEXCPT = 1 << 10;
    private static final int PENDING = 1 << 7;

    private SseOperands() {
    }

    /** Begins an instruction that reads or writes MMX registers: a pending x87 exception is delivered first. */
    static void beginMmx(Cpu cpu) {
        if ((cpu.fpStatus & PENDING) != 0) {
            throw cpu.raise(MATH_FAULT);
        }
    }

    /** Ends it: TOP is zero and all registers are valid. SDM Vol. 1, "MMX Instructions and the x87 FPU Tag Word". */
    static void endMmx(Cpu cpu) {
        cpu.fpTop = 0;
        cpu.fpNotEmpty = 0xff;
    }

    /** Writes an MMX register; the sign and exponent of the register that it shares become ones. */
    static void mmx(Cpu cpu, int number, long value) {
        cpu.fpSignificand[number] = value;
        cpu.fpSignExponent[number] = 0xffff;
    }

    /** The low 8 bytes, or fewer as the operand's width is, of any operand. */
    static long scalar(Cpu cpu, Insn insn, int n) {
        return switch (insn.kind(n)) {
            case XMM, YMM -> cpu.xmm[2 * insn.register(n)];
            case MMX -> cpu.fpSignificand[insn.register(n)];
            default -> cpu.operand(insn, n);
        };
    }

    /** Brings a 16-byte operand to {@link SimdUnit#low} and {@link SimdUnit#high}; in memory it must lie on the row's boundary, #AC is never raised. */
    static void loadFull(Cpu cpu, Insn insn, int n) {
        SimdUnit simd = cpu.simd;
        if (insn.kind(n) == OperandKind.XMM) {
            int at = 2 * insn.register(n);
            simd.low = cpu.xmm[at];
            simd.high = cpu.xmm[at + 1];
            return;
        }
        long address = fullAddress(cpu, insn, 16, false);
        simd.low = cpu.loadUnaligned64(insn.segment, address);
        simd.high = cpu.loadUnaligned64(insn.segment, behind(cpu, address, 8));
    }

    /** Brings a 32-byte operand to the unit, as {@link #loadFull} does one of 16 bytes. */
    static void loadWide(Cpu cpu, Insn insn, int n) {
        SimdUnit simd = cpu.simd;
        if (insn.isMemory(n)) {
            long address = fullAddress(cpu, insn, 32, false);
            simd.low = cpu.loadUnaligned64(insn.segment, address);
            simd.high = cpu.loadUnaligned64(insn.segment, behind(cpu, address, 8));
            simd.upperLow = cpu.loadUnaligned64(insn.segment, behind(cpu, address, 16));
            simd.upperHigh = cpu.loadUnaligned64(insn.segment, behind(cpu, address, 24));
            return;
        }
        int at = 2 * insn.register(n);
        simd.low = cpu.xmm[at];
        simd.high = cpu.xmm[at + 1];
        simd.upperLow = cpu.xmm[CpuState.UPPER + at];
        simd.upperHigh = cpu.xmm[CpuState.UPPER + at + 1];
    }

    /** Brings a full operand of 16 or 32 bytes to the unit. */
    static void load(Cpu cpu, Insn insn, int n) {
        if (insn.width(n) == 32) {
            loadWide(cpu, insn, n);
        } else {
            loadFull(cpu, insn, n);
        }
    }

    /** Stores the 32 bytes of the unit, all or nothing. */
    static void storeWide(Cpu cpu, Insn insn) {
        SimdUnit simd = cpu.simd;
        long address = fullAddress(cpu, insn, 32, true);
        probeCrossing(cpu, insn, address, 32);
        cpu.storeUnaligned64(insn.segment, address, simd.low);
        cpu.storeUnaligned64(insn.segment, behind(cpu, address, 8), simd.high);
        cpu.storeUnaligned64(insn.segment, behind(cpu, address, 16), simd.upperLow);
        cpu.storeUnaligned64(insn.segment, behind(cpu, address, 24), simd.upperHigh);
    }

    /** Writes an XMM register by a VEX-encoded instruction: bits 255:128 become zero. */
    static void setVex(Cpu cpu, int number, long low, long high) {
        setWide(cpu, number, low, high, 0, 0);
    }

    static void setWide(Cpu cpu, int number, long low, long high, long upperLow, long upperHigh) {
        int at = 2 * number;
        cpu.xmm[at] = low;
        cpu.xmm[at + 1] = high;
        cpu.xmm[CpuState.UPPER + at] = upperLow;
        cpu.xmm[CpuState.UPPER + at + 1] = upperHigh;
    }

    /** Writes a 16-byte operand, to memory all of it or nothing. */
    static void storeFull(Cpu cpu, Insn insn, int n, long low, long high) {
        if (insn.kind(n) == OperandKind.XMM) {
            set(cpu, insn.register(n), low, high);
            return;
        }
        long address = fullAddress(cpu, insn, 16, true);
        probeCrossing(cpu, insn, address, 16);
        cpu.storeUnaligned64(insn.segment, address, low);
        cpu.storeUnaligned64(insn.segment, behind(cpu, address, 8), high);
    }

    private static long fullAddress(Cpu cpu, Insn insn, int size, boolean write) {
        long address = cpu.address(insn, size, write);
        if ((address & insn.row.alignment - 1) != 0) {
            throw cpu.gp(0);
        }
        return address;
    }

    /** Faults before the first store of several if any of them would. */
    static void probeCrossing(Cpu cpu, Insn insn, long address, int size) {
        if ((address & 4095) + size > 4096) {
            cpu.probe(insn.segment, address, size, Paging.WRITE);
        }
    }

    /** A linear address some bytes further. */
    static long behind(Cpu cpu, long address, int bytes) {
        return (cpu.modeKey & Cpu.KEY_CODE) == 2 ? address + bytes : address + bytes & 0xffff_ffffL;
    }

    static void set(Cpu cpu, int number, long low, long high) {
        cpu.xmm[2 * number] = low;
        cpu.xmm[2 * number + 1] = high;
    }

    /** Begins a floating-point instruction. */
    static void beginFloat(Cpu cpu) {
        cpu.simd.status.mxcsr = cpu.mxcsr;
        cpu.simd.status.raised = 0;
    }

    /** Ends its computation, before the result is written: an unmasked exception faults. */
    static void endFloat(Cpu cpu) {
        if (cpu.simd.status.finish()) {
            cpu.mxcsr = cpu.simd.status.mxcsr;
            throw (cpu.cr4 & OSXMMEXCPT) != 0 ? cpu.raise(SIMD_FAULT) : cpu.ud();
        }
        cpu.mxcsr = cpu.simd.status.mxcsr;
    }

    /** The low half of an XMM register. */
    static long low(CpuState cpu, int number) {
        return cpu.xmm[2 * number];
    }

    /** The high half of an XMM register. */
    static long high(CpuState cpu, int number) {
        return cpu.xmm[2 * number + 1];
    }
}
