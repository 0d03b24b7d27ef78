package org.jvmx.devices.acpi;

import org.jvmx.bus.Clock;
import org.jvmx.bus.Frequency;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.PortDevice;
import org.jvmx.bus.Timer;

/**
 * The fixed hardware of ACPI ("ACPI Hardware Specification", Advanced Configuration and Power Interface Specification): PM1 event and control
 * registers, power-management timer, general-purpose events. The machine is always in ACPI mode; the only sleeping state is S5.
 */
public final class PowerManagement {
    /** Where the PM1 event registers are. */
    public static final int EVENT_PORT = 0x600;
    /** How many ports the PM1 event registers take: status, then enable. */
    public static final int EVENT_PORTS = 4;
    /** Where the PM1 control register is. */
    public static final int CONTROL_PORT = 0x604;
    /** How many ports the PM1 control register takes. */
    public static final int CONTROL_PORTS = 2;
    /** Where the timer is. */
    public static final int TIMER_PORT = 0x608;
    /** How many ports the timer takes. */
    public static final int TIMER_PORTS = 4;
    /** Where the general-purpose event registers are. */
    public static final int GPE_PORT = 0x620;
    /** How many ports the general-purpose event registers take: status, then enable. */
    public static final int GPE_PORTS = 4;
    /** The interrupt of all this, level-triggered. */
    public static final int SCI_IRQ = 9;
    /** The value of SLP_TYP for S5. */
    public static final int SLEEP_TYPE_S5 = 5;
    /** How many general-purpose events there are. */
    public static final int GPES = 16;

    private static final int TIMER_STATUS = 1 << 0;
    private static final int POWER_BUTTON = 1 << 8;
    private static final int STATUS_BITS = 0x8731;
    private static final int ENABLE_BITS = 0x0721;
    private static final int SCI_ENABLED = 1;
    private static final int SLEEP_ENABLE = 1 << 13;
    private static final int CONTROL_BITS = 0x1c02;
    private static final Frequency OSCILLATOR = new Frequency(3_579_545);

    private final Clock clock;
    private final IrqLine sci;
    private final PowerEvents events;
    private final int timerBits;
    private final Timer timer;
    private int status;
    private int enable;
    private int control;
    private int gpeStatus;
    private int gpeEnable;
    private int gpeLines;
    /** The timer's carry count up to which the overflow status is up to date. */
    private long carriesSeen;

    private final PortDevice eventBlock = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            noticeCarry();
            return slice(enable << 16 | status, offset, size);
        }

        @Override
        public void out(int offset, int size, int value) {
            noticeCarry();
            long shifted = (value & mask(size)) << 8 * offset;
            status &= (int) ~shifted | ~0xffff;
            int touched = (int) (mask(size) << 8 * offset >> 16) & 0xffff;
            enable = (enable & ~touched | (int) (shifted >> 16) & touched) & ENABLE_BITS;
            update();
        }
    };

    private final PortDevice controlBlock = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            return slice(control | SCI_ENABLED, offset, size);
        }

        @Override
        public void out(int offset, int size, int value) {
            int touched = (int) (mask(size) << 8 * offset);
            int written = value << 8 * offset & touched;
            control = (control & ~touched | written) & CONTROL_BITS;
            if ((written & SLEEP_ENABLE) != 0 && control >> 10 == SLEEP_TYPE_S5) {
                events.powerOff();
            }
        }
    };

    private final PortDevice timerBlock = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            int value = (int) (OSCILLATOR.ticks(clock.nanos()) & (1L << timerBits) - 1);
            return slice(value, offset, size);
        }

        @Override
        public void out(int offset, int size, int value) {
            // read-only
        }
    };

    private final PortDevice gpeBlock = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            return slice(gpeEnable << 16 | gpeStatus, offset, size);
        }

        @Override
        public void out(int offset, int size, int value) {
            long shifted = (value & mask(size)) << 8 * offset;
            gpeStatus = gpeStatus & (int) ~shifted | gpeLines;
            int touched = (int) (mask(size) << 8 * offset >> 16) & 0xffff;
            gpeEnable = gpeEnable & ~touched | (int) (shifted >> 16) & touched;
            update();
        }
    };

    /** Everything a restored device needs. */
    public record State(int status, int enable, int control, int gpeStatus, int gpeEnable, int gpeLines, long carriesSeen) {
    }

    /** The hardware as after reset; the timer counts 32 bits, or 24 as old chip sets do. */
    public PowerManagement(Clock clock, IrqLine sci, boolean timer32Bit, PowerEvents events) {
        this.clock = clock;
        this.sci = sci;
        this.events = events;
        timerBits = timer32Bit ? 32 : 24;
        timer = clock.timer(this::expire);
    }

    /** The ports from {@link #EVENT_PORT}. */
    public PortDevice eventBlock() {
        return eventBlock;
    }

    /** The ports from {@link #CONTROL_PORT}. */
    public PortDevice controlBlock() {
        return controlBlock;
    }

    /** The ports from {@link #TIMER_PORT}. */
    public PortDevice timerBlock() {
        return timerBlock;
    }

    /** The ports from {@link #GPE_PORT}. */
    public PortDevice gpeBlock() {
        return gpeBlock;
    }

    /** Somebody presses the power button: a polite request to the guest. */
    public void pressPowerButton() {
        status |= POWER_BUTTON;
        update();
    }

    /** The level of a general-purpose event, 0 to 15. */
    public IrqLine gpe(int number) {
        if (number < 0 || number >= GPES) {
            throw new IllegalStateException("there is no general-purpose event " + number);
        }
        int bit = 1 << number;
        return level -> {
            gpeLines = level ? gpeLines | bit : gpeLines & ~bit;
            gpeStatus |= gpeLines;
            update();
        };
    }

    /** What must survive. */
    public State state() {
        return new State(status, enable, control, gpeStatus, gpeEnable, gpeLines, carriesSeen);
    }

    /** Takes over a state, on a clock that shows the time at which it was taken. */
    public void restore(State state) {
        status = state.status() & STATUS_BITS;
        enable = state.enable() & ENABLE_BITS;
        control = state.control() & CONTROL_BITS;
        gpeStatus = state.gpeStatus();
        gpeEnable = state.gpeEnable();
        gpeLines = state.gpeLines();
        carriesSeen = state.carriesSeen();
        update();
    }

    private static long mask(int size) {
        return (1L << 8 * size) - 1;
    }

    private static int slice(int block, int offset, int size) {
        return (int) (block >>> 8 * offset & mask(size));
    }

    /** How often the timer's highest bit has changed. */
    private long carries() {
        return OSCILLATOR.ticks(clock.nanos()) >> timerBits - 1;
    }

    private void noticeCarry() {
        long carries = carries();
        if (carries != carriesSeen) {
            carriesSeen = carries;
            status |= TIMER_STATUS;
        }
    }

    private void expire() {
        noticeCarry();
        update();
    }

    private void update() {
        sci.set((status & enable) != 0 || (gpeStatus & gpeEnable) != 0);
        if ((enable & ~status & TIMER_STATUS) != 0) {
            timer.arm(OSCILLATOR.nanosAt(carriesSeen + 1 << timerBits - 1));
        } else {
            timer.cancel();
        }
    }
}
