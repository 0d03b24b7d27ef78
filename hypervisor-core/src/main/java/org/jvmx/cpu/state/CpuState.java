package org.jvmx.cpu.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

import org.jvmx.arch.Hot;
import org.jvmx.vmx.DeliveryLog;
import org.jvmx.vmx.ExecutionControls;
import org.jvmx.vmx.Exit;

/**
 * Everything that one logical processor remembers. Fields are public within the processor's packages: one owner thread, no accessor between an
 * instruction and its registers.
 */
public abstract class CpuState {
    /** Index in {@link #gpr} that always holds zero: the base or index of an address that has none. */
    public static final int NO_REGISTER = 16;

    public static final int RAX = 0;
    public static final int RCX = 1;
    public static final int RDX = 2;
    public static final int RBX = 3;
    public static final int RSP = 4;
    public static final int RBP = 5;
    public static final int RSI = 6;
    public static final int RDI = 7;

    public static final int ES = 0;
    public static final int CS = 1;
    public static final int SS = 2;
    public static final int DS = 3;
    public static final int FS = 4;
    public static final int GS = 5;
    public static final int LDTR = 6;
    public static final int TR = 7;

    /** General registers by number, and the zero at {@link #NO_REGISTER}. Never write that one. */
    public final long[] gpr = new long[17];

    /** Instruction pointer of the current instruction; exact at instruction boundaries and inside effects, else see {@link #blockRip}. */
    public long rip;
    /** Inside an effect: where execution goes on. It starts as the next instruction; a control transfer changes it. */
    public long nextRip;
    /** RIP of the first instruction of the block that runs. */
    public long blockRip;

    /** Arithmetic flags, see {@link Flags}. */
    public long zero = 1;
    public long sign = 1;
    public long carry;
    /** All flags of RFLAGS but {@link Flags#STATUS}, at their places; bit 1 is set. */
    public int systemFlags = Flags.ONE;

    /** Segment registers ES CS SS DS FS GS, then LDTR and TR. Bases are linear addresses. */
    public final int[] selector = new int[8];
    public final long[] base = new long[8];
    /** Limits in bytes, granularity applied, unsigned 32 bits in a long. */
    public final long[] limit = new long[8];
    /** Access rights in the VMCS's format (type, S, DPL, P, AVL, L, D/B, G, unusable at bit 16). */
    public final int[] access = new int[8];

    public long gdtrBase;
    public int gdtrLimit;
    public long idtrBase;
    public int idtrLimit;

    public long cr0;
    public long cr2;
    public long cr3;
    public long cr4;
    public long efer;
    public long xcr0 = 1;
    /** CR8 where no TPR shadow is in use. */
    public int taskPriority;
    public final long[] dr = new long[4];
    public long dr6 = 0xffff_0ff0L;
    public long dr7 = 0x400;

    /** PDPTEs of PAE paging, loaded by MOV to CR3 and by VM entry. */
    public final long[] pdpte = new long[4];

    /** Current privilege level. */
    public int cpl;

    /** Model-specific registers that instructions use by themselves; the others live with the MSR instructions. */
    public long star;
    public long lstar;
    public long cstar;
    public long fmask;
    public long kernelGsBase;
    public long sysenterCs;
    public long sysenterEsp;
    public long sysenterEip;
    public long tscAux;
    public long tscAdjust;
    public long debugctl;
    public long pat = 0x0007_0406_0007_0406L;
    public long xss;

    /** x87: significands and sign-exponents of the physical registers R0 to R7. MMX registers are the significands. */
    public final long[] fpSignificand = new long[8];
    public final int[] fpSignExponent = new int[8];
    /** x87 control word. */
    public int fpControl = 0x37f;
    /** x87 status word without TOP. */
    public int fpStatus;
    /** TOP of the x87 register stack. */
    public int fpTop;
    /** Abridged tag word: bit i is set if R i is not empty. */
    public int fpNotEmpty;
    /** x87 last opcode (11 bits), instruction and data pointers. */
    public int fpOpcode;
    public long fpInstruction;
    public long fpData;
    public int fpInstructionSelector;
    public int fpDataSelector;

    /** From here on {@link #xmm} holds bits 255:128 of the YMM registers, in the order of the lower ones. */
    public static final int UPPER = 32;

    /** XMM0 to XMM15: low half at {@code 2 n}, high half at {@code 2 n + 1}; the upper halves of YMM0 to YMM15 follow at {@link #UPPER}. */
    public final long[] xmm = new long[2 * UPPER];
    public int mxcsr = 0x1f80;

    /** Activity state: 0 active, 1 HLT, 2 shutdown, 3 wait-for-SIPI. SDM, "Guest Non-Register State". */
    public int activity;
    /** An INIT signal waits for the next boundary. */
    public boolean initPending;
    /** The vector of a start-up IPI that arrived, -1 if none did. */
    public int startupVector = -1;
    /** Blocking in the VMCS's format: bit 0 by STI, bit 1 by MOV SS, bit 2 by SMI, bit 3 by NMI. */
    public int interruptibility;
    /** Value of {@link #retired} at which blocking by STI or MOV SS ends (after one more instruction). */
    public long shadowEnd;
    /** Pending debug exceptions in the VMCS's format. */
    public long pendingDebug;

    /** Instructions retired since reset, as of the start of the running block; exact at instruction boundaries. */
    public long retired;
    /** Instructions that the running block has retired before the current effect; 0 at instruction boundaries. */
    public int blockRetired;
    /** What the processor's time-stamp counter is ahead of {@link #retired}. */
    public long tscBase;

    /** Value of {@link #retired} at which the guest is left (VMX-preemption timer). */
    public long deadline = Long.MAX_VALUE;

    private static final VarHandle HORIZON = horizonField();
    /** Value of {@link #retired} up to which nobody looks up: the deadline, or the past after another thread's call. */
    private long horizon = Long.MAX_VALUE;
    private volatile boolean called;
    private volatile boolean dismissed;

    /** The clock behind the time-stamp counter, where that does not count instructions. */
    public LongSupplier wallTime;

    /** Bits of work to do before the next instruction, see {@link Attention}; 0 almost always. */
    public int attention;

    /** Ops of the running block that may still run; an instruction that must be the last of its block sets it to 0. */
    public int blockLimit;

    /** How the monitor answered the accesses of the current instruction, and whether its intercepts are off. */
    public final Completion completion = new Completion();

    /** What the VMCS asks for, compiled; and where the next VM exit is described. */
    public ExecutionControls controls = new ExecutionControls();
    public Exit exit = new Exit();

    /** Events on their way. */
    public final Delivery delivery = new Delivery();
    /** The last events, for who asks how the guest died. */
    public final DeliveryLog deliveries = new DeliveryLog();

    /** Where a debugger outside the guest wants it stopped. */
    public final Watches watches = new Watches();

    public final GuestFault fault = new GuestFault();
    public final ExitSignal exitSignal = new ExitSignal();

    protected CpuState() {
    }

    private static VarHandle horizonField() {
        try {
            return MethodHandles.lookup().findVarHandle(CpuState.class, "horizon", long.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    // --- calls by other threads

    /** Value of {@link #retired} at which the boundary is to be looked at. */
    @Hot
    public final long horizon() {
        return (long) HORIZON.getOpaque(this);
    }

    /**
     * To be called after {@link #deadline} was set, and by who has {@linkplain #heed heeded} a call.
     *
     * @param among whether other threads may call; a call that comes at the same time is not lost
     */
    protected final void lookToDeadline(boolean among) {
        HORIZON.setOpaque(this, deadline);
        if (among) {
            VarHandle.fullFence();
            if (called) {
                HORIZON.setOpaque(this, Long.MIN_VALUE);
            }
        }
    }

    /** Makes the processor look at the next boundary soon; from any thread. */
    public final void call() {
        called = true;
        HORIZON.setVolatile(this, Long.MIN_VALUE);
    }

    /** Makes the processor leave the guest soon, or as soon as it is entered; from any thread. */
    public final void dismiss() {
        dismissed = true;
        call();
    }

    /** Whether there was a call, which is heeded now: what the caller wanted has to be looked at after this. */
    public final boolean heed() {
        boolean call = called;
        if (call) {
            called = false;
        }
        return call;
    }

    /** Whether the guest is to be left for another thread's sake. */
    public final boolean dismissed() {
        return dismissed;
    }

    /** The guest was left: whoever wanted it has what he wanted. */
    public final void left() {
        if (dismissed) {
            dismissed = false;
            VarHandle.fullFence();
        }
    }

    // --- flags

    public final boolean cf() {
        return carry < 0;
    }

    public final boolean of() {
        return (carry ^ carry << 1) < 0;
    }

    public final boolean af() {
        return (carry & Flags.HALF_CARRY) != 0;
    }

    public final boolean zf() {
        return zero == 0;
    }

    public final boolean sf() {
        return sign < 0;
    }

    public final boolean pf() {
        return (Integer.bitCount((int) sign & 0xff) & 1) == 0;
    }

    public final boolean df() {
        return (systemFlags & Flags.DF) != 0;
    }

    /** RFLAGS. */
    public final int flags() {
        return systemFlags | (cf() ? Flags.CF : 0) | (pf() ? Flags.PF : 0) | (af() ? Flags.AF : 0) | (zf() ? Flags.ZF : 0)
                | (sf() ? Flags.SF : 0) | (of() ? Flags.OF : 0);
    }

    /** Sets the six arithmetic flags from their places in RFLAGS. */
    public final void statusFlags(int flags) {
        zero = ~flags & Flags.ZF;
        sign = ((flags & Flags.SF) != 0 ? 1L << 63 : 0) | ((flags & Flags.PF) != 0 ? 0 : 1);
        carry = Flags.carryWord((flags & Flags.CF) != 0, (flags & Flags.OF) != 0, (flags & Flags.AF) != 0);
    }

    /** Sets all of RFLAGS without a check; who may change TF, IF, AC, RF or VM calls {@code modeChanged()} after it. */
    public final void flags(int flags) {
        statusFlags(flags);
        systemFlags = flags & ~Flags.STATUS | Flags.ONE;
    }

    /** Sets CF and leaves the other flags. */
    public final void cf(boolean cf) {
        carry = Flags.carryWord(cf, of(), af());
    }

    // --- faults: `throw cpu.gp(0)`

    /** Prepares an exception without error code. */
    public final GuestFault raise(int vector) {
        fault.vector = vector;
        fault.hasErrorCode = false;
        fault.errorCode = 0;
        fault.detail = 0;
        return fault;
    }

    /** Prepares an exception with an error code. */
    public final GuestFault raise(int vector, int errorCode) {
        raise(vector);
        fault.hasErrorCode = true;
        fault.errorCode = errorCode;
        return fault;
    }

    public final GuestFault ud() {
        return raise(6);
    }

    public final GuestFault nm() {
        return raise(7);
    }

    public final GuestFault ts(int errorCode) {
        return raise(10, errorCode);
    }

    public final GuestFault np(int errorCode) {
        return raise(11, errorCode);
    }

    public final GuestFault ss(int errorCode) {
        return raise(12, errorCode);
    }

    public final GuestFault gp(int errorCode) {
        return raise(13, errorCode);
    }

    /** A bad address: #SS(0) in the stack segment, #GP(0) in any other. */
    public final GuestFault badAddress(int segment) {
        return segment == SS ? ss(0) : gp(0);
    }

    public final GuestFault pf(long address, int errorCode) {
        raise(14, errorCode);
        fault.detail = address;
        return fault;
    }

    // --- modes

    public final boolean protectedMode() {
        return (cr0 & 1) != 0;
    }

    public final boolean v8086() {
        return (systemFlags & Flags.VM) != 0;
    }

    /** Protected mode (or IA-32e mode), not virtual-8086. */
    public final boolean protectedNotV86() {
        return (cr0 & 1) != 0 && (systemFlags & Flags.VM) == 0;
    }

    /** IA-32e mode: EFER.LMA. */
    public final boolean longMode() {
        return (efer & 0x400) != 0;
    }

    /** 64-bit mode: EFER.LMA and CS.L. */
    public final boolean longCode() {
        return (efer & 0x400) != 0 && (access[CS] & 0x2000) != 0;
    }

    /** Default code size in bytes: 2, 4 or 8. */
    public final int codeSize() {
        return longCode() ? 8 : (access[CS] & 0x4000) != 0 ? 4 : 2;
    }

    /** Width of the stack pointer in bytes: 2, 4 or 8. */
    public final int stackSize() {
        return longCode() ? 8 : (access[SS] & 0x4000) != 0 ? 4 : 2;
    }

    /** Whether a linear address is canonical (48 bits). */
    public static boolean canonical(long address) {
        return address << 16 >> 16 == address;
    }

    /** The time-stamp counter as the processor has it, before TSC offsetting. */
    public final long tsc() {
        return wallTime == null ? retired + blockRetired + tscBase : wallTime.getAsLong();
    }
}
