package org.jvmx.devices.timer;

import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.Clock;
import org.jvmx.bus.Frequency;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.Timer;

/**
 * The interval timer of a PC ("8254 Programmable Interval Timer", Intel): counter 0 interrupts, counter 1 is memory refresh, counter 2 drives the
 * speaker and is gated through port 61H.
 */
public final class Pit8254 implements ByteDevice {
    /** The first port. */
    public static final int PORT = 0x40;
    /** How many ports it takes. */
    public static final int PORTS = 4;
    /** Where system control port B is. */
    public static final int SYSTEM_CONTROL_PORT = 0x61;
    /** The interrupt of counter 0. */
    public static final int IRQ = 0;
    /** Its oscillator. */
    public static final Frequency OSCILLATOR = new Frequency(1_193_182);

    private static final int CONTROL = 3;
    private static final int REFRESH_TICKS = 18;

    private final Clock clock;
    private final IrqLine irq;
    private final Timer timer;
    private final Channel[] channels = {new Channel(true), new Channel(true), new Channel(false)};
    private final ByteDevice systemControl = new ByteDevice() {
        @Override
        public int in(int offset) {
            return readSystemControl();
        }

        @Override
        public void out(int offset, int value) {
            writeSystemControl(value);
        }
    };
    private boolean speaker;

    /** What one counter remembers; times are oscillator ticks. */
    public record ChannelState(int mode, boolean bcd, int access, boolean gate, int count, int nextCount, long switchTick, long start,
            boolean counting,
            long held, int partial, boolean highNext, boolean readHighNext, int latched, int latchedBytes, int status) {
    }

    /** What all counters remember. */
    public record State(ChannelState channel0, ChannelState channel1, ChannelState channel2, boolean speaker) {
    }

    /** A timer whose counter 0 pulses {@code irq}. Counter 0 runs as firmware leaves it: mode 3, 65,536 ticks. */
    public Pit8254(Clock clock, IrqLine irq) {
        this.clock = clock;
        this.irq = irq;
        timer = clock.timer(this::expire);
        channels[1].control(0x14);
        channels[1].write(now(), REFRESH_TICKS);
        channels[0].control(0x36);
        channels[0].write(now(), 0);
        channels[0].write(now(), 0);
        arm();
    }

    @Override
    public int in(int offset) {
        return offset < CONTROL ? channels[offset].read(now()) : 0xff;
    }

    @Override
    public void out(int offset, int value) {
        if (offset > CONTROL) {
            return;
        }
        if (offset == CONTROL) {
            control(value);
        } else if (channels[offset].write(now(), value) && offset == 0) {
            driveOutput();
        }
    }

    /** Port 61H, system control port B: speaker, gate of counter 2, its output, refresh toggle. */
    public ByteDevice systemControl() {
        return systemControl;
    }

    /** What must survive. */
    public State state() {
        return new State(channels[0].state(), channels[1].state(), channels[2].state(), speaker);
    }

    /** Takes over a state, on a clock that shows the time at which it was taken. */
    public void restore(State state) {
        channels[0].restore(state.channel0());
        channels[1].restore(state.channel1());
        channels[2].restore(state.channel2());
        speaker = state.speaker();
        arm();
    }

    private long now() {
        return OSCILLATOR.ticks(clock.nanos());
    }

    private void control(int value) {
        int select = value >> 6;
        if (select == 3) {
            readBack(value);
        } else if ((value & 0x30) == 0) {
            channels[select].latchCount(now());
        } else {
            channels[select].control(value);
            if (select == 0) {
                driveOutput();
            }
        }
    }

    private void readBack(int value) {
        long now = now();
        for (int i = 0; i < channels.length; i++) {
            boolean selected = (value >> i + 1 & 1) != 0;
            if (selected && (value & 0x20) == 0) {
                channels[i].latchCount(now);
            }
            if (selected && (value & 0x10) == 0) {
                channels[i].latchStatus(now);
            }
        }
    }

    private void driveOutput() {
        irq.set(channels[0].output(now()));
        arm();
    }

    private void arm() {
        long rise = channels[0].nextRise(now());
        if (rise == Channel.NEVER) {
            timer.cancel();
        } else {
            timer.arm(OSCILLATOR.nanosAt(rise));
        }
    }

    /** The output rises. That it was low before is all that the low half of a period means to an interrupt controller. */
    private void expire() {
        irq.set(false);
        irq.set(true);
        arm();
    }

    private int readSystemControl() {
        long now = now();
        int refresh = (int) (now / REFRESH_TICKS & 1) << 4;
        return (channels[2].gate() ? 0x01 : 0) | (speaker ? 0x02 : 0) | refresh | (channels[2].output(now) ? 0x20 : 0);
    }

    private void writeSystemControl(int value) {
        speaker = (value & 2) != 0;
        channels[2].gate(now(), (value & 1) != 0);
    }
}
