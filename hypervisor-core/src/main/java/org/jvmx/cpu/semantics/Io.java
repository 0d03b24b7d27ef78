package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Completion;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;
import org.jvmx.vmx.ExecutionControls;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PrimaryControl;

/** Port input and output. SDM Vol. 2: IN INS OUT OUTS; SDM Vol. 1, "Input/Output". The processor itself has nothing on its ports. */
final class Io {
    private static final int IN = 1 << 3;
    private static final int STRING = 1 << 4;
    private static final int REPEATED = 1 << 5;
    private static final int IMMEDIATE = 1 << 6;

    private Io() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.IN, Io::in);
        to.effect(Mnemonic.OUT, Io::out);
        to.effect(Mnemonic.INSB, (cpu, insn) -> ins(cpu, insn, 1));
        to.effect(Mnemonic.INSW, (cpu, insn) -> ins(cpu, insn, 2));
        to.effect(Mnemonic.INSD, (cpu, insn) -> ins(cpu, insn, 4));
        to.effect(Mnemonic.OUTSB, (cpu, insn) -> outs(cpu, insn, 1));
        to.effect(Mnemonic.OUTSW, (cpu, insn) -> outs(cpu, insn, 2));
        to.effect(Mnemonic.OUTSD, (cpu, insn) -> outs(cpu, insn, 4));
    }

    private static void in(Cpu cpu, Insn insn) {
        int size = insn.width(0);
        boolean immediate = insn.kind(1) == OperandKind.IMMEDIATE;
        int port = immediate ? (int) insn.immediate & 0xff : (int) cpu.gpr[Cpu.RDX] & 0xffff;
        checkPermission(cpu, port, size);
        if (cpu.completion.take(Completion.PORT, port, size, false)) {
            cpu.reg(Cpu.RAX, size, cpu.completion.value());
        } else if (intercepted(cpu, port, size)) {
            exit(cpu, insn, port, size, IN | (immediate ? IMMEDIATE : 0), 0);
        } else {
            cpu.reg(Cpu.RAX, size, -1);
        }
    }

    private static void out(Cpu cpu, Insn insn) {
        int size = insn.width(1);
        boolean immediate = insn.kind(0) == OperandKind.IMMEDIATE;
        int port = immediate ? (int) insn.immediate & 0xff : (int) cpu.gpr[Cpu.RDX] & 0xffff;
        checkPermission(cpu, port, size);
        if (!cpu.completion.take(Completion.PORT, port, size, true) && intercepted(cpu, port, size)) {
            exit(cpu, insn, port, size, immediate ? IMMEDIATE : 0, (int) cpu.reg(Cpu.RAX, size));
        }
    }

    /** One iteration; a repeated instruction runs again until its count is zero. */
    private static void ins(Cpu cpu, Insn insn, int size) {
        int port = (int) cpu.gpr[Cpu.RDX] & 0xffff;
        checkPermission(cpu, port, size);
        if (finished(cpu, insn)) {
            return;
        }
        long linear = cpu.linear(Cpu.ES, cpu.reg(Cpu.RDI, insn.addressSize), size, true);
        long value = -1;
        if (cpu.completion.take(Completion.PORT, port, size, false)) {
            value = cpu.completion.value();
        } else if (intercepted(cpu, port, size)) {
            cpu.probe(Cpu.ES, linear, size, Cpu.WRITE);
            exitString(cpu, insn, port, size, IN, 0, linear);
            return;
        }
        cpu.store(Cpu.ES, linear, size, value);
        advance(cpu, insn, Cpu.RDI, size);
    }

    private static void outs(Cpu cpu, Insn insn, int size) {
        int port = (int) cpu.gpr[Cpu.RDX] & 0xffff;
        checkPermission(cpu, port, size);
        if (finished(cpu, insn)) {
            return;
        }
        long linear = cpu.linear(insn.segment, cpu.reg(Cpu.RSI, insn.addressSize), size, false);
        int value = (int) cpu.load(insn.segment, linear, size);
        if (!cpu.completion.take(Completion.PORT, port, size, true) && intercepted(cpu, port, size)) {
            exitString(cpu, insn, port, size, 0, value, linear);
            return;
        }
        advance(cpu, insn, Cpu.RSI, size);
    }

    private static boolean finished(Cpu cpu, Insn insn) {
        return insn.rep != 0 && cpu.reg(Cpu.RCX, insn.addressSize) == 0;
    }

    private static void advance(Cpu cpu, Insn insn, int pointer, int size) {
        int width = insn.addressSize;
        cpu.reg(pointer, width, cpu.reg(pointer, width) + (cpu.df() ? -size : size));
        if (insn.rep != 0) {
            long left = cpu.reg(Cpu.RCX, width) - 1;
            cpu.reg(Cpu.RCX, width, left);
            if ((left & Cpu.mask(width)) != 0) {
                cpu.nextRip = cpu.rip;
            }
        }
    }

    private static void exit(Cpu cpu, Insn insn, int port, int size, int how, int value) {
        Intercepts.exit(cpu, insn, ExitReason.IO_INSTRUCTION, size - 1 | how | (long) port << 16);
        cpu.exit.access().port(port, size, (how & IN) == 0, value);
    }

    private static void exitString(Cpu cpu, Insn insn, int port, int size, int how, int value, long linear) {
        exit(cpu, insn, port, size, how | STRING | (insn.rep != 0 ? REPEATED : 0), value);
        cpu.exit.linear(linear);
        cpu.exit.instruction(Intercepts.stringInformation(insn));
    }

    /** SDM Vol. 1, "I/O Permission Bit Map". */
    private static void checkPermission(Cpu cpu, int port, int size) {
        if (!cpu.protectedMode() || !cpu.v8086() && cpu.cpl <= cpu.iopl()) {
            return;
        }
        int type = cpu.access[Cpu.TR] & 0xf;
        long limit = cpu.limit[Cpu.TR];
        if ((cpu.access[Cpu.TR] & 1 << 16) != 0 || type != 11 && type != 9 || limit < 103) {
            throw cpu.gp(0);
        }
        long map = cpu.systemLoad(cpu.base[Cpu.TR] + 102, 2);
        long at = map + (port >> 3);
        if (at + 1 > limit) {
            throw cpu.gp(0);
        }
        long bits = cpu.systemLoad(cpu.base[Cpu.TR] + at, 2) >>> (port & 7);
        if ((bits & (1 << size) - 1) != 0) {
            throw cpu.gp(0);
        }
    }

    /** SDM Vol. 3, "I/O-Bitmap Addresses". */
    private static boolean intercepted(Cpu cpu, int port, int size) {
        ExecutionControls controls = cpu.controls;
        if (cpu.completion.interceptsOff) {
            return false;
        }
        if (!controls.has(PrimaryControl.USE_IO_BITMAPS)) {
            return controls.has(PrimaryControl.UNCONDITIONAL_IO_EXITING);
        }
        if (port + size > 0x1_0000) {
            return true;
        }
        for (int each = port; each < port + size; each++) {
            long at = (each < 0x8000 ? controls.ioBitmapA : controls.ioBitmapB) + ((each & 0x7fff) >> 3);
            if (!cpu.host.contains(at, 1) || (cpu.host.readByte(at) >> (each & 7) & 1) != 0) {
                return true;
            }
        }
        return false;
    }
}
