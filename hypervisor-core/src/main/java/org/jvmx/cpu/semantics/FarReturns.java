package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Attention;
import org.jvmx.cpu.state.CpuState;
import org.jvmx.cpu.state.ExitSignal;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.EptViolation;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.TaskSwitch;

/** RET far and IRET, to the same and to outer privilege levels, to virtual-8086 mode, and to the previous task. SDM Vol. 2: RET IRET. */
final class FarReturns {
    private static final int BLOCKED_BY_NMI = 8;
    private static final int SEGMENT_NOT_PRESENT = 11;

    /** What IRET may change of RFLAGS at any privilege level. */
    private static final int PLAIN = Flags.STATUS | Flags.TF | Flags.DF | Flags.NT;

    private FarReturns() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.RET_FAR, FarReturns::returnFar);
        to.effect(Mnemonic.IRET, FarReturns::interruptReturn);
        to.effect(Mnemonic.IRETD, FarReturns::interruptReturn);
        to.effect(Mnemonic.IRETQ, FarReturns::interruptReturn);
    }

    /** Reads the stack at a distance from its top, without moving it. */
    private static long peek(Cpu cpu, int distance, int size) {
        long at = cpu.stackPointer() + distance & Cpu.mask(cpu.stackSize());
        return cpu.load(CpuState.SS, cpu.linear(CpuState.SS, at, size, false), size);
    }

    // --- RET

    private static void returnFar(Cpu cpu, Insn insn) {
        int size = insn.operandSize;
        int release = insn.operandCount == 0 ? 0 : (int) insn.immediate & 0xffff;
        long offset = peek(cpu, 0, size);
        int selector = (int) peek(cpu, size, size) & 0xffff;
        if (!cpu.protectedNotV86()) {
            if (offset > cpu.limit[CpuState.CS]) {
                throw cpu.gp(0);
            }
            release(cpu, 2 * size + release);
            Segments.loadReal(cpu, CpuState.CS, selector);
            cpu.nextRip = offset;
            cpu.modeChanged();
            return;
        }
        Descriptor code = returnSegment(cpu, selector);
        if (code.rpl() == cpu.cpl) {
            Segments.checkTarget(cpu, code, offset);
            Segments.installCode(cpu, code, cpu.cpl);
            release(cpu, 2 * size + release);
        } else {
            long pointer = peek(cpu, 2 * size + release, size);
            int stackSelector = (int) peek(cpu, 3 * size + release, size) & 0xffff;
            openOuter(cpu, code, stackSelector);
            Segments.checkTarget(cpu, code, offset);
            outward(cpu, code, stackSelector, pointer + release);
        }
        cpu.nextRip = offset;
        cpu.modeChanged();
    }

    private static void release(Cpu cpu, int bytes) {
        cpu.reg(CpuState.RSP, cpu.stackSize(), cpu.stackPointer() + bytes);
    }

    /** The code segment that a return goes to, after the checks that RET and IRET have in common. */
    private static Descriptor returnSegment(Cpu cpu, int selector) {
        if (Descriptor.isNull(selector)) {
            throw cpu.gp(0);
        }
        Descriptor code = cpu.descriptor;
        code.fetch(cpu, selector, Segments.GP);
        boolean level = code.isConforming() ? code.dpl() <= code.rpl() : code.dpl() == code.rpl();
        if (!code.isCode() || code.rpl() < cpu.cpl || !level) {
            throw code.fault(cpu, Segments.GP);
        }
        if (!code.present()) {
            throw code.fault(cpu, SEGMENT_NOT_PRESENT);
        }
        Segments.checkLong(cpu, code);
        code.markAccessed(cpu);
        return code;
    }

    /** Checks the stack segment of the outer level. It may be null where the return goes to 64-bit mode, but not to level 3. */
    private static void openOuter(Cpu cpu, Descriptor code, int selector) {
        Descriptor stack = cpu.stackDescriptor;
        int level = code.rpl();
        if (Descriptor.isNull(selector)) {
            if (!cpu.longMode() || !code.isLongCode() || level == 3 || (selector & 3) != level) {
                throw cpu.gp(0);
            }
            stack.selector = 0;
            return;
        }
        stack.fetch(cpu, selector, Segments.GP);
        Segments.checkStack(cpu, stack, level, Segments.GP);
        stack.markAccessed(cpu);
    }

    /** Goes to the outer level with its stack. */
    private static void outward(Cpu cpu, Descriptor code, int stackSelector, long pointer) {
        int level = code.rpl();
        Segments.installCode(cpu, code, level);
        if (Descriptor.isNull(stackSelector)) {
            Segments.loadNullStack(cpu, stackSelector, level);
        } else {
            cpu.stackDescriptor.install(cpu, CpuState.SS, stackSelector);
        }
        cpu.reg(CpuState.RSP, cpu.stackSize(), pointer);
        Segments.dropInner(cpu);
    }

    // --- IRET

    private static void interruptReturn(Cpu cpu, Insn insn) {
        unblockNmis(cpu);
        try {
            perform(cpu, insn.operandSize);
        } catch (ExitSignal exit) {
            noteUnblocking(cpu);
            throw exit;
        }
        if ((cpu.attention & Attention.EXIT) == 0) {
            cpu.delivery.nmiUnblocked = false;
        }
    }

    /** SDM Vol. 3, "Changes to Instruction Behavior in VMX Non-Root Operation", IRET. */
    private static void unblockNmis(Cpu cpu) {
        boolean physical = cpu.controls.has(PinBasedControl.NMI_EXITING) && !cpu.controls.has(PinBasedControl.VIRTUAL_NMIS);
        cpu.delivery.nmiUnblocked = !physical && (cpu.interruptibility & BLOCKED_BY_NMI) != 0;
        if (cpu.delivery.nmiUnblocked) {
            cpu.interruptibility &= ~BLOCKED_BY_NMI;
            Boundary.demand(cpu);
        }
    }

    private static void noteUnblocking(Cpu cpu) {
        if (cpu.delivery.nmiUnblocked && cpu.exit.reason() == ExitReason.EPT_VIOLATION) {
            cpu.exit.qualify(cpu.exit.qualification() | EptViolation.NMI_UNBLOCKING);
        }
        cpu.delivery.nmiUnblocked = false;
    }

    private static void perform(Cpu cpu, int size) {
        if (!cpu.protectedMode()) {
            returnReal(cpu, size);
        } else if (cpu.v8086()) {
            returnInV86(cpu, size);
        } else if ((cpu.systemFlags & Flags.NT) != 0) {
            returnToTask(cpu);
        } else {
            returnProtected(cpu, size);
        }
    }

    private static void returnReal(Cpu cpu, int size) {
        long offset = peek(cpu, 0, size);
        int selector = (int) peek(cpu, size, size) & 0xffff;
        int flags = (int) peek(cpu, 2 * size, size);
        if (offset > cpu.limit[CpuState.CS]) {
            throw cpu.gp(0);
        }
        release(cpu, 3 * size);
        Segments.loadReal(cpu, CpuState.CS, selector);
        cpu.nextRip = offset;
        changeFlags(cpu, flags, PLAIN | Flags.IF | Flags.IOPL | Flags.RF | Flags.AC | Flags.ID, size);
    }

    private static void returnInV86(Cpu cpu, int size) {
        boolean extension = (cpu.cr4 & 1) != 0 && size == 2;
        if (cpu.iopl() < 3 && !extension) {
            throw cpu.gp(0);
        }
        long offset = peek(cpu, 0, size);
        int selector = (int) peek(cpu, size, size) & 0xffff;
        int flags = (int) peek(cpu, 2 * size, size);
        boolean wantsInterrupts = (flags & Flags.IF) != 0;
        if (cpu.iopl() < 3 && ((cpu.systemFlags & Flags.VIP) != 0 && wantsInterrupts || (flags & Flags.TF) != 0)) {
            throw cpu.gp(0);
        }
        if (offset > 0xffff) {
            throw cpu.gp(0);
        }
        release(cpu, 3 * size);
        Segments.loadReal(cpu, CpuState.CS, selector);
        cpu.nextRip = offset;
        if (cpu.iopl() == 3) {
            changeFlags(cpu, flags, PLAIN | Flags.IF | Flags.RF | Flags.AC | Flags.ID, size);
        } else {
            int virtual = flags & ~Flags.VIF | (wantsInterrupts ? Flags.VIF : 0);
            changeFlags(cpu, virtual, PLAIN & ~Flags.TF | Flags.VIF, 4);
        }
    }

    private static void returnToTask(Cpu cpu) {
        if (cpu.longMode()) {
            throw cpu.gp(0);
        }
        int link = (int) cpu.systemLoad(cpu.base[CpuState.TR], 2);
        TaskSwitches.begin(cpu, link, TaskSwitch.IRET, cpu.nextRip);
    }

    private static void returnProtected(Cpu cpu, int size) {
        long offset = peek(cpu, 0, size);
        int selector = (int) peek(cpu, size, size) & 0xffff;
        int flags = (int) peek(cpu, 2 * size, size);
        if (size == 4 && (flags & Flags.VM) != 0 && cpu.cpl == 0 && !cpu.longMode()) {
            returnToV86(cpu, offset, selector, flags);
            return;
        }
        boolean wide = cpu.longCode();
        Descriptor code = returnSegment(cpu, selector);
        int level = cpu.cpl;
        int oldIopl = cpu.iopl();
        if (code.rpl() == level && !wide) {
            Segments.checkTarget(cpu, code, offset);
            release(cpu, 3 * size);
            Segments.installCode(cpu, code, level);
        } else {
            long pointer = peek(cpu, 3 * size, size);
            int stackSelector = (int) peek(cpu, 4 * size, size) & 0xffff;
            openOuter(cpu, code, stackSelector);
            Segments.checkTarget(cpu, code, offset);
            outward(cpu, code, stackSelector, pointer);
        }
        cpu.nextRip = offset;
        int change = PLAIN | Flags.RF | Flags.AC | Flags.ID;
        change |= level <= oldIopl ? Flags.IF : 0;
        change |= level == 0 ? Flags.IOPL | Flags.VIF | Flags.VIP : 0;
        changeFlags(cpu, flags, change, size);
    }

    /** SDM Vol. 2, IRET, "RETURN-TO-VIRTUAL-8086-MODE". */
    private static void returnToV86(Cpu cpu, long offset, int selector, int flags) {
        if (offset > 0xffff) {
            throw cpu.gp(0);
        }
        long pointer = peek(cpu, 12, 4);
        int stack = (int) peek(cpu, 16, 4);
        int es = (int) peek(cpu, 20, 4);
        int ds = (int) peek(cpu, 24, 4);
        int fs = (int) peek(cpu, 28, 4);
        int gs = (int) peek(cpu, 32, 4);
        cpu.flags(flags & 0x3f_7fd7);
        armResume(cpu);
        cpu.cpl = 3;
        Segments.loadReal(cpu, CpuState.CS, selector);
        Segments.loadReal(cpu, CpuState.SS, stack);
        Segments.loadReal(cpu, CpuState.ES, es);
        Segments.loadReal(cpu, CpuState.DS, ds);
        Segments.loadReal(cpu, CpuState.FS, fs);
        Segments.loadReal(cpu, CpuState.GS, gs);
        cpu.gpr[CpuState.RSP] = pointer & 0xffff_ffffL;
        cpu.nextRip = offset;
        cpu.modeChanged();
    }

    private static void changeFlags(Cpu cpu, int flags, int change, int size) {
        int mask = size == 2 ? change & 0xffff : change;
        cpu.flags(cpu.flags() & ~mask | flags & mask);
        armResume(cpu);
        cpu.modeChanged();
    }

    /** An RF that IRET loads holds for the next instruction. */
    private static void armResume(Cpu cpu) {
        cpu.delivery.resumeArmed = false;
    }
}
