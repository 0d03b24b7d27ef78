package org.jvmx.devices.pic;

import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.IrqLine;

/**
 * The two 8259A of a PC, the second on input 2 of the first ("8259A Programmable Interrupt Controller", Intel), with the edge/level control
 * registers of EISA and PCI chip sets. An edge is latched until it is acknowledged, even if the line falls before.
 */
public final class Pic8259 {
    /** The first of the two ports of the first chip. */
    public static final int MASTER_PORT = 0x20;
    /** The first of the two ports of the second chip. */
    public static final int SLAVE_PORT = 0xa0;
    /** The first of the two edge/level control registers. */
    public static final int ELCR_PORT = 0x4d0;
    /** How many ports each of these takes. */
    public static final int PORTS = 2;

    private static final int CASCADE = 2;
    private static final int MASTER_ELCR = 0xf8;
    private static final int SLAVE_ELCR = 0xde;

    private final Chip master;
    private final Chip slave;
    private final ByteDevice elcr = new ByteDevice() {
        @Override
        public int in(int offset) {
            return offset == 0 ? master.elcr() : slave.elcr();
        }

        @Override
        public void out(int offset, int value) {
            (offset == 0 ? master : slave).elcr(value);
        }
    };

    /** What one chip remembers. {@code expecting} is the number of the next initialization command word, or 0. */
    public record ChipState(int lines, int requests, int service, int mask, int elcr, int base, int lowest, int expecting, int icw1,
            int icw4,
            boolean specialMask, boolean rotateOnAutoEoi, boolean readService, boolean polled) {
    }

    /** What both remember. */
    public record State(ChipState master, ChipState slave) {
    }

    /** Two chips whose common output drives {@code output}, the processor's INTR or a local APIC's LINT0. */
    public Pic8259(IrqLine output) {
        master = new Chip(output, 1 << CASCADE, MASTER_ELCR);
        slave = new Chip(level -> master.line(CASCADE, level), 0, SLAVE_ELCR);
    }

    /** The ports from {@link #MASTER_PORT}. */
    public ByteDevice master() {
        return master;
    }

    /** The ports from {@link #SLAVE_PORT}. */
    public ByteDevice slave() {
        return slave;
    }

    /** The ports from {@link #ELCR_PORT}. */
    public ByteDevice elcr() {
        return elcr;
    }

    /** The interrupt input {@code number}, 0 to 15; 2 is taken by the second chip. */
    public IrqLine irq(int number) {
        if (number < 0 || number > 15 || number == CASCADE) {
            throw new IllegalStateException("the 8259A pair has no free input " + number);
        }
        return number < 8 ? level -> master.line(number, level) : level -> slave.line(number - 8, level);
    }

    /** The interrupt-acknowledge cycle: the vector, that of input 7 or 15 if the request went away. */
    public int acknowledge() {
        int number = master.acknowledge();
        return number == CASCADE ? slave.vector(slave.acknowledge()) : master.vector(number);
    }

    /** What must survive. */
    public State state() {
        return new State(master.state(), slave.state());
    }

    /** Takes over a state. */
    public void restore(State state) {
        slave.restore(state.slave());
        master.restore(state.master());
    }
}
