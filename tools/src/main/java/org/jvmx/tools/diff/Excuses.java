package org.jvmx.tools.diff;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jvmx.arch.Gpr;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;

/** What two right processors may differ in: which results of which instructions are taken over from the peer, and how often that was so. */
final class Excuses {
    private static final int[] NONE = {};
    private static final int[] IDENTIFICATION = {Gpr.RAX, Gpr.RBX, Gpr.RCX, Gpr.RDX};
    private static final int[] PAIR = {Gpr.RAX, Gpr.RDX};
    private static final int[] TIME = {Gpr.RAX, Gpr.RDX, Gpr.RCX};
    private static final int[] INPUT = {Gpr.RAX};
    private static final int[] FLAGS = {ProcessorState.RFLAGS};
    private static final int[] STATUS = {ProcessorState.FSW, Gpr.RAX};
    private static final int[] MEMORY = memory();
    private static final int[] STACK = range(ProcessorState.FSW, ProcessorState.XMM);
    private static final int[] VECTORS = range(ProcessorState.XMM, ProcessorState.COUNT);

    private static final Map<Mnemonic, int[]> TAKEN = taken();

    private final Map<String, Long> counts = new TreeMap<>();

    Excuses() {
    }

    private static Map<Mnemonic, int[]> taken() {
        Map<Mnemonic, int[]> taken = new EnumMap<>(Mnemonic.class);
        taken.put(Mnemonic.CPUID, IDENTIFICATION);
        taken.put(Mnemonic.RDTSC, PAIR);
        taken.put(Mnemonic.RDTSCP, TIME);
        taken.put(Mnemonic.RDPMC, PAIR);
        taken.put(Mnemonic.RDMSR, PAIR);
        taken.put(Mnemonic.XGETBV, PAIR);
        taken.put(Mnemonic.IN, INPUT);
        taken.put(Mnemonic.FNSTSW, STATUS);
        taken.put(Mnemonic.SYSCALL, FLAGS); // QEMU 7.2 clears the status flags, whatever IA32_FMASK says
        for (Mnemonic inexact : new Mnemonic[] {Mnemonic.FSIN, Mnemonic.FCOS, Mnemonic.FSINCOS, Mnemonic.FPTAN, Mnemonic.FPATAN,
            Mnemonic.F2XM1, Mnemonic.FYL2X, Mnemonic.FYL2XP1}) {
            taken.put(inexact, STACK);
        }
        for (Mnemonic approximate : new Mnemonic[] {Mnemonic.RCPPS, Mnemonic.RCPSS, Mnemonic.RSQRTPS, Mnemonic.RSQRTSS}) {
            taken.put(approximate, VECTORS);
        }
        return taken;
    }

    private static int[] memory() {
        int[] registers = new int[16 + 1 + 32];
        for (int n = 0; n < 16; n++) {
            registers[n] = n;
        }
        registers[16] = ProcessorState.RFLAGS;
        System.arraycopy(range(ProcessorState.XMM, ProcessorState.COUNT), 0, registers, 17, 32);
        return registers;
    }

    private static int[] range(int from, int to) {
        int[] registers = new int[to - from];
        for (int n = 0; n < registers.length; n++) {
            registers[n] = from + n;
        }
        return registers;
    }

    /** The registers that an instruction may leave different, if it read a device's memory or not. */
    static int[] of(Insn insn, boolean device) {
        if (device) {
            return MEMORY;
        }
        if (insn == null) {
            return NONE;
        }
        return switch (insn.mnemonic) {
            case RDRAND, RDSEED -> new int[] {insn.register(0), ProcessorState.RFLAGS};
            case RDPID -> new int[] {insn.register(0)};
            case MOV_CR -> insn.kind(1) == OperandKind.CONTROL_REG && insn.register(1) == 8 ? new int[] {insn.register(0)} : NONE;
            default -> TAKEN.getOrDefault(insn.mnemonic, NONE);
        };
    }

    /** One more difference of this kind. */
    void count(String kind) {
        counts.merge(kind, 1L, Long::sum);
    }

    /** How often each kind was. */
    Map<String, Long> counts() {
        return counts;
    }
}
