package org.jvmx.cpu.semantics;

import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.ExitReason;

/**
 * VMX instructions that a guest executes: in VMX non-root operation each is a VM exit, before its operands are looked at. VMCALL reaches
 * the monitor on every processor model; the others are undefined where the model does not offer VMX. SDM Vol. 3, "VMX Instruction
 * Reference".
 */
final class VmxInstructions {
    private VmxInstructions() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.VMCALL, VmxInstructions::call);
        for (Mnemonic absent : new Mnemonic[] {Mnemonic.VMFUNC, Mnemonic.GETSEC, Mnemonic.RSM}) {
            to.effect(absent, VmxInstructions::undefined);
        }
        plain(to, Mnemonic.VMLAUNCH, ExitReason.VMLAUNCH);
        plain(to, Mnemonic.VMRESUME, ExitReason.VMRESUME);
        plain(to, Mnemonic.VMXOFF, ExitReason.VMOFF);
        memory(to, Mnemonic.VMXON, ExitReason.VMON);
        memory(to, Mnemonic.VMCLEAR, ExitReason.VMCLEAR);
        memory(to, Mnemonic.VMPTRLD, ExitReason.VMPTRLD);
        memory(to, Mnemonic.VMPTRST, ExitReason.VMPTRST);
        memory(to, Mnemonic.VMREAD, ExitReason.VMREAD);
        memory(to, Mnemonic.VMWRITE, ExitReason.VMWRITE);
        memory(to, Mnemonic.INVEPT, ExitReason.INVEPT);
        memory(to, Mnemonic.INVVPID, ExitReason.INVVPID);
    }

    private static void plain(Meanings to, Mnemonic mnemonic, ExitReason reason) {
        to.effect(mnemonic, (cpu, insn) -> exit(cpu, insn, reason));
    }

    private static void memory(Meanings to, Mnemonic mnemonic, ExitReason reason) {
        to.effect(mnemonic, (cpu, insn) -> {
            if (exit(cpu, insn, reason)) {
                cpu.exit.qualify(Intercepts.displacement(cpu, insn));
                cpu.exit.instruction(Intercepts.operandsInformation(insn));
            }
        });
    }

    private static void undefined(Cpu cpu, Insn insn) {
        throw cpu.ud();
    }

    private static void call(Cpu cpu, Insn insn) {
        if (Intercepts.unconditional(cpu)) {
            Intercepts.exit(cpu, insn, ExitReason.VMCALL);
        }
    }

    private static boolean exit(Cpu cpu, Insn insn, ExitReason reason) {
        boolean wrongMode = (cpu.cr0 & Cr0.PE) == 0 || cpu.v8086() || cpu.longMode() && !cpu.longCode();
        if (wrongMode || (cpu.controls.visibleCr4(cpu.cr4) & Cr4.VMXE) == 0) {
            throw cpu.ud();
        }
        if (cpu.cpl != 0) {
            throw cpu.gp(0);
        }
        if (!Intercepts.unconditional(cpu)) {
            return false;
        }
        Intercepts.exit(cpu, insn, reason);
        return true;
    }
}
