package org.jvmx.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.semantics.Msrs;
import org.jvmx.cpu.state.Attention;
import org.jvmx.cpu.state.Watches;
import org.jvmx.vmx.DebugFacility;

/** The software processor's debug facility: it looks at the boundaries of instructions, and has no need to change the guest for it. */
final class Debugging implements DebugFacility {
    /** SDM Vol. 2, FXSAVE: offsets in the image. */
    private static final int MXCSR = 24;
    private static final int REGISTERS = 32;
    private static final int XMM = 160;
    private static final int MXCSR_MASK = 0xffff;
    private static final int TOP = 0x3800;

    private final Cpu cpu;

    Debugging(Cpu cpu) {
        this.cpu = cpu;
    }

    @Override
    public boolean insert(Stop kind, long linear, long length) {
        boolean added = cpu.watches.add(kind, linear, length);
        changed();
        return added;
    }

    @Override
    public void remove(Stop kind, long linear, long length) {
        cpu.watches.remove(kind, linear, length);
        changed();
    }

    @Override
    public void clear() {
        cpu.watches.clear();
        changed();
    }

    @Override
    public String room() {
        return "%d breakpoints and %d watchpoints".formatted(Watches.ROOM, Watches.ROOM);
    }

    @Override
    public void step(boolean one) {
        cpu.watches.step(one);
        changed();
    }

    private void changed() {
        cpu.attention = cpu.watches.any() ? cpu.attention | Attention.WATCH : cpu.attention & ~Attention.WATCH;
        cpu.modeChanged();
    }

    @Override
    public Stop takeStop() {
        return cpu.watches.takeStop();
    }

    @Override
    public long stopAddress() {
        return cpu.watches.stopAddress();
    }

    @Override
    public long msr(int index) {
        return Msrs.read(cpu, index) ? Msrs.value(cpu) : 0;
    }

    @Override
    public boolean msr(int index, long value) {
        return Msrs.write(cpu, index, value);
    }

    @Override
    public void saveFloatingPoint(byte[] image) {
        ByteBuffer to = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        to.putShort((short) cpu.fpControl).putShort((short) (cpu.fpStatus & ~TOP | cpu.fpTop << 11));
        to.putShort((short) (cpu.fpNotEmpty & 0xff)).putShort((short) cpu.fpOpcode);
        to.putLong(cpu.fpInstruction).putLong(cpu.fpData).putInt(cpu.mxcsr).putInt(MXCSR_MASK);
        for (int n = 0; n < 8; n++) {
            int physical = cpu.fpTop + n & 7;
            to.putLong(REGISTERS + 16 * n, cpu.fpSignificand[physical]).putLong(REGISTERS + 8 + 16 * n,
                    cpu.fpSignExponent[physical] & 0xffff);
        }
        for (int n = 0; n < Cpu.UPPER; n++) {
            to.putLong(XMM + 8 * n, cpu.xmm[n]).putLong(UPPER_HALVES + 8 * n, cpu.xmm[Cpu.UPPER + n]);
        }
    }

    @Override
    public void loadFloatingPoint(byte[] image) {
        ByteBuffer from = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        cpu.fpControl = from.getShort() & 0x1f7f | 0x40;
        int status = from.getShort() & 0xffff;
        boolean pending = (status & ~cpu.fpControl & 0x3f) != 0;
        cpu.fpStatus = (pending ? status | 0x8080 : status & ~0x8080) & ~TOP;
        cpu.fpTop = status >> 11 & 7;
        cpu.fpNotEmpty = from.getShort() & 0xff;
        cpu.fpOpcode = from.getShort() & 0x7ff;
        cpu.fpInstruction = from.getLong();
        cpu.fpData = from.getLong();
        cpu.mxcsr = from.getInt(MXCSR) & MXCSR_MASK;
        for (int n = 0; n < 8; n++) {
            int physical = cpu.fpTop + n & 7;
            cpu.fpSignificand[physical] = from.getLong(REGISTERS + 16 * n);
            cpu.fpSignExponent[physical] = from.getShort(REGISTERS + 8 + 16 * n) & 0xffff;
        }
        for (int n = 0; n < Cpu.UPPER; n++) {
            cpu.xmm[n] = from.getLong(XMM + 8 * n);
            cpu.xmm[Cpu.UPPER + n] = from.getLong(UPPER_HALVES + 8 * n);
        }
    }
}
