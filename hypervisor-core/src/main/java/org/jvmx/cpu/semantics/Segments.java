package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.CpuState;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Loads and stores of segment registers. SDM Vol. 2: MOV PUSH POP (segment registers) LDS LES LFS LGS LSS. */
final class Segments {
    static final int TS = 10;
    static final int NP = 11;
    static final int SS = 12;
    static final int GP = 13;

    /** Access rights of a segment in virtual-8086 mode, and of one that becomes usable in real-address mode. */
    static final int V86_RIGHTS = 0xf3;
    private static final int REAL_RIGHTS = 0x93;

    private static final int BLOCKED_BY_MOV_SS = 2;

    private Segments() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.MOV_SREG, Segments::move);
        to.effect(Mnemonic.PUSH_SREG, Segments::push);
        to.effect(Mnemonic.POP_SREG, Segments::pop);
        far(to, Mnemonic.LES, CpuState.ES);
        far(to, Mnemonic.LDS, CpuState.DS);
        far(to, Mnemonic.LSS, CpuState.SS);
        far(to, Mnemonic.LFS, CpuState.FS);
        far(to, Mnemonic.LGS, CpuState.GS);
    }

    private static void far(Meanings to, Mnemonic mnemonic, int segment) {
        to.effect(mnemonic, (cpu, insn) -> loadFar(cpu, insn, segment));
    }

    private static void move(Cpu cpu, Insn insn) {
        if (insn.opcode == 0x8e) {
            int segment = insn.register(0);
            load(cpu, segment, (int) cpu.operand(insn, 1));
            if (segment == CpuState.SS) {
                blockByMovSs(cpu);
            }
        } else {
            cpu.operand(insn, 0, cpu.selector[insn.register(1)]);
        }
    }

    /**
     * Events are held off until the next instruction is complete. SDM Vol. 3, "Masking Exceptions and Interrupts When Switching Stacks".
     */
    private static void blockByMovSs(Cpu cpu) {
        Boundary.settle(cpu);
        if ((cpu.interruptibility & BLOCKED_BY_MOV_SS) == 0) {
            Boundary.block(cpu, BLOCKED_BY_MOV_SS);
        }
    }

    private static void push(Cpu cpu, Insn insn) {
        int selector = cpu.selector[insn.register(0)];
        int size = insn.operandSize;
        if (size != 4) {
            cpu.push(size, selector);
            return;
        }
        int width = cpu.stackSize();
        long top = cpu.gpr[CpuState.RSP] - 4 & Cpu.mask(width);
        cpu.store(CpuState.SS, cpu.linear(CpuState.SS, top, 2, true), 2, selector);
        cpu.reg(CpuState.RSP, width, top);
    }

    private static void pop(Cpu cpu, Insn insn) {
        int segment = insn.register(0);
        int width = cpu.stackSize();
        int size = insn.operandSize;
        long top = cpu.stackPointer();
        long value = cpu.load(CpuState.SS, cpu.linear(CpuState.SS, top, 2, false), 2);
        load(cpu, segment, (int) value);
        cpu.reg(CpuState.RSP, width, top + size);
        if (segment == CpuState.SS) {
            blockByMovSs(cpu);
        }
    }

    private static void loadFar(Cpu cpu, Insn insn, int segment) {
        int size = insn.operandSize;
        long at = cpu.offset(insn);
        long offset = cpu.load(insn.segment, cpu.linear(insn.segment, at, size, false), size);
        long behind = at + size & Cpu.mask(insn.addressSize);
        long selector = cpu.load(insn.segment, cpu.linear(insn.segment, behind, 2, false), 2);
        load(cpu, segment, (int) selector);
        cpu.reg(insn.reg, size, offset);
    }

    // --- loads

    /** Loads a data or stack segment register as MOV does. */
    static void load(Cpu cpu, int segment, int selector) {
        if (!cpu.protectedNotV86()) {
            loadReal(cpu, segment, selector);
        } else if (segment == CpuState.SS) {
            loadStack(cpu, selector, GP);
            cpu.modeChanged();
            return;
        } else if (Descriptor.isNull(selector)) {
            loadNull(cpu, segment, selector);
        } else {
            Descriptor data = cpu.descriptor;
            data.fetch(cpu, selector, GP);
            checkData(cpu, data, GP);
            data.markAccessed(cpu);
            data.install(cpu, segment, selector);
        }
        changed(cpu, segment);
    }

    private static void changed(Cpu cpu, int segment) {
        if (segment == CpuState.SS || segment == CpuState.CS) {
            cpu.modeChanged();
        } else {
            cpu.segmentChanged(segment);
        }
    }

    /** Real-address mode changes selector and base, virtual-8086 mode all of it. */
    static void loadReal(Cpu cpu, int segment, int selector) {
        cpu.selector[segment] = selector & 0xffff;
        cpu.base[segment] = (selector & 0xffffL) << 4;
        if (cpu.v8086()) {
            cpu.limit[segment] = 0xffff;
            cpu.access[segment] = V86_RIGHTS;
        } else if ((cpu.access[segment] & Descriptor.UNUSABLE) != 0) {
            cpu.limit[segment] = 0xffff;
            cpu.access[segment] = REAL_RIGHTS;
        }
    }

    static void loadNull(Cpu cpu, int segment, int selector) {
        cpu.selector[segment] = selector & 0xffff;
        cpu.base[segment] = 0;
        cpu.limit[segment] = 0;
        cpu.access[segment] = Descriptor.UNUSABLE;
    }

    /** SS in 64-bit mode may be null; it keeps the privilege level. */
    static void loadNullStack(Cpu cpu, int selector, int level) {
        loadNull(cpu, CpuState.SS, selector);
        cpu.access[CpuState.SS] = Descriptor.UNUSABLE | level << 5;
    }

    private static void loadStack(Cpu cpu, int selector, int vector) {
        if (Descriptor.isNull(selector)) {
            if (!cpu.longCode() || cpu.cpl == 3 || (selector & 3) != cpu.cpl) {
                throw cpu.raise(vector, 0);
            }
            loadNullStack(cpu, selector, cpu.cpl);
            return;
        }
        Descriptor stack = cpu.descriptor;
        stack.fetch(cpu, selector, vector);
        checkStack(cpu, stack, cpu.cpl, vector);
        stack.markAccessed(cpu);
        stack.install(cpu, CpuState.SS, selector);
    }

    /** What SS must be for a privilege level. */
    static void checkStack(Cpu cpu, Descriptor stack, int level, int vector) {
        if (stack.rpl() != level || !stack.isWritableData() || stack.dpl() != level) {
            throw stack.fault(cpu, vector);
        }
        if (!stack.present()) {
            throw stack.fault(cpu, SS);
        }
    }

    /** What DS, ES, FS or GS must be. */
    static void checkData(Cpu cpu, Descriptor data, int vector) {
        if (!data.isReadable()) {
            throw data.fault(cpu, vector);
        }
        if (!data.isConforming() && (data.rpl() > data.dpl() || cpu.cpl > data.dpl())) {
            throw data.fault(cpu, vector);
        }
        if (!data.present()) {
            throw data.fault(cpu, NP);
        }
    }

    /**
     * Makes data segments null that the outer privilege level may not use. In IA-32e mode the bases stay, as on silicon: kernels rely on
     * GS. SDM Vol. 2, RET, "return-to-outer-privilege-level".
     */
    static void dropInner(Cpu cpu) {
        for (int segment = CpuState.ES; segment <= CpuState.GS; segment++) {
            if (segment == CpuState.CS || segment == CpuState.SS) {
                continue;
            }
            int rights = cpu.access[segment];
            if (Descriptor.isNull(cpu.selector[segment])) {
                cpu.selector[segment] = 0;
            }
            boolean conforming = (rights & 0x1c) == 0x1c;
            if ((rights & Descriptor.UNUSABLE) == 0 && !conforming && (rights >> 5 & 3) < cpu.cpl) {
                long base = cpu.base[segment];
                loadNull(cpu, segment, 0);
                cpu.base[segment] = cpu.longMode() ? base : 0;
                cpu.segmentChanged(segment);
            }
        }
    }

    // --- code

    /** What a code segment must be in IA-32e mode: not both long and big. */
    static void checkLong(Cpu cpu, Descriptor code) {
        if (cpu.longMode() && code.isLongCode() && code.isBig()) {
            throw code.fault(cpu, GP);
        }
    }

    /** Whether an offset is one in the code segment; #GP(EXT) if not. */
    static void checkTarget(Cpu cpu, Descriptor code, long offset) {
        boolean inside = cpu.longMode() && code.isLongCode() ? CpuState.canonical(offset) : offset <= code.limit;
        if (!inside) {
            throw cpu.gp(cpu.delivery.ext);
        }
    }

    /** Loads CS with the given privilege level, which becomes the current one. */
    static void installCode(Cpu cpu, Descriptor code, int level) {
        code.install(cpu, CpuState.CS, code.selector & 0xfffc | level);
        cpu.cpl = level;
    }
}
