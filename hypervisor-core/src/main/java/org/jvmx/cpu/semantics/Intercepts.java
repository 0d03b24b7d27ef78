package org.jvmx.cpu.semantics;

import org.jvmx.isa.Insn;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;

/**
 * Whether an instruction leaves VMX non-root operation, and what the exit information says of it. SDM Vol. 3, "Instructions That Cause VM
 * Exits" and "Information for VM Exits Due to Instruction Execution".
 */
final class Intercepts {
    private Intercepts() {
    }

    /** Whether a control is 1 and the monitor has not asked to ignore it. */
    static boolean on(Cpu cpu, PrimaryControl control) {
        return cpu.controls.has(control) && !cpu.completion.interceptsOff;
    }

    /** Whether a control is 1 and the monitor has not asked to ignore it. */
    static boolean on(Cpu cpu, SecondaryControl control) {
        return cpu.controls.has(control) && !cpu.completion.interceptsOff;
    }

    /** Whether an instruction that always exits does so: unless the monitor wants it over with. */
    static boolean unconditional(Cpu cpu) {
        return !cpu.completion.interceptsOff;
    }

    /** Exits without qualification. */
    static void exit(Cpu cpu, Insn insn, ExitReason reason) {
        exit(cpu, insn, reason, 0);
    }

    /** Exits because of the current instruction. */
    static void exit(Cpu cpu, Insn insn, ExitReason reason, long qualification) {
        cpu.vmExit(reason, qualification);
        cpu.exit.length(insn.length);
    }

    /** The displacement of a memory operand, relative to the next instruction where the operand is; 0 for a register. */
    static long displacement(Cpu cpu, Insn insn) {
        return insn.hasMemory() ? insn.disp + (insn.ripRelative ? cpu.rip + insn.length : 0) : 0;
    }

    /** Scaling, address size, segment, index and base of a memory operand, or the register in its place. */
    static int operandInformation(Insn insn) {
        int information = addressSize(insn);
        if (!insn.hasMemory()) {
            return information | 1 << 10 | insn.rm << 3;
        }
        boolean base = insn.base != Insn.NO_REGISTER;
        boolean index = insn.index != Insn.NO_REGISTER;
        information |= insn.scale | insn.segment << 15;
        information |= index ? insn.index << 18 : 1 << 22;
        return information | (base ? insn.base << 23 : 1 << 27);
    }

    /** As {@link #operandInformation}, with the second register. */
    static int operandsInformation(Insn insn) {
        return operandInformation(insn) | insn.reg << 28;
    }

    /** Address size and segment of INS and OUTS. */
    static int stringInformation(Insn insn) {
        return addressSize(insn) | insn.segment << 15;
    }

    private static int addressSize(Insn insn) {
        return (insn.addressSize >> 2) << 7;
    }
}
