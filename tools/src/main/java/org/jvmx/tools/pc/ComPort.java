package org.jvmx.tools.pc;

import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.ByteSink;
import org.jvmx.bus.Clock;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.Timer;
import org.jvmx.devices.serial.Uart;
import org.jvmx.devices.serial.UartEvents;

/**
 * A serial port with a considerate sender at the other end: input is held back until the guest has been listening for a moment, that is, has
 * raised RTS, enabled the receiver's interrupt or polls for input. Drivers empty the receiver while they probe and start a port.
 */
final class ComPort implements ByteDevice {
    private static final int DATA = 0;
    private static final int INTERRUPT_ENABLE = 1;
    private static final int LINE_CONTROL = 3;
    private static final int MODEM_CONTROL = 4;
    private static final int LINE_STATUS = 5;
    private static final int RECEIVED_DATA_INTERRUPT = 1;
    private static final int REQUEST_TO_SEND = 2;
    private static final int DIVISOR_LATCH = 0x80;
    /** So many looks at the line status without output between them are no waiting for the transmitter. */
    private static final int POLLING = 16;
    private static final long SETTLING_NANOS = 100_000;

    private final Uart uart;
    private final SerialInput input;
    private final Clock clock;
    private final Timer settled;
    private boolean divisorLatch;
    private boolean requestToSend;
    private boolean interruptEnabled;
    private int polls;
    private boolean listening;
    private long listeningSince;

    ComPort(Clock clock, IrqLine irq, ByteSink sink, SerialInput input) {
        this.clock = clock;
        this.input = input;
        this.settled = clock.timer(this::feed);
        this.uart = new Uart(irq, sink, new UartEvents() {
            @Override
            public void spaceAvailable() {
                feed();
            }

            @Override
            public void overrun() {
                // the sender waits for room, so this is the guest talking to itself in loopback
            }
        });
    }

    @Override
    public int in(int offset) {
        if (offset == LINE_STATUS && polls < POLLING && ++polls == POLLING) {
            update();
        }
        return uart.in(offset);
    }

    @Override
    public void out(int offset, int value) {
        uart.out(offset, value);
        switch (offset) {
            case DATA -> polls = 0;
            case INTERRUPT_ENABLE -> interruptEnabled = divisorLatch ? interruptEnabled : (value & RECEIVED_DATA_INTERRUPT) != 0;
            case LINE_CONTROL -> divisorLatch = (value & DIVISOR_LATCH) != 0;
            case MODEM_CONTROL -> requestToSend = (value & REQUEST_TO_SEND) != 0;
            default -> {} // the others tell nothing about listening
        }
        update();
    }

    private void update() {
        boolean now = requestToSend || interruptEnabled || polls >= POLLING;
        if (now && !listening) {
            listeningSince = clock.nanos();
            listening = true;
            feed();
        } else if (!now) {
            listening = false;
        }
    }

    /** Hands over as much input as the guest takes. */
    void feed() {
        if (!listening || input.peek() < 0) {
            return;
        }
        if (clock.nanos() - listeningSince < SETTLING_NANOS) {
            settled.arm(listeningSince + SETTLING_NANOS);
            return;
        }
        for (int next = input.peek(); next >= 0 && uart.receive(next); next = input.peek()) {
            input.take();
        }
    }
}
