package org.jvmx.cpu.semantics;

import org.jvmx.arch.Cr4;
import org.jvmx.arch.Dr6;
import org.jvmx.arch.Dr7;
import org.jvmx.cpu.state.GuestFault;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;
import org.jvmx.vmx.DrAccess;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PrimaryControl;

/** SDM Vol. 2: MOV (debug registers); Vol. 3, "Debug Registers". */
final class DebugRegisters {
    private static final long DR6_BITS = Dr6.B | Dr6.BD | Dr6.BS | Dr6.BT;
    private static final long DR7_BITS = 0xffff_0000L | Dr7.GD | Dr7.LE | Dr7.GE | Dr7.ENABLES;

    private DebugRegisters() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.MOV_DR, DebugRegisters::move);
    }

    private static void move(Cpu cpu, Insn insn) {
        boolean write = insn.kind(0) == OperandKind.DEBUG_REG;
        int number = insn.register(write ? 0 : 1);
        int general = insn.register(write ? 1 : 0);
        if ((number == 4 || number == 5) && (cpu.cr4 & Cr4.DE) != 0) {
            throw cpu.ud();
        }
        if (Intercepts.on(cpu, PrimaryControl.MOV_DR_EXITING)) {
            Intercepts.exit(cpu, insn, ExitReason.DR_ACCESS, DrAccess.mov(number, !write, general));
            return;
        }
        if ((cpu.dr7 & Dr7.GD) != 0) {
            GuestFault fault = cpu.raise(1);
            fault.detail = Dr6.BD;
            throw fault;
        }
        int actual = number == 4 || number == 5 ? number + 2 : number;
        if (write) {
            write(cpu, actual, cpu.operand(insn, 1));
        } else {
            cpu.operand(insn, 0, actual < 4 ? cpu.dr[actual] : actual == 6 ? cpu.dr6 : cpu.dr7);
        }
    }

    private static void write(Cpu cpu, int number, long value) {
        if (number >= 6 && value >>> 32 != 0) {
            throw cpu.gp(0);
        }
        switch (number) {
            case 6 -> cpu.dr6 = status(value);
            case 7 -> cpu.dr7 = control(value);
            default -> cpu.dr[number] = value;
        }
        cpu.modeChanged();
    }

    /** DR6 with its fixed bits. */
    static long status(long value) {
        return value & DR6_BITS | Dr6.FIXED;
    }

    /** DR7 with its fixed bits. */
    static long control(long value) {
        return value & DR7_BITS | Dr7.FIXED;
    }
}
