package org.jvmx.tools.diff;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Gpr;
import org.jvmx.arch.Msr;
import org.jvmx.arch.Rflags;
import org.jvmx.isa.Decoder;
import org.jvmx.isa.Insn;
import org.jvmx.isa.OperandKind;
import org.jvmx.vm.GuestView;
import org.jvmx.vm.Machine;
import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.Interruptibility;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/** The processor that is judged: its registers, the instruction that comes next, and the few changes that keep it in step. */
final class OwnSide {
    private static final VmcsField[] FIELDS = VmcsField.values();
    private static final int[] SEGMENT_FIELDS = {VmcsField.GUEST_ES_SELECTOR.ordinal(), VmcsField.GUEST_ES_BASE.ordinal(),
        VmcsField.GUEST_ES_LIMIT.ordinal(), VmcsField.GUEST_ES_ACCESS_RIGHTS.ordinal()};
    /** SDM Vol. 2, FXSAVE. */
    private static final int ST_OFFSET = 32;
    private static final int XMM_OFFSET = 160;
    private static final int SLOT = 16;

    private static final long VGA = 0xa_0000;
    private static final long VGA_SIZE = 0x2_0000;

    private final Vmx vmx;
    private final DebugFacility facility;
    private final GuestView view;
    private final Decoder decoder = new Decoder();
    private final byte[] image = new byte[DebugFacility.FLOATING_POINT_IMAGE];
    private final ByteBuffer floating = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    private final byte[] code = new byte[Decoder.MAX_LENGTH];
    private int available;

    OwnSide(Machine machine, DebugFacility facility) {
        this.vmx = machine.vmx();
        this.facility = facility;
        this.view = GuestView.of(machine);
    }

    /** All registers. */
    void read(ProcessorState state) {
        state.forget();
        for (int n = 0; n < 16; n++) {
            state.set(n, n == Gpr.RSP ? vmx.read(VmcsField.GUEST_RSP) : vmx.registers().gpr(n));
        }
        state.set(ProcessorState.RIP, vmx.read(VmcsField.GUEST_RIP));
        state.set(ProcessorState.RFLAGS, vmx.read(VmcsField.GUEST_RFLAGS));
        for (int part = 0; part < SEGMENT_FIELDS.length; part++) {
            for (int n = 0; n < ProcessorState.SEGMENTS; n++) {
                state.set(ProcessorState.SELECTOR + part * ProcessorState.SEGMENTS + n, vmx.read(FIELDS[SEGMENT_FIELDS[part] + n]));
            }
        }
        system(state);
        floatingPoint(state);
    }

    private void system(ProcessorState state) {
        state.set(ProcessorState.GDTR_BASE, vmx.read(VmcsField.GUEST_GDTR_BASE));
        state.set(ProcessorState.GDTR_LIMIT, vmx.read(VmcsField.GUEST_GDTR_LIMIT));
        state.set(ProcessorState.IDTR_BASE, vmx.read(VmcsField.GUEST_IDTR_BASE));
        state.set(ProcessorState.IDTR_LIMIT, vmx.read(VmcsField.GUEST_IDTR_LIMIT));
        state.set(ProcessorState.CR0, seen(VmcsField.GUEST_CR0, VmcsField.CR0_GUEST_HOST_MASK, VmcsField.CR0_READ_SHADOW));
        state.set(ProcessorState.CR2, vmx.registers().cr2());
        state.set(ProcessorState.CR3, vmx.read(VmcsField.GUEST_CR3));
        state.set(ProcessorState.CR4, seen(VmcsField.GUEST_CR4, VmcsField.CR4_GUEST_HOST_MASK, VmcsField.CR4_READ_SHADOW));
        state.set(ProcessorState.EFER, vmx.read(VmcsField.GUEST_IA32_EFER));
        for (int n = 0; n < 4; n++) {
            state.set(ProcessorState.DR + n, vmx.registers().dr(n));
        }
        state.set(ProcessorState.DR6, vmx.registers().dr(6));
        state.set(ProcessorState.DR7, vmx.read(VmcsField.GUEST_DR7));
    }

    private void floatingPoint(ProcessorState state) {
        facility.saveFloatingPoint(image);
        state.set(ProcessorState.FCW, floating.getShort(0) & 0xffff);
        state.set(ProcessorState.FSW, floating.getShort(2) & 0xffff);
        state.set(ProcessorState.FTW, floating.get(4) & 0xff);
        state.set(ProcessorState.MXCSR, floating.getInt(24) & 0xffff_ffffL);
        for (int n = 0; n < 8; n++) {
            state.set(ProcessorState.ST + 2 * n, floating.getLong(ST_OFFSET + SLOT * n));
            state.set(ProcessorState.ST + 2 * n + 1, floating.getShort(ST_OFFSET + SLOT * n + 8) & 0xffff);
        }
        for (int n = 0; n < 32; n++) {
            state.set(ProcessorState.XMM + n, floating.getLong(XMM_OFFSET + Long.BYTES * n));
        }
    }

    /** A control register as the guest reads it. */
    private long seen(VmcsField field, VmcsField mask, VmcsField shadow) {
        long owned = vmx.read(mask);
        return vmx.read(field) & ~owned | vmx.read(shadow) & owned;
    }

    /** The instruction at RIP, or null if there is none to be read; its bytes are {@link #code()}. */
    Insn next(ProcessorState state) {
        available = view.read(linear(state), code);
        return decoder.decode(code, 0, available, view.codeSize());
    }

    /** The linear address of RIP. */
    long linear(ProcessorState state) {
        return view.codeAddress(state.value[ProcessorState.RIP]);
    }

    /** Bytes of the code segment's operands: 2, 4 or 8. */
    int codeSize() {
        return view.codeSize();
    }

    byte[] code() {
        return code;
    }

    int available() {
        return available;
    }

    /** Whether it is a string instruction. */
    static boolean isString(Insn string) {
        for (int n = 0; n < string.operandCount; n++) {
            if (string.kind(n) == OperandKind.STRING_SRC || string.kind(n) == OperandKind.STRING_DST) {
                return true;
            }
        }
        return false;
    }

    /** Whether the instruction reads the window of the VGA, which is memory with us and may be anything elsewhere. */
    boolean readsScreen(Insn insn, ProcessorState now) {
        if (insn == null || !insn.hasMemory() && !isString(insn)) {
            return false;
        }
        long linear;
        if (insn.hasMemory()) {
            long base = insn.base == Insn.NO_REGISTER ? 0 : now.value[insn.base];
            long index = insn.index == Insn.NO_REGISTER ? 0 : now.value[insn.index] << insn.scale;
            long next = insn.ripRelative ? now.value[ProcessorState.RIP] + insn.length : 0;
            linear = linear(insn, now, base + index + next + insn.disp);
        } else {
            linear = linear(insn, now, now.value[Gpr.RSI]);
        }
        long physical = view.translate(linear);
        return physical - VGA >= 0 && physical - VGA < VGA_SIZE;
    }

    private long linear(Insn insn, ProcessorState now, long offset) {
        long mask = insn.addressSize == 8 ? -1 : (1L << 8 * insn.addressSize) - 1;
        long base = insn.mode64() && insn.segment < 4 ? 0 : now.value[ProcessorState.BASE + insn.segment];
        return (offset & mask) + base & (insn.mode64() ? -1 : 0xffff_ffffL);
    }

    // --- changes

    /** Takes over a general register, RIP, RFLAGS, MXCSR or the x87 status. */
    void write(int register, long value) {
        switch (register) {
            case Gpr.RSP -> vmx.write(VmcsField.GUEST_RSP, value);
            case ProcessorState.RIP -> vmx.write(VmcsField.GUEST_RIP, value);
            case ProcessorState.RFLAGS -> vmx.write(VmcsField.GUEST_RFLAGS, value);
            case ProcessorState.CR2 -> vmx.registers().cr2(value);
            default -> {
                if (register < ProcessorState.RIP) {
                    vmx.registers().gpr(register, value);
                } else if (register >= ProcessorState.FCW) {
                    floatingPoint(register, value);
                } else {
                    throw new IllegalArgumentException(ProcessorState.name(register) + " is never taken over");
                }
            }
        }
    }

    private void floatingPoint(int register, long value) {
        facility.saveFloatingPoint(image);
        if (register >= ProcessorState.XMM) {
            floating.putLong(XMM_OFFSET + Long.BYTES * (register - ProcessorState.XMM), value);
        } else if (register >= ProcessorState.ST) {
            int slot = ST_OFFSET + SLOT * (register - ProcessorState.ST >> 1);
            if ((register - ProcessorState.ST & 1) == 0) {
                floating.putLong(slot, value);
            } else {
                floating.putShort(slot + Long.BYTES, (short) value);
            }
        } else {
            switch (register) {
                case ProcessorState.FCW -> floating.putShort(0, (short) value);
                case ProcessorState.FSW -> floating.putShort(2, (short) value);
                case ProcessorState.FTW -> floating.put(4, (byte) value);
                default -> floating.putInt(24, (int) value);
            }
        }
        facility.loadFloatingPoint(image);
    }

    /** Leaves an instruction out. */
    void skip(int length) {
        vmx.write(VmcsField.GUEST_RIP, vmx.read(VmcsField.GUEST_RIP) + length);
        long blocking = vmx.read(VmcsField.GUEST_INTERRUPTIBILITY_STATE);
        vmx.write(VmcsField.GUEST_INTERRUPTIBILITY_STATE,
                blocking & ~(Interruptibility.BLOCKING_BY_STI | Interruptibility.BLOCKING_BY_MOV_SS));
    }

    /** Has the next step deliver a fault, with an error code of zero if it has one, instead of running an instruction. */
    void fault(int vector) {
        boolean errorCode = (vmx.read(VmcsField.GUEST_CR0) & Cr0.PE) != 0;
        vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION,
                Interruption.of(Interruption.HARDWARE_EXCEPTION, vector, errorCode) & 0xffff_ffffL);
        vmx.write(VmcsField.ENTRY_EXCEPTION_ERROR_CODE, 0);
    }

    /**
     * Clears RF in the flags that a fault has just pushed; false if what is on the stack is no frame of a fault of the instruction at RIP. SDM Vol. 3,
     * "Interrupt and Exception Return".
     */
    boolean forgetResumeFlag(ProcessorState before, ProcessorState now) {
        for (int size = 4; size <= 8; size += 4) {
            for (int skipped = 0; skipped <= size; skipped += size) {
                long stack = now.value[Gpr.RSP] + skipped + (size == 8 ? 0 : now.value[ProcessorState.BASE + 2]);
                if (word(stack, size) == before.value[ProcessorState.RIP]
                        && (word(stack + size, size) & 0xffff) == before.value[ProcessorState.SELECTOR + ProcessorState.CS]
                        && (word(stack + 2 * size, size) & ~Rflags.RF) == (before.value[ProcessorState.RFLAGS] & ~Rflags.RF)) {
                    return clear(stack + 2 * size);
                }
            }
        }
        return false;
    }

    private boolean clear(long flags) {
        byte[] high = {(byte) (word(flags + 2, 4) & ~(Rflags.RF >> 16))};
        return view.write(flags + 2, high) == 1;
    }

    private long word(long linear, int size) {
        byte[] bytes = new byte[8];
        if (view.read(linear, bytes) < size) {
            return -1;
        }
        return size == 8 ? ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong()
                : ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt() & 0xffff_ffffL;
    }

    /** Whether we stand in the middle of a repeated instruction, which ours may leave after many repetitions to look around. */
    boolean amid(ProcessorState before, Insn insn) {
        if (insn == null || insn.rep == 0 || vmx.read(VmcsField.GUEST_RIP) != before.value[ProcessorState.RIP]) {
            return false;
        }
        long count = vmx.registers().gpr(Gpr.RCX);
        return count != before.value[Gpr.RCX] && (insn.addressSize == 8 ? count : insn.addressSize == 4 ? (int) count : (short) count) != 0;
    }

    /** Whether an instruction has left traps behind that are not delivered yet. */
    boolean trapPending() {
        return vmx.read(VmcsField.GUEST_PENDING_DEBUG_EXCEPTIONS) != 0;
    }

    /** Whether WRMSR would fault because there is no such register; those of the local APIC are not the processor's own, and do exist. */
    boolean refusesMsr(int index, long value) {
        boolean apic = index == Msr.APIC_BASE || index == Msr.TSC_DEADLINE || index >= Msr.X2APIC_FIRST && index <= Msr.X2APIC_LAST;
        return !apic && !facility.msr(index, value);
    }
}
