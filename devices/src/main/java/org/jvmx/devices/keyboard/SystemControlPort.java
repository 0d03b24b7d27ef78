package org.jvmx.devices.keyboard;

import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.ResetLine;

/** System control port A, 92H: fast reset and fast gate of address line 20 ("IBM Personal System/2 Hardware Interface Technical Reference"). */
public final class SystemControlPort implements ByteDevice {
    /** Where it is. */
    public static final int PORT = 0x92;

    private static final int RESET = 0x01;
    private static final int A20 = 0x02;

    private final ResetLine reset;
    private final I8042Events events;
    private int value = A20;

    /** The port with address line 20 open. {@code events} hears when the guest opens and closes it. */
    public SystemControlPort(ResetLine reset, I8042Events events) {
        this.reset = reset;
        this.events = events;
    }

    @Override
    public int in(int offset) {
        return offset == 0 ? value : 0xff;
    }

    @Override
    public void out(int offset, int written) {
        if (offset != 0) {
            return;
        }
        int before = value;
        value = written & (RESET | A20);
        if (((before ^ value) & A20) != 0) {
            events.a20((value & A20) != 0);
        }
        if ((value & ~before & RESET) != 0) {
            reset.reset(ResetLine.Kind.INIT);
        }
    }

    /** What must survive: the register. */
    public record State(int value) {
    }

    /** What must survive. */
    public State state() {
        return new State(value);
    }

    /** Takes over a state. */
    public void restore(State state) {
        value = state.value();
    }
}
