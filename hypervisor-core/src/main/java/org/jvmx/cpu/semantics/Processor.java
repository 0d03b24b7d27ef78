package org.jvmx.cpu.semantics;

import org.jvmx.arch.CpuidAnswer;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.SecondaryControl;

/** CPUID, caches and ordering. SDM Vol. 2: CLFLUSH CLFLUSHOPT CLWB CPUID INVD LFENCE MFENCE PREFETCHh SFENCE WBINVD. */
final class Processor {
    private Processor() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.CPUID, Processor::cpuid);
        to.effect(Mnemonic.INVD, Processor::invd);
        to.effect(Mnemonic.WBINVD, Processor::wbinvd);
        to.effect(Mnemonic.CLFLUSH, Processor::flushLine);
        to.effect(Mnemonic.CLFLUSHOPT, Processor::flushLine);
        to.effect(Mnemonic.CLWB, Processor::flushLine);
        to.bind(Mnemonic.LFENCE, new Meaning.Nothing());
        to.effect(Mnemonic.MFENCE, (cpu, insn) -> cpu.fence());
        to.bind(Mnemonic.SFENCE, new Meaning.Nothing());
    }

    /** Always exits; the monitor's answer, or the model's own, is in the exit's access when the instruction is completed. */
    private static void cpuid(Cpu cpu, Insn insn) {
        int leaf = (int) cpu.gpr[Cpu.RAX];
        int subleaf = (int) cpu.gpr[Cpu.RCX];
        if (Intercepts.unconditional(cpu)) {
            Intercepts.exit(cpu, insn, ExitReason.CPUID);
            cpu.exit.access().cpuid(leaf, subleaf);
            return;
        }
        Access access = cpu.exit.access();
        if (access.kind() == Access.Kind.CPUID && access.answered()) {
            registers(cpu, access.eax(), access.ebx(), access.ecx(), access.edx());
        } else {
            CpuidAnswer answer = cpu.cpuid;
            cpu.model.table().cpuid(leaf, subleaf, answer);
            registers(cpu, answer.eax, answer.ebx, answer.ecx, answer.edx);
        }
    }

    private static void registers(Cpu cpu, int a, int b, int c, int d) {
        cpu.gpr[Cpu.RAX] = a & 0xffff_ffffL;
        cpu.gpr[Cpu.RBX] = b & 0xffff_ffffL;
        cpu.gpr[Cpu.RCX] = c & 0xffff_ffffL;
        cpu.gpr[Cpu.RDX] = d & 0xffff_ffffL;
    }

    /** There is no cache that memory could be behind, so both instructions have nothing to do. */
    private static void invd(Cpu cpu, Insn insn) {
        if (Intercepts.unconditional(cpu)) {
            Intercepts.exit(cpu, insn, ExitReason.INVD);
        }
    }

    private static void wbinvd(Cpu cpu, Insn insn) {
        if (Intercepts.on(cpu, SecondaryControl.WBINVD_EXITING)) {
            Intercepts.exit(cpu, insn, ExitReason.WBINVD);
        }
    }

    /** Faults as a load of one byte, which an execute-only segment permits; a device is not touched. */
    private static void flushLine(Cpu cpu, Insn insn) {
        cpu.probe(insn.segment, cpu.address(insn, 1, false), 1, Cpu.READ);
    }
}
