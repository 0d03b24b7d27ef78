package org.jvmx.devices.acpi;

import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.ResetLine;

/** The reset control register at CF9H ("Reset Control Register", Intel I/O controller hub data sheets), which is also ACPI's reset register. */
public final class ResetControl implements ByteDevice {
    /** Where it is. */
    public static final int PORT = 0xcf9;
    /** What makes it reset everything. */
    public static final int FULL_RESET = 0x06;

    private static final int SYSTEM_RESET = 0x02;
    private static final int RESET_CPU = 0x04;
    private static final int STORED = 0x0a;

    private final ResetLine reset;
    private int value;

    /** What must survive: the register. */
    public record State(int value) {
    }

    /** A register that resets through {@code reset}. */
    public ResetControl(ResetLine reset) {
        this.reset = reset;
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
        value = written & STORED;
        if ((written & RESET_CPU) != 0) {
            reset.reset((written & SYSTEM_RESET) != 0 ? ResetLine.Kind.HARD : ResetLine.Kind.INIT);
        }
    }

    /** What must survive. */
    public State state() {
        return new State(value);
    }

    /** Takes over a state. */
    public void restore(State state) {
        value = state.value() & STORED;
    }
}
