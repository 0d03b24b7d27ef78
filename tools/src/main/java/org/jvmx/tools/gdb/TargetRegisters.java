package org.jvmx.tools.gdb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jvmx.arch.Gpr;
import org.jvmx.arch.Msr;
import org.jvmx.arch.Rflags;
import org.jvmx.vm.Vcpu;
import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.Interruptibility;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/**
 * The registers of a guest as gdb numbers them: those of x86-64 in whatever mode the guest is, with segment bases and control registers. Their
 * description for gdb is {@link TargetDescription}.
 */
final class TargetRegisters {
    private static final int[] GPR_ORDER = {
        Gpr.RAX, Gpr.RBX, Gpr.RCX, Gpr.RDX, Gpr.RSI, Gpr.RDI, Gpr.RBP, Gpr.RSP, 8, 9, 10, 11, 12, 13, 14, 15};
    private static final VmcsField[] SELECTORS = {
        VmcsField.GUEST_CS_SELECTOR, VmcsField.GUEST_SS_SELECTOR, VmcsField.GUEST_DS_SELECTOR, VmcsField.GUEST_ES_SELECTOR,
        VmcsField.GUEST_FS_SELECTOR, VmcsField.GUEST_GS_SELECTOR};
    private static final VmcsField[] BASES = {
        VmcsField.GUEST_CS_BASE, VmcsField.GUEST_SS_BASE, VmcsField.GUEST_DS_BASE, VmcsField.GUEST_ES_BASE,
        VmcsField.GUEST_FS_BASE, VmcsField.GUEST_GS_BASE};
    /** RIP, as gdb numbers it. */
    static final int RIP = 16;

    /** SDM Vol. 2, FXSAVE: where fctrl, fstat, ftag, fiseg, fioff, foseg, fooff and fop are, and how many bytes. */
    private static final int[] X87_OFFSETS = {0, 2, 4, 12, 8, 20, 16, 6};
    private static final int[] X87_SIZES = {2, 2, 1, 2, 4, 2, 4, 2};
    private static final int TAG = 2;
    private static final long PE = 1;

    private enum Kind {
        GPR, RIP, RFLAGS, SELECTOR, STACK, X87, XMM, YMM_UPPER, MXCSR, FS_BASE, GS_BASE, KERNEL_GS_BASE, CR0, CR2, CR3, CR4, CR8, EFER
    }

    private record Register(Kind kind, int index, int bytes) {
    }

    private static final List<Register> ALL = registers();

    private final Vcpu vcpu;
    private final Vmx vmx;
    private final DebugFacility facility;
    private final byte[] image = new byte[DebugFacility.FLOATING_POINT_IMAGE];

    TargetRegisters(Vcpu vcpu, DebugFacility facility) {
        this.vcpu = vcpu;
        this.vmx = vcpu.vmx();
        this.facility = facility;
    }

    private static List<Register> registers() {
        List<Register> all = new ArrayList<>();
        add(all, Kind.GPR, 16, 8);
        add(all, Kind.RIP, 1, 8);
        add(all, Kind.RFLAGS, 1, 4);
        add(all, Kind.SELECTOR, 6, 4);
        add(all, Kind.STACK, 8, 10);
        add(all, Kind.X87, 8, 4);
        add(all, Kind.XMM, 16, 16);
        add(all, Kind.MXCSR, 1, 4);
        add(all, Kind.YMM_UPPER, 16, 16);
        for (Kind kind : List.of(Kind.FS_BASE, Kind.GS_BASE, Kind.KERNEL_GS_BASE, Kind.CR0, Kind.CR2, Kind.CR3, Kind.CR4, Kind.CR8,
                Kind.EFER)) {
            add(all, kind, 1, 8);
        }
        return List.copyOf(all);
    }

    private static void add(List<Register> all, Kind kind, int count, int bytes) {
        for (int n = 0; n < count; n++) {
            all.add(new Register(kind, n, bytes));
        }
    }

    /** Registers in all. */
    static int count() {
        return ALL.size();
    }

    /** Bytes of a register. */
    static int bytes(int number) {
        return ALL.get(number).bytes();
    }

    // --- reads

    /** All registers one after the other. */
    String readAll() {
        StringBuilder text = new StringBuilder();
        facility.saveFloatingPoint(image);
        for (Register register : ALL) {
            read(text, register);
        }
        return text.toString();
    }

    /** One register, least significant byte first. */
    String read(int number) {
        StringBuilder text = new StringBuilder();
        facility.saveFloatingPoint(image);
        read(text, ALL.get(number));
        return text.toString();
    }

    private void read(StringBuilder text, Register register) {
        int index = register.index();
        switch (register.kind()) {
            case STACK -> image(text, 32 + 16 * index, register.bytes());
            case XMM -> image(text, 160 + 16 * index, register.bytes());
            case YMM_UPPER -> image(text, DebugFacility.UPPER_HALVES + 16 * index, register.bytes());
            default -> Packets.little(text, value(register), register.bytes());
        }
    }

    private void image(StringBuilder text, int offset, int bytes) {
        for (int n = 0; n < bytes; n++) {
            Packets.hex(text, image[offset + n]);
        }
    }

    private long value(Register register) {
        int index = register.index();
        return switch (register.kind()) {
            case GPR -> GPR_ORDER[index] == Gpr.RSP ? vmx.read(VmcsField.GUEST_RSP) : vmx.registers().gpr(GPR_ORDER[index]);
            case RIP -> vmx.read(VmcsField.GUEST_RIP);
            case RFLAGS -> vmx.read(VmcsField.GUEST_RFLAGS);
            case SELECTOR -> vmx.read(SELECTORS[index]);
            case X87 -> index == TAG ? tags() : little(X87_OFFSETS[index], X87_SIZES[index]);
            case MXCSR -> little(24, 4);
            case FS_BASE -> vmx.read(VmcsField.GUEST_FS_BASE);
            case GS_BASE -> vmx.read(VmcsField.GUEST_GS_BASE);
            case KERNEL_GS_BASE -> facility.msr(Msr.KERNEL_GS_BASE);
            case CR0 -> seen(VmcsField.GUEST_CR0, VmcsField.CR0_GUEST_HOST_MASK, VmcsField.CR0_READ_SHADOW);
            case CR2 -> vmx.registers().cr2();
            case CR3 -> vmx.read(VmcsField.GUEST_CR3);
            case CR4 -> seen(VmcsField.GUEST_CR4, VmcsField.CR4_GUEST_HOST_MASK, VmcsField.CR4_READ_SHADOW);
            case CR8 -> vcpu.taskPriority();
            case EFER -> vmx.read(VmcsField.GUEST_IA32_EFER);
            case STACK, XMM, YMM_UPPER -> throw new IllegalStateException(register.kind() + " has no value of 64 bits");
        };
    }

    private long little(int offset, int bytes) {
        long value = 0;
        for (int n = 0; n < bytes; n++) {
            value |= (image[offset + n] & 0xffL) << 8 * n;
        }
        return value;
    }

    /** A control register as the guest reads it; a processor without masks leaves it all to the guest. */
    private long seen(VmcsField field, VmcsField mask, VmcsField shadow) {
        if (!vmx.capabilities().has(mask)) {
            return vmx.read(field);
        }
        long owned = vmx.read(mask);
        return vmx.read(field) & ~owned | vmx.read(shadow) & owned;
    }

    /** The x87 tag word from the abridged one and what the registers hold. SDM Vol. 1, "x87 FPU Tag Word". */
    private long tags() {
        int top = image[3] >> 3 & 7;
        long word = 0;
        for (int physical = 0; physical < 8; physical++) {
            int slot = 32 + 16 * (physical - top & 7);
            word |= (long) tag(physical, little(slot, 8), (int) little(slot + 8, 2) & 0x7fff) << 2 * physical;
        }
        return word;
    }

    private int tag(int physical, long significand, int exponent) {
        if ((image[4] >> physical & 1) == 0) {
            return 3;
        }
        if (exponent == 0 && significand == 0) {
            return 1;
        }
        return exponent == 0 || exponent == 0x7fff || significand >= 0 ? 2 : 0;
    }

    // --- writes

    /** Changes all registers; false if one of them cannot be changed so. */
    boolean writeAll(byte[] values) {
        ByteBuffer from = ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
        boolean done = true;
        for (int number = 0; number < ALL.size() && from.remaining() >= bytes(number); number++) {
            byte[] value = new byte[bytes(number)];
            from.get(value);
            done &= write(number, value);
        }
        return done;
    }

    /** Changes a register, given least significant byte first; false if it cannot have that value. */
    boolean write(int number, byte[] value) {
        Register register = ALL.get(number);
        if (value.length != register.bytes()) {
            return false;
        }
        int index = register.index();
        facility.saveFloatingPoint(image);
        return switch (register.kind()) {
            case STACK -> load(32 + 16 * index, value, value.length);
            case XMM -> load(160 + 16 * index, value, value.length);
            case YMM_UPPER -> load(DebugFacility.UPPER_HALVES + 16 * index, value, value.length);
            case MXCSR -> load(24, value, 4);
            case X87 -> index == TAG ? loadTags(value) : load(X87_OFFSETS[index], value, X87_SIZES[index]);
            default -> write(register, number(value));
        };
    }

    private boolean load(int offset, byte[] value, int bytes) {
        System.arraycopy(value, 0, image, offset, bytes);
        facility.loadFloatingPoint(image);
        return true;
    }

    private boolean loadTags(byte[] value) {
        long word = number(value);
        int abridged = 0;
        for (int n = 0; n < 8; n++) {
            abridged |= (word >>> 2 * n & 3) != 3 ? 1 << n : 0;
        }
        return load(X87_OFFSETS[TAG], new byte[] {(byte) abridged}, 1);
    }

    private static long number(byte[] value) {
        long number = 0;
        for (int n = value.length - 1; n >= 0; n--) {
            number = number << 8 | value[n] & 0xff;
        }
        return number;
    }

    /** A value that is there already is no change: then no field is written, and nothing has to be derived from it. */
    private boolean write(Register register, long value) {
        if (value(register) == value) {
            return true;
        }
        switch (register.kind()) {
            case GPR -> general(GPR_ORDER[register.index()], value);
            case RIP -> vmx.write(VmcsField.GUEST_RIP, value);
            case RFLAGS -> flags(value);
            case SELECTOR -> {
                return selector(register.index(), value);
            }
            case FS_BASE -> vmx.write(VmcsField.GUEST_FS_BASE, value);
            case GS_BASE -> vmx.write(VmcsField.GUEST_GS_BASE, value);
            case KERNEL_GS_BASE -> {
                return facility.msr(Msr.KERNEL_GS_BASE, value);
            }
            case CR0 -> control(VmcsField.GUEST_CR0, VmcsField.CR0_GUEST_HOST_MASK, VmcsField.CR0_READ_SHADOW, value);
            case CR2 -> vmx.registers().cr2(value);
            case CR3 -> vmx.write(VmcsField.GUEST_CR3, value);
            case CR4 -> control(VmcsField.GUEST_CR4, VmcsField.CR4_GUEST_HOST_MASK, VmcsField.CR4_READ_SHADOW, value);
            case EFER -> vmx.write(VmcsField.GUEST_IA32_EFER, value);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void general(int number, long value) {
        if (number == Gpr.RSP) {
            vmx.write(VmcsField.GUEST_RSP, value);
        } else {
            vmx.registers().gpr(number, value);
        }
    }

    /** Without IF there can be no blocking by STI. SDM Vol. 3, "Checks on Guest Non-Register State". */
    private void flags(long value) {
        vmx.write(VmcsField.GUEST_RFLAGS, value & 0x3f_7fd5 | 2);
        if ((value & Rflags.IF) == 0) {
            long blocking = vmx.read(VmcsField.GUEST_INTERRUPTIBILITY_STATE);
            vmx.write(VmcsField.GUEST_INTERRUPTIBILITY_STATE, blocking & ~Interruptibility.BLOCKING_BY_STI);
        }
    }

    /** A selector alone says what a segment is in real and virtual-8086 mode only. */
    private boolean selector(int index, long value) {
        boolean plain = (vmx.read(VmcsField.GUEST_CR0) & PE) == 0 || (vmx.read(VmcsField.GUEST_RFLAGS) & Rflags.VM) != 0;
        if (!plain || value >>> 16 != 0) {
            return false;
        }
        vmx.write(SELECTORS[index], value);
        vmx.write(BASES[index], value << 4);
        return true;
    }

    private void control(VmcsField field, VmcsField mask, VmcsField shadow, long value) {
        if (!vmx.capabilities().has(mask)) {
            vmx.write(field, value);
            return;
        }
        long owned = vmx.read(mask);
        vmx.write(field, value & ~owned | vmx.read(field) & owned);
        vmx.write(shadow, value & owned);
    }
}
