package org.jvmx.cpu.semantics;

import java.lang.invoke.VarHandle;

import org.jvmx.arch.CpuidAnswer;
import org.jvmx.arch.Hot;
import org.jvmx.cpu.fp.Fp80;
import org.jvmx.cpu.mmu.MemoryAccess;
import org.jvmx.cpu.state.Attention;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.memory.BusLock;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.ExitReason;

/** The processor as its instructions see it: registers by width, segmented addresses, the stack, jumps, mode changes, VM exits. */
public final class Cpu extends MemoryAccess {
    /** Parts of {@link #modeKey}: code size (0: 16, 1: 32, 2: 64 bits), CPL, stack size as the code size. */
    public static final int KEY_CODE = 3;
    public static final int KEY_CPL_SHIFT = 2;
    public static final int KEY_STACK_SHIFT = 4;
    public static final int KEY_PROTECTED = 1 << 6;
    public static final int KEY_V86 = 1 << 7;
    public static final int KEY_LONG = 1 << 8;
    public static final int KEY_EM = 1 << 9;
    public static final int KEY_TS = 1 << 10;
    public static final int KEY_MP = 1 << 11;
    public static final int KEY_OSFXSR = 1 << 12;
    public static final int KEY_OSXSAVE = 1 << 13;
    public static final int KEY_UMIP = 1 << 14;
    /** Offsets of code are linear addresses, and the code segment's limit is never met. */
    public static final int KEY_FLAT = 1 << 15;
    /** CR4.OSXSAVE and the SSE and AVX bits of XCR0 are set. */
    public static final int KEY_AVX = 1 << 16;

    /** Everything about the mode that decoded code depends on. */
    public int modeKey;

    /** Highest offset that a load or store in a segment may touch without a closer look; -1 where each needs one. Not for 64-bit mode. */
    private final long[] readLimit = new long[6];
    private final long[] writeLimit = new long[6];

    /** Extended-precision arithmetic of the x87 instructions. */
    public final Fp80 fpu = new Fp80();
    /** Working storage of the MMX and SSE instructions. */
    public final SimdUnit simd = new SimdUnit();

    /** The model's CPUID, MSRs and random numbers. */
    public final Model model;

    /** Room for the descriptors and the stack of the transfer that is under way. */
    final Descriptor descriptor = new Descriptor();
    final Descriptor gate = new Descriptor();
    final Descriptor stackDescriptor = new Descriptor();
    final StackFrame frame = new StackFrame();

    /** Model-specific registers that only RDMSR, WRMSR and MSR lists see; and room for an answer of CPUID. */
    final MsrFile msrs = new MsrFile();
    final CpuidAnswer cpuid = new CpuidAnswer();

    /** Whether other processors of the machine run in other threads; and its place on their bus, else null. */
    public final boolean parallel;
    private final BusLock.Agent agent;

    public Cpu(HostMemory host, Model model) {
        super(host);
        this.model = model;
        this.parallel = host.bus() != null;
        this.agent = parallel ? host.bus().attach(this::call) : null;
    }

    // --- among other threads

    /** Before the first instruction of a run. */
    public void enterBus() {
        if (parallel) {
            agent.enter();
        }
    }

    /** After the last instruction of a run. */
    public void leaveBus() {
        if (parallel) {
            agent.leave();
            left();
        }
    }

    /** At a boundary: if another thread called, stands still while that has the bus, and looks on to the deadline. */
    public void answerCall() {
        if (parallel && heed()) {
            agent.pause();
            lookToDeadline();
        }
    }

    /** To be called after the deadline was set. */
    public void lookToDeadline() {
        lookToDeadline(parallel);
    }

    // --- registers by width

    /** A general register, zero-extended from {@code width} bytes. */
    @Hot
    public long reg(int number, int width) {
        long value = gpr[number];
        return switch (width) {
            case 1 -> value & 0xff;
            case 2 -> value & 0xffff;
            case 4 -> value & 0xffff_ffffL;
            default -> value;
        };
    }

    /** Writes a general register: 1 and 2 bytes leave the rest, 4 bytes zero the upper half. */
    @Hot
    public void reg(int number, int width, long value) {
        gpr[number] = switch (width) {
            case 1 -> gpr[number] & ~0xffL | value & 0xff;
            case 2 -> gpr[number] & ~0xffffL | value & 0xffff;
            case 4 -> value & 0xffff_ffffL;
            default -> value;
        };
    }

    // --- operands of an effect, by number

    /** Operand {@code n}, zero-extended from its width; a memory operand is loaded. */
    public long operand(Insn insn, int n) {
        return switch (insn.kind(n)) {
            case GPR -> reg(insn.register(n), insn.width(n));
            case GPR_HIGH8 -> gpr[insn.register(n)] >>> 8 & 0xff;
            case MEMORY -> load(insn.segment, address(insn, insn.width(n), false), insn.width(n));
            case IMMEDIATE, RELATIVE -> n > 0 && insn.kind(n - 1) == insn.kind(n) ? insn.immediate2 : insn.immediate & mask(insn.width(n));
            default -> throw new IllegalStateException("operand " + n + " of " + insn);
        };
    }

    /** Writes operand {@code n}. */
    public void operand(Insn insn, int n, long value) {
        switch (insn.kind(n)) {
            case GPR -> reg(insn.register(n), insn.width(n), value);
            case GPR_HIGH8 -> gpr[insn.register(n)] = gpr[insn.register(n)] & ~0xff00L | (value & 0xff) << 8;
            case MEMORY -> store(insn.segment, address(insn, insn.width(n), true), insn.width(n), value);
            default -> throw new IllegalStateException("operand " + n + " of " + insn);
        }
    }

    /** Operand {@code n}, to be written after: faults as a write would. */
    public long operandForUpdate(Insn insn, int n) {
        return insn.isMemory(n) ? loadForUpdate(insn.segment, address(insn, insn.width(n), true), insn.width(n)) : operand(insn, n);
    }

    /** Whether the instruction's memory operand is to be changed in one access that no other processor comes between. */
    public boolean isLocked(Insn insn) {
        return parallel && insn.lock;
    }

    /**
     * Ends a read-modify-write of operand {@code n}.
     *
     * @param old what {@link #operandForUpdate} found
     * @return false if another processor was faster: then it is to be done again
     */
    public boolean replaceOperand(Insn insn, int n, boolean locked, long old, long value) {
        if (!locked || !insn.isMemory(n)) {
            operand(insn, n, value);
            return true;
        }
        int width = insn.width(n);
        return compareAndStore(insn.segment, address(insn, width, true), width, old, value & mask(width));
    }

    /** Stores that were made are seen by all processors before anything that follows. SDM Vol. 3, "Serializing Instructions", "Memory Ordering". */
    public void fence() {
        if (parallel) {
            VarHandle.fullFence();
        }
    }

    /** All ones in {@code width} bytes. */
    public static long mask(int width) {
        return width == 8 ? -1 : (1L << 8 * width) - 1;
    }

    /** Sign-extends from {@code width} bytes. */
    public static long signed(long value, int width) {
        int shift = 64 - 8 * width;
        return value << shift >> shift;
    }

    // --- addresses

    /** Offset of the memory operand in its segment. Only inside effects. */
    public long offset(Insn insn) {
        long offset = gpr[insn.base] + (gpr[insn.index] << insn.scale) + insn.disp + (insn.ripRelative ? rip + insn.length : 0);
        return offset & mask(insn.addressSize);
    }

    /** Linear address of the memory operand, checked against its segment. Only inside effects. */
    public long address(Insn insn, int size, boolean write) {
        return linear(insn.segment, offset(insn), size, write);
    }

    /** Linear address of {@code size} bytes at an offset in a segment, checked against it. SDM, "Limit Checking", "Type Checking". */
    @Hot
    public long linear(int segment, long offset, int size, boolean write) {
        if ((modeKey & KEY_CODE) == 2) {
            return segment >= FS ? base[segment] + offset : offset;
        }
        long last = offset + size - 1;
        if (last <= (write ? writeLimit : readLimit)[segment]) {
            return base[segment] + offset & 0xffff_ffffL;
        }
        return linearSlow(segment, offset, last, write);
    }

    /** Whether the offsets up to {@code last} in a segment may be touched without a closer look; a canonical address is not asked for. */
    public boolean plain(int segment, long last, boolean write) {
        return (modeKey & KEY_CODE) == 2 || last <= (write ? writeLimit : readLimit)[segment];
    }

    /** Linear address of an offset in a segment, unchecked. */
    public long linear(int segment, long offset) {
        if ((modeKey & KEY_CODE) == 2) {
            return segment >= FS ? base[segment] + offset : offset;
        }
        return base[segment] + offset & 0xffff_ffffL;
    }

    private long linearSlow(int segment, long offset, long last, boolean write) {
        int rights = access[segment];
        boolean usable = (rights & 1 << 16) == 0;
        boolean code = (rights & 8) != 0;
        boolean typeOk = write ? !code && (rights & 2) != 0 : !code || (rights & 2) != 0;
        if (protectedNotV86() && (!usable || !typeOk)) {
            throw badAddress(segment);
        }
        boolean expandDown = !code && (rights & 4) != 0;
        long top = (rights & 0x4000) != 0 ? 0xffff_ffffL : 0xffffL;
        boolean inside = expandDown ? offset > limit[segment] && last <= top : last <= limit[segment];
        if (!inside) {
            throw badAddress(segment);
        }
        return base[segment] + offset & 0xffff_ffffL;
    }

    // --- stack

    /** The stack pointer by the width of the stack. */
    public long stackPointer() {
        return reg(RSP, stackSize());
    }

    /** Pushes {@code size} bytes on the current stack. */
    @Hot
    public void push(int size, long value) {
        int width = stackSize();
        long top = gpr[RSP] - size & mask(width);
        store(SS, linear(SS, top, size, true), size, value);
        reg(RSP, width, top);
    }

    /** Pops {@code size} bytes. */
    @Hot
    public long pop(int size) {
        int width = stackSize();
        long top = reg(RSP, width);
        long value = load(SS, linear(SS, top, size, false), size);
        reg(RSP, width, top + size);
        return value;
    }

    // --- jumps

    /**
     * Near transfer to an offset in the code segment: execution goes on there. {@code width} is the operand size.
     *
     * @throws org.jvmx.cpu.state.GuestFault #GP(0) if it is not canonical or beyond the limit
     */
    public void jump(long target, int width) {
        nextRip = checkedTarget(target, width);
    }

    /** The target cut to {@code width} bytes, if a near transfer may go there. */
    @Hot
    public long checkedTarget(long target, int width) {
        long cut = target & mask(width);
        if ((modeKey & KEY_CODE) == 2) {
            if (!canonical(cut)) {
                throw gp(0);
            }
        } else if (cut > limit[CS]) {
            throw gp(0);
        }
        return cut;
    }

    // --- mode

    /** To be called after any change of CPL, CR0, CR4, EFER, segment attributes, TF, IF, AC, RF, VM, DR7, blocking or VM-execution controls. */
    public void modeChanged() {
        boolean isProtected = protectedMode();
        int code = codeSize() >> 2;
        int key = code | cpl << KEY_CPL_SHIFT | stackSize() >> 2 << KEY_STACK_SHIFT;
        key |= isProtected ? KEY_PROTECTED : 0;
        key |= v8086() ? KEY_V86 : 0;
        key |= longMode() ? KEY_LONG : 0;
        key |= (cr0 & 4) != 0 ? KEY_EM : 0;
        key |= (cr0 & 8) != 0 ? KEY_TS : 0;
        key |= (cr0 & 2) != 0 ? KEY_MP : 0;
        key |= (cr4 & 1 << 9) != 0 ? KEY_OSFXSR : 0;
        key |= (cr4 & 1 << 18) != 0 ? KEY_OSXSAVE : 0;
        key |= (cr4 & 1 << 18) != 0 && (xcr0 & 6) == 6 ? KEY_AVX : 0;
        key |= (cr4 & 1 << 11) != 0 ? KEY_UMIP : 0;
        key |= code == 2 || base[CS] == 0 && limit[CS] == 0xffff_ffffL ? KEY_FLAT : 0;
        modeKey = key;
        accessContextChanged();
        for (int segment = ES; segment <= GS; segment++) {
            segmentChanged(segment);
        }
        attention |= Attention.BOUNDARY;
        blockLimit = 0;
    }

    /** Recomputes what {@link #linear} needs to know of a segment; part of {@link #modeChanged}, enough after a load of DS, ES, FS or GS alone. */
    public void segmentChanged(int segment) {
        int rights = access[segment];
        boolean code = (rights & 8) != 0;
        boolean plain = (rights & 1 << 16) == 0 && (code || (rights & 4) == 0);
        boolean checked = protectedNotV86();
        readLimit[segment] = plain && (!checked || !code || (rights & 2) != 0) ? limit[segment] : -1;
        writeLimit[segment] = plain && (!checked || !code && (rights & 2) != 0) ? limit[segment] : -1;
    }

    /** Replaces CR3 and forgets what depended on it. */
    public void loadCr3(long value) {
        cr3 = value;
        flushTlb();
        blockLimit = 0;
    }

    /** The generation of code translations: code found in an older one has to be looked up again. */
    public int fetchGeneration() {
        return fetchGeneration;
    }

    /** The linear address of the instruction at RIP. */
    public long codeAddress() {
        return longCode() ? rip : base[CS] + rip & 0xffff_ffffL;
    }

    /** I/O privilege level. */
    public int iopl() {
        return systemFlags >> 12 & 3;
    }

    public boolean interruptFlag() {
        return (systemFlags & Flags.IF) != 0;
    }

    // --- VM exits

    /** Records a VM exit by the current instruction, which must return at once: nothing of it is committed. */
    public void vmExit(ExitReason reason, long qualification) {
        exit.begin(reason, qualification, (int) (nextRip - rip));
        attention |= Attention.EXIT;
        blockLimit = 0;
    }

    @Override
    protected void dataBreakpointHit(long bits) {
        pendingDebug |= bits | 1 << 12;
        attention |= Attention.BOUNDARY;
        blockLimit = 0;
    }
}
