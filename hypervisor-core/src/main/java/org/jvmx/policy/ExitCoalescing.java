package org.jvmx.policy;

import java.util.EnumSet;
import java.util.Set;
import org.jvmx.isa.Decoder;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vm.Batch;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicyNeed;
import org.jvmx.vm.VcpuView;

/**
 * Handles clusters of instructions that would leave the guest one after another in one exit: after such an instruction was handled, the code behind it is
 * decoded, and if another one follows closely the monitor executes what is between and handles it too. Agesen, Mattson, Rugina and Sheldon, "Software
 * Techniques for Avoiding Hardware Virtualization Exits", USENIX ATC 2012.
 */
@Described(summary = "handles runs of exiting instructions in one exit", source = "Agesen, Mattson, Rugina, Sheldon: \"Software Techniques for Avoiding Hardware Virtualization Exits\", USENIX ATC 2012")
public final class ExitCoalescing implements ExitPolicy {
    private static final Set<Mnemonic> EXITING = EnumSet.of(Mnemonic.IN, Mnemonic.OUT, Mnemonic.CPUID, Mnemonic.RDMSR, Mnemonic.WRMSR);

    /** What may stand between two of them: no memory, no transfer of control, no privilege. */
    private static final Set<Mnemonic> BETWEEN = EnumSet.of(Mnemonic.ADD, Mnemonic.OR, Mnemonic.AND, Mnemonic.SUB, Mnemonic.XOR,
            Mnemonic.CMP,
            Mnemonic.TEST, Mnemonic.NOT, Mnemonic.NEG, Mnemonic.INC, Mnemonic.DEC, Mnemonic.SHL, Mnemonic.SHR, Mnemonic.SAR, Mnemonic.ROL,
            Mnemonic.ROR, Mnemonic.MOV, Mnemonic.XCHG, Mnemonic.NOP, Mnemonic.LEA, Mnemonic.MOVSX, Mnemonic.MOVZX, Mnemonic.BSWAP);

    private final int most;
    private final int gap;
    private final Decoder decoder = new Decoder();
    private final byte[] code;
    private int owed;

    /** With options {@code max} and {@code gap}. */
    public ExitCoalescing(PolicyOptions options) {
        most = options.integer("max", 8, 2, 64, "most exiting instructions in one exit");
        gap = options.integer("gap", 4, 0, 16, "most instructions between two exiting ones");
        code = new byte[(gap + 1) * Decoder.MAX_LENGTH];
    }

    @Override
    public String name() {
        return "exit-coalescing";
    }

    @Override
    public Set<PolicyNeed> needs() {
        return Set.of(PolicyNeed.EMULATION);
    }

    @Override
    public Batch onCompleted(VcpuView vcpu, int handled) {
        if (owed > 0) {
            owed--;
            return Batch.EMULATE;
        }
        int between = handled < most ? untilExit(vcpu) : -1;
        if (between < 0) {
            return Batch.ENTER;
        }
        owed = between;
        return Batch.EMULATE;
    }

    /** How many instructions stand before the next one that leaves the guest; -1 if there is none close by that can be reached. */
    private int untilExit(VcpuView vcpu) {
        int available = vcpu.read(vcpu.codeAddress(), code);
        int at = 0;
        for (int n = 0; n <= gap; n++) {
            Insn insn = decoder.decode(code, at, available - at, vcpu.codeSize());
            if (insn == null) {
                return -1;
            }
            if (EXITING.contains(insn.mnemonic)) {
                return n;
            }
            if (!BETWEEN.contains(insn.mnemonic) || insn.lock || insn.hasMemory() && insn.mnemonic != Mnemonic.LEA) {
                return -1;
            }
            at += insn.length;
        }
        return -1;
    }
}
