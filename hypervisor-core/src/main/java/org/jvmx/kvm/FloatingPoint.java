package org.jvmx.kvm;

import static org.jvmx.vmx.DebugFacility.UPPER_HALVES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;

/**
 * x87, SSE and AVX state of a virtual processor as XSAVE64 lays it out: from KVM's XSAVE area, or made from {@code kvm_fpu}, whose MXCSR KVM neither
 * tells nor takes and which knows no AVX.
 */
final class FloatingPoint {
    private static final int LEGACY = 512;
    private static final int UPPER_BYTES = 256;
    private static final long AVX = 4;
    private static final long STATE_BITS = Layouts.offset(Layouts.XSAVE, "xstate_bv");
    private static final long X87_AND_SSE = 3;

    /** SDM Vol. 2, FXSAVE: offsets in the image. */
    private static final int STATUS = 2;
    private static final int TAGS = 4;
    private static final int OPCODE = 6;
    private static final int INSTRUCTION = 8;
    private static final int DATA = 16;
    private static final int MXCSR = 24;
    private static final int REGISTERS = 32;
    private static final int XMM = 160;
    private static final int MXCSR_MASK = 0xffff;

    private static final long FPU_CONTROL = Layouts.offset(Layouts.FPU, "fcw");
    private static final long FPU_STATUS = Layouts.offset(Layouts.FPU, "fsw");
    private static final long FPU_TAGS = Layouts.offset(Layouts.FPU, "ftwx");
    private static final long FPU_OPCODE = Layouts.offset(Layouts.FPU, "last_opcode");
    private static final long FPU_INSTRUCTION = Layouts.offset(Layouts.FPU, "last_ip");
    private static final long FPU_DATA = Layouts.offset(Layouts.FPU, "last_dp");
    private static final long FPU_XMM = Layouts.offset(Layouts.FPU, "xmm");
    private static final long XMM_BYTES = 256;

    private final Vcpu vcpu;
    private final boolean extended;
    private final MemorySegment area;

    /** {@code extended}: KVM has an XSAVE area. */
    FloatingPoint(Vcpu vcpu, boolean extended) {
        this.vcpu = vcpu;
        this.extended = extended;
        this.area = vcpu.arena().allocate(extended ? Layouts.XSAVE : Layouts.FPU);
    }

    void save(byte[] image) {
        vcpu.require(extended ? Ioctl.GET_XSAVE : Ioctl.GET_FPU, area, "to tell the floating-point state");
        MemorySegment to = MemorySegment.ofArray(image);
        if (extended) {
            MemorySegment.copy(area, 0, to, 0, LEGACY);
            MemorySegment.copy(area, UPPER_HALVES, to, UPPER_HALVES, UPPER_BYTES);
            return;
        }
        to.fill((byte) 0);
        to.set(JAVA_SHORT_UNALIGNED, 0, area.get(JAVA_SHORT, FPU_CONTROL));
        to.set(JAVA_SHORT_UNALIGNED, STATUS, area.get(JAVA_SHORT, FPU_STATUS));
        to.set(JAVA_BYTE, TAGS, area.get(JAVA_BYTE, FPU_TAGS));
        to.set(JAVA_SHORT_UNALIGNED, OPCODE, area.get(JAVA_SHORT, FPU_OPCODE));
        to.set(JAVA_LONG_UNALIGNED, INSTRUCTION, area.get(JAVA_LONG, FPU_INSTRUCTION));
        to.set(JAVA_LONG_UNALIGNED, DATA, area.get(JAVA_LONG, FPU_DATA));
        MemorySegment.copy(area, 0, to, REGISTERS, XMM - REGISTERS);
        MemorySegment.copy(area, FPU_XMM, to, XMM, XMM_BYTES);
    }

    /** Only then does it have to be said, which a processor without AVX would refuse. */
    private boolean upperInUse() {
        return area.asSlice(UPPER_HALVES, UPPER_BYTES).mismatch(MemorySegment.ofArray(new byte[UPPER_BYTES])) >= 0;
    }

    /** Keeps what the state has beyond the image. */
    void load(byte[] image) {
        vcpu.require(extended ? Ioctl.GET_XSAVE : Ioctl.GET_FPU, area, "to tell the floating-point state");
        MemorySegment from = MemorySegment.ofArray(image);
        if (extended) {
            MemorySegment.copy(from, 0, area, 0, LEGACY);
            MemorySegment.copy(from, UPPER_HALVES, area, UPPER_HALVES, UPPER_BYTES);
            area.set(JAVA_INT, MXCSR, area.get(JAVA_INT, MXCSR) & MXCSR_MASK);
            area.set(JAVA_LONG, STATE_BITS, area.get(JAVA_LONG, STATE_BITS) | X87_AND_SSE | (upperInUse() ? AVX : 0));
        } else {
            area.set(JAVA_SHORT, FPU_CONTROL, from.get(JAVA_SHORT_UNALIGNED, 0));
            area.set(JAVA_SHORT, FPU_STATUS, from.get(JAVA_SHORT_UNALIGNED, STATUS));
            area.set(JAVA_BYTE, FPU_TAGS, from.get(JAVA_BYTE, TAGS));
            area.set(JAVA_SHORT, FPU_OPCODE, from.get(JAVA_SHORT_UNALIGNED, OPCODE));
            area.set(JAVA_LONG, FPU_INSTRUCTION, from.get(JAVA_LONG_UNALIGNED, INSTRUCTION));
            area.set(JAVA_LONG, FPU_DATA, from.get(JAVA_LONG_UNALIGNED, DATA));
            MemorySegment.copy(from, REGISTERS, area, 0, XMM - REGISTERS);
            MemorySegment.copy(from, XMM, area, FPU_XMM, XMM_BYTES);
        }
        vcpu.require(extended ? Ioctl.SET_XSAVE : Ioctl.SET_FPU, area, "the floating-point state");
    }
}
