package org.jvmx.devices.serial;

import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.ByteSink;
import org.jvmx.bus.IrqLine;

/**
 * A 16550A serial port ("PC16550D Universal Asynchronous Receiver/Transmitter with FIFOs", National Semiconductor). The line takes no time:
 * the transmitter is always ready, and a character time-out is due as soon as characters wait below the trigger level.
 */
public final class Uart implements ByteDevice {
    /** The first port of the first serial port of a PC, COM1. */
    public static final int COM1_PORT = 0x3f8;
    /** The interrupt of COM1. */
    public static final int COM1_IRQ = 4;
    /** How many ports it takes. */
    public static final int PORTS = 8;

    private static final int DATA = 0;
    private static final int IER = 1;
    private static final int IIR_FCR = 2;
    private static final int LCR = 3;
    private static final int MCR = 4;
    private static final int LSR = 5;
    private static final int MSR = 6;
    private static final int SCR = 7;

    private static final int IER_RECEIVED = 1;
    private static final int IER_TRANSMITTER = 2;
    private static final int IER_LINE = 4;
    private static final int IER_MODEM = 8;
    private static final int IIR_NONE = 0x01;
    private static final int IIR_MODEM = 0x00;
    private static final int IIR_TRANSMITTER = 0x02;
    private static final int IIR_RECEIVED = 0x04;
    private static final int IIR_LINE = 0x06;
    private static final int IIR_TIMEOUT = 0x0c;
    private static final int IIR_FIFOS = 0xc0;
    private static final int LCR_DLAB = 0x80;
    private static final int MCR_OUT2 = 0x08;
    private static final int MCR_LOOP = 0x10;
    private static final int LSR_DATA_READY = 0x01;
    private static final int LSR_OVERRUN = 0x02;
    private static final int LSR_BREAK = 0x10;
    private static final int LSR_ERRORS = 0x1e;
    private static final int LSR_TRANSMITTER_EMPTY = 0x60;
    private static final int MSR_CONNECTED = 0xb0; // DCD, DSR and CTS asserted by the other side

    private static final int FIFO = 16;
    private static final int[] TRIGGERS = {1, 4, 8, 14};

    private final IrqLine irq;
    private final ByteSink sink;
    private final UartEvents events;

    private final byte[] received = new byte[FIFO];
    private int head;
    private int count;
    private int ier;
    private int fcr;
    private int lcr;
    private int mcr;
    private int errors;
    private int msr = MSR_CONNECTED;
    private int scr;
    private int divisor = 1;
    private boolean transmitterPending;
    private boolean refused;

    /** Everything a restored UART needs. {@code received} holds the waiting bytes, oldest first. */
    public record State(int ier, int fcr, int lcr, int mcr, int errors, int msr, int scr, int divisor, boolean transmitterPending,
            byte[] received) {
        /** Copies the bytes. */
        public State {
            received = received.clone();
        }

        @Override
        public byte[] received() {
            return received.clone();
        }
    }

    /** A port in its reset state with something connected to it. */
    public Uart(IrqLine irq, ByteSink sink, UartEvents events) {
        this.irq = irq;
        this.sink = sink;
        this.events = events;
    }

    @Override
    public int in(int offset) {
        return switch (offset) {
            case DATA -> dlab() ? divisor & 0xff : takeReceived();
            case IER -> dlab() ? divisor >> 8 : ier;
            case IIR_FCR -> identify();
            case LCR -> lcr;
            case MCR -> mcr;
            case LSR -> lineStatus();
            case MSR -> modemStatus();
            case SCR -> scr;
            default -> 0xff;
        };
    }

    @Override
    public void out(int offset, int value) {
        switch (offset) {
            case DATA -> {
                if (dlab()) {
                    divisor = divisor & 0xff00 | value;
                } else {
                    transmit(value);
                }
            }
            case IER -> {
                if (dlab()) {
                    divisor = divisor & 0xff | value << 8;
                } else {
                    enableInterrupts(value & 0x0f);
                }
            }
            case IIR_FCR -> controlFifos(value);
            case LCR -> lcr = value;
            case MCR -> controlModem(value & 0x1f);
            case SCR -> scr = value;
            default -> {} // the line and modem status registers are read-only
        }
    }

    /** Offers a byte from the other side; false if there is no room now (see {@link UartEvents#spaceAvailable}). In loopback nothing arrives. */
    public boolean receive(int value) {
        if (loopback() || count >= capacity()) {
            refused = true;
            return false;
        }
        put(value);
        update();
        return true;
    }

    /** How many bytes {@link #receive} would take now. */
    public int room() {
        return loopback() ? 0 : capacity() - count;
    }

    /** The other side holds the line in the break state for a moment. */
    public void receiveBreak() {
        if (!loopback() && count < capacity()) {
            put(0);
            errors |= LSR_BREAK;
            update();
        }
    }

    /** What must survive. */
    public State state() {
        byte[] waiting = new byte[count];
        for (int i = 0; i < count; i++) {
            waiting[i] = received[head + i & FIFO - 1];
        }
        return new State(ier, fcr, lcr, mcr, errors, msr, scr, divisor, transmitterPending, waiting);
    }

    /** Takes over a state. */
    public void restore(State state) {
        ier = state.ier();
        fcr = state.fcr();
        lcr = state.lcr();
        mcr = state.mcr();
        errors = state.errors();
        msr = state.msr();
        scr = state.scr();
        divisor = state.divisor();
        transmitterPending = state.transmitterPending();
        byte[] waiting = state.received();
        head = 0;
        count = Math.min(waiting.length, FIFO);
        System.arraycopy(waiting, 0, received, 0, count);
        update();
    }

    private boolean dlab() {
        return (lcr & LCR_DLAB) != 0;
    }

    private boolean loopback() {
        return (mcr & MCR_LOOP) != 0;
    }

    private boolean fifos() {
        return (fcr & 1) != 0;
    }

    private int capacity() {
        return fifos() ? FIFO : 1;
    }

    private void put(int value) {
        received[head + count & FIFO - 1] = (byte) value;
        count++;
    }

    private int takeReceived() {
        if (count == 0) {
            return 0;
        }
        int value = received[head] & 0xff;
        head = head + 1 & FIFO - 1;
        count--;
        update();
        offerSpace();
        return value;
    }

    private void offerSpace() {
        if (refused && room() > 0) {
            refused = false;
            events.spaceAvailable();
        }
    }

    private void transmit(int value) {
        transmitterPending = false;
        update();
        if (!loopback()) {
            sink.write(value);
        } else if (count < capacity()) {
            put(value);
        } else {
            errors |= LSR_OVERRUN;
            events.overrun();
        }
        transmitterPending = (ier & IER_TRANSMITTER) != 0;
        update();
    }

    private void enableInterrupts(int value) {
        if ((value & ~ier & IER_TRANSMITTER) != 0) {
            transmitterPending = true;
        } else if ((value & IER_TRANSMITTER) == 0) {
            transmitterPending = false;
        }
        ier = value;
        update();
    }

    private void controlFifos(int value) {
        boolean toggled = ((value ^ fcr) & 1) != 0;
        if (toggled || (value & 3) == 3) {
            count = 0;
        }
        fcr = (value & 1) != 0 ? value & 0xc9 : 0;
        update();
        offerSpace();
    }

    private void controlModem(int value) {
        mcr = value;
        int lines = MSR_CONNECTED;
        if (loopback()) { // DTR to DSR, RTS to CTS, OUT1 to RI, OUT2 to DCD
            lines = (value & 1) << 5 | (value & 2) << 3 | (value & 4) << 4 | (value & 8) << 4;
        }
        int changed = (msr ^ lines) >> 4;
        int ringEnded = msr & ~lines & 0x40;
        msr = lines | msr & 0x0f | changed & 0x0b | ringEnded >> 4;
        update();
        offerSpace();
    }

    private int lineStatus() {
        int value = LSR_TRANSMITTER_EMPTY | errors | (count > 0 ? LSR_DATA_READY : 0);
        errors = 0;
        update();
        return value;
    }

    private int modemStatus() {
        int value = msr;
        msr &= 0xf0;
        update();
        return value;
    }

    private int identify() {
        int source = source();
        if (source == IIR_TRANSMITTER) {
            transmitterPending = false;
            update();
        }
        return source | (fifos() ? IIR_FIFOS : 0);
    }

    private int source() {
        if ((ier & IER_LINE) != 0 && (errors & LSR_ERRORS) != 0) {
            return IIR_LINE;
        }
        if ((ier & IER_RECEIVED) != 0 && count > 0) {
            return !fifos() || count >= TRIGGERS[fcr >> 6] ? IIR_RECEIVED : IIR_TIMEOUT;
        }
        if (transmitterPending) {
            return IIR_TRANSMITTER;
        }
        return (ier & IER_MODEM) != 0 && (msr & 0x0f) != 0 ? IIR_MODEM : IIR_NONE;
    }

    /** On a PC the interrupt reaches the controller through a gate that OUT2 opens; in loopback the OUT2 pin is inactive. */
    private void update() {
        irq.set(source() != IIR_NONE && (mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2);
    }
}
