package org.jvmx.cpu.semantics;

import java.util.Arrays;

/** Everything that an x87, MMX or SSE instruction can see or change: registers, control and status, flags, a piece of memory. */
final class FpuState {
    static final int MEMORY_WORDS = 16;
    /** Values of {@link #instruction} and {@link #data} before an instruction. */
    static final long OLD_INSTRUCTION = 0x1111_2222L;
    static final long OLD_DATA = 0x3333_4444L;
    static final int OLD_OPCODE = 0x123;

    int control;
    /** The status word with TOP, without summary bits. */
    int status;
    int notEmpty;
    int opcode;
    long instruction;
    long data;
    int mxcsr;
    /** ST(0) to ST(7). */
    final int[] signExponent = new int[8];
    final long[] significand = new long[8];
    final long[] xmm = new long[32];
    final long[] memory = new long[MEMORY_WORDS];
    long rax;
    long rcx;
    long rdx;
    int flags;
    /** The vector of the exception, or -1. */
    int fault = -1;

    /** A state for an instruction to run on. */
    static FpuState random(NastyNumbers numbers) {
        FpuState state = new FpuState();
        var random = numbers.random;
        state.control = numbers.controlWord();
        int top = random.nextInt(8);
        state.status = top << 11 | random.nextInt(0x10000) & 0x4700;
        if (random.nextInt(4) == 0) {
            state.status |= random.nextInt(64) & state.control & 0x3f;
        }
        state.notEmpty = random.nextInt(4) == 0 ? random.nextInt(256) : (random.nextInt(256) | 7 << top | 7 >> 8 - top) & 0xff;
        if (random.nextInt(3) != 0) {
            state.notEmpty &= ~(1 << (top + 7 & 7));
        }
        state.opcode = OLD_OPCODE;
        state.instruction = OLD_INSTRUCTION;
        state.data = OLD_DATA;
        state.mxcsr = numbers.mxcsr();
        for (int i = 0; i < 8; i++) {
            numbers.fp80(i == 0 ? -1 : state.signExponent[0] & 0x7fff);
            state.signExponent[i] = numbers.signExponent;
            state.significand[i] = numbers.significand;
        }
        state.randomVectors(numbers);
        state.rcx = random.nextLong() >> random.nextInt(64);
        state.rdx = random.nextLong() >> random.nextInt(64);
        state.flags = random.nextInt() & 0x8d5;
        return state;
    }

    private void randomVectors(NastyNumbers numbers) {
        var random = numbers.random;
        int kind = random.nextInt(4);
        for (int i = 0; i < 32; i++) {
            long partner = i > 1 ? xmm[i & 1] : 0;
            xmm[i] = switch (kind) {
                case 0 -> random.nextLong() >>> random.nextInt(64);
                case 1 -> numbers.fp32Pair(partner);
                default -> kind == 2 && i % 2 == 0 ? numbers.fp32Pair(partner) : numbers.fp64(partner);
            };
        }
        for (int i = 0; i < MEMORY_WORDS; i++) {
            long partner = random.nextBoolean() ? xmm[2] : 0;
            boolean integer = random.nextInt(3) == 0;
            memory[i] = integer ? random.nextLong() >> random.nextInt(64) : kind == 1 ? numbers.fp32Pair(partner) : numbers.fp64(partner);
        }
        if (random.nextInt(3) == 0) {
            numbers.fp80(signExponent[0] & 0x7fff);
            memory[0] = numbers.significand;
            memory[1] = memory[1] & ~0xffffL | numbers.signExponent;
        }
        if (random.nextInt(4) == 0) {
            memory[0] = decimals(random.nextLong(), 16);
            memory[1] = memory[1] & ~0xffffL | decimals(random.nextLong(), 2) | (long) random.nextInt(2) << 15;
        }
    }

    private static long decimals(long seed, int count) {
        long digits = 0;
        for (int i = 0; i < count; i++) {
            digits = digits << 4 | (seed >>> 4 * i & 15) % 10;
        }
        return digits;
    }

    /** Puts the state into a processor, the memory at an address that RAX and RDI hold. */
    void load(Rig rig, long address) {
        Cpu cpu = rig.cpu;
        X87Control.controlWord(cpu, control);
        X87Control.statusWord(cpu, status);
        cpu.fpNotEmpty = notEmpty;
        cpu.fpOpcode = opcode;
        cpu.fpInstruction = instruction;
        cpu.fpData = data;
        cpu.mxcsr = mxcsr;
        for (int i = 0; i < 8; i++) {
            cpu.fpSignExponent[X87Stack.physical(cpu, i)] = signExponent[i];
            cpu.fpSignificand[X87Stack.physical(cpu, i)] = significand[i];
        }
        System.arraycopy(xmm, 0, cpu.xmm, 0, 32);
        for (int i = 0; i < MEMORY_WORDS; i++) {
            rig.store(address + 8 * i, 8, memory[i]);
        }
        cpu.gpr[Cpu.RAX] = address;
        cpu.gpr[Cpu.RDI] = address;
        cpu.gpr[Cpu.RCX] = rcx;
        cpu.gpr[Cpu.RDX] = rdx;
        cpu.statusFlags(flags);
    }

    /** What a processor came to; pointers into code and data become 1 and 2, so that it can be compared. */
    static FpuState of(Rig rig, long address, int fault) {
        Cpu cpu = rig.cpu;
        FpuState state = new FpuState();
        state.control = cpu.fpControl;
        state.status = X87Control.statusWord(cpu);
        state.notEmpty = cpu.fpNotEmpty;
        state.opcode = cpu.fpOpcode;
        state.instruction = cpu.fpInstruction == Rig.CODE ? 1 : cpu.fpInstruction;
        state.data = cpu.fpData == address ? 2 : cpu.fpData;
        state.mxcsr = cpu.mxcsr;
        for (int i = 0; i < 8; i++) {
            state.signExponent[i] = X87Stack.signExponent(cpu, i);
            state.significand[i] = X87Stack.significand(cpu, i);
        }
        System.arraycopy(cpu.xmm, 0, state.xmm, 0, 32);
        for (int i = 0; i < MEMORY_WORDS; i++) {
            state.memory[i] = rig.load(address + 8 * i, 8);
        }
        state.rax = cpu.gpr[Cpu.RAX] == address ? 2 : cpu.gpr[Cpu.RAX] & 0xffff;
        state.rcx = cpu.gpr[Cpu.RCX];
        state.rdx = cpu.gpr[Cpu.RDX];
        state.flags = cpu.flags() & 0x8d5;
        state.fault = fault;
        return state;
    }

    /** A digest of the whole state. */
    int digest() {
        long[] words = {control, status, notEmpty, opcode, instruction, data, mxcsr, rax, rcx, rdx, flags, fault};
        long hash = Arrays.hashCode(words);
        for (long[] part : new long[][] {significand, xmm, memory}) {
            for (long word : part) {
                hash = mix(hash ^ word);
            }
        }
        for (int word : signExponent) {
            hash = mix(hash ^ word);
        }
        return (int) hash;
    }

    private static long mix(long x) {
        long product = x * 0x9e37_79b9_7f4a_7c15L;
        return product ^ product >>> 29;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("fault %d cw %x sw %x tags %x fop %x fip %x fdp %x ".formatted(fault, control, status, notEmpty, opcode, instruction,
                data));
        text.append("mxcsr %x flags %x rax %x rcx %x rdx %x".formatted(mxcsr, flags, rax, rcx, rdx));
        for (int i = 0; i < 8; i++) {
            text.append("%n ST(%d) %04x:%016x".formatted(i, signExponent[i], significand[i]));
        }
        for (int i = 0; i < 4; i++) {
            text.append("%n XMM%d %016x_%016x".formatted(i, xmm[2 * i + 1], xmm[2 * i]));
        }
        for (int i = 0; i < MEMORY_WORDS; i += 2) {
            text.append("%n memory %016x_%016x".formatted(memory[i + 1], memory[i]));
        }
        return text.toString();
    }
}
