package org.jvmx.devices.rtc;

import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.Clock;
import org.jvmx.bus.Frequency;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.Timer;

/**
 * The real-time clock with its CMOS memory ("MC146818A Real-Time Clock plus RAM", Motorola) at ports 70H and 71H. Time is derived from the clock
 * whenever somebody looks; a timer runs only while an interrupt is enabled.
 */
public final class Cmos implements ByteDevice {
    /** The first port. */
    public static final int PORT = 0x70;
    /** Its interrupt. */
    public static final int IRQ = 8;
    /** How many ports it takes. */
    public static final int PORTS = 2;

    private static final int SIZE = 128;
    private static final int SECONDS = 0;
    private static final int SECONDS_ALARM = 1;
    private static final int MINUTES = 2;
    private static final int MINUTES_ALARM = 3;
    private static final int HOURS = 4;
    private static final int HOURS_ALARM = 5;
    private static final int WEEKDAY = 6;
    private static final int DAY = 7;
    private static final int MONTH = 8;
    private static final int YEAR = 9;
    private static final int A = 0x0a;
    private static final int B = 0x0b;
    private static final int C = 0x0c;
    private static final int D = 0x0d;
    private static final int CENTURY = 0x32;

    private static final int A_UIP = 0x80;
    private static final int B_SET = 0x80;
    private static final int B_UPDATE = 0x10;
    private static final int B_ALARM = 0x20;
    private static final int B_PERIODIC = 0x40;
    private static final int B_BINARY = 0x04;
    private static final int B_24_HOURS = 0x02;
    private static final int C_IRQ = 0x80;
    private static final int D_VALID = 0x80;
    private static final int SOURCES = B_UPDATE | B_ALARM | B_PERIODIC;

    private static final long SECOND = 1_000_000_000;
    /** The update-in-progress bit rises 244 us before an update, which takes 1,984 us. */
    private static final long UPDATE_NANOS = 244_000 + 1_984_000;
    private static final Frequency OSCILLATOR = new Frequency(32_768);
    private static final long NEVER = Long.MAX_VALUE;

    private final Clock clock;
    private final IrqLine irq;
    private final Timer timer;
    private final byte[] ram = new byte[SIZE];
    private int index;
    private boolean nmiMasked;
    /** The clock's nanoseconds since 1970 minus {@link Clock#nanos()}. */
    private long offset;
    /** Up to when {@link #flags} is up to date, in nanoseconds since 1970. */
    private long seen;
    private int flags;

    /** Everything a restored clock needs. */
    public record State(byte[] ram, int index, boolean nmiMasked, long offset, long seen, int flags) {
        /** Copies the memory. */
        public State {
            ram = ram.clone();
        }

        @Override
        public byte[] ram() {
            return ram.clone();
        }
    }

    /**
     * A clock that shows {@code epochSeconds} (UTC, since 1970) when the machine is switched on, and memory that tells the machine's RAM in the bytes
     * that firmware uses for it.
     */
    public Cmos(Clock clock, IrqLine irq, long epochSeconds, long ramBelow4G, long ramAbove4G) {
        this.clock = clock;
        this.irq = irq;
        timer = clock.timer(this::expire);
        offset = epochSeconds * SECOND - clock.nanos();
        ram[A] = 0x26; // 32.768 kHz time base, 1,024 Hz periodic rate
        ram[B] = B_24_HOURS;
        ram[D] = (byte) D_VALID;
        describeMemory(ramBelow4G, ramAbove4G);
        seen = time();
        refresh();
    }

    @Override
    public int in(int offset) {
        return offset == 1 ? readRegister() : 0xff;
    }

    @Override
    public void out(int offset, int value) {
        if (offset == 0) {
            index = value & SIZE - 1;
            nmiMasked = (value & 0x80) != 0;
        } else {
            writeRegister(value);
        }
    }

    /** Whether bit 7 of port 70H keeps non-maskable interrupts from the processor. */
    public boolean nmiMasked() {
        return nmiMasked;
    }

    /** What must survive. */
    public State state() {
        return new State(ram, index, nmiMasked, offset, seen, flags);
    }

    /** Takes over a state, on a clock that shows the time at which it was taken. */
    public void restore(State state) {
        System.arraycopy(state.ram(), 0, ram, 0, SIZE);
        index = state.index() & SIZE - 1;
        nmiMasked = state.nmiMasked();
        offset = state.offset();
        seen = state.seen();
        flags = state.flags();
        signal();
    }

    private int readRegister() {
        switch (index) {
            case A -> {
                boolean updating = running() && Math.floorMod(time(), SECOND) >= SECOND - UPDATE_NANOS;
                return ram[A] & 0x7f | (updating ? A_UIP : 0);
            }
            case C -> {
                catchUp();
                int value = flags | ((flags & ram[B] & SOURCES) != 0 ? C_IRQ : 0);
                flags = 0;
                signal();
                return value;
            }
            default -> {
                if (isTime(index) && running()) {
                    refresh();
                }
                return ram[index] & 0xff;
            }
        }
    }

    private void writeRegister(int value) {
        catchUp();
        boolean ran = running();
        if (ran) {
            refresh();
        }
        switch (index) {
            case A -> ram[A] = (byte) (value & 0x7f);
            case B -> ram[B] = (byte) ((value & B_SET) != 0 ? value & ~B_UPDATE : value);
            case C, D -> {
                return; // read-only
            }
            default -> ram[index] = (byte) value;
        }
        if (running() && (!ran || isTime(index))) {
            long fraction = ran ? Math.floorMod(time(), SECOND) : index == A ? SECOND / 2 : 0;
            offset = shown() * SECOND + fraction - clock.nanos();
            seen = time();
        } else if (ran && index == B) {
            refresh(); // the digits follow the new format
        }
        signal();
    }

    private static boolean isTime(int register) {
        return register <= YEAR && (register & 1) == 0 || register >= WEEKDAY && register <= YEAR || register == CENTURY;
    }

    /** Whether time passes: neither halted for setting nor held in divider reset. */
    private boolean running() {
        return (ram[B] & B_SET) == 0 && (ram[A] & 0x60) != 0x60;
    }

    private boolean binary() {
        return (ram[B] & B_BINARY) != 0;
    }

    private boolean hours24() {
        return (ram[B] & B_24_HOURS) != 0;
    }

    private long time() {
        return clock.nanos() + offset;
    }

    /** Writes the time into the registers. */
    private void refresh() {
        long seconds = Math.floorDiv(time(), SECOND);
        long days = Math.floorDiv(seconds, (long) Calendar.DAY);
        int ofDay = (int) Math.floorMod(seconds, (long) Calendar.DAY);
        int date = Calendar.dateOf(days);
        int year = date >> 16;
        put(SECONDS, ofDay % 60);
        put(MINUTES, ofDay / 60 % 60);
        ram[HOURS] = (byte) Calendar.encodeHour(ofDay / 3600, binary(), hours24());
        put(WEEKDAY, Calendar.weekday(days));
        put(DAY, date & 0xff);
        put(MONTH, date >> 8 & 0xff);
        put(YEAR, Math.floorMod(year, 100));
        put(CENTURY, Math.floorMod(year / 100, 100));
    }

    private void put(int register, int value) {
        ram[register] = (byte) Calendar.encode(value, binary());
    }

    private int get(int register) {
        return Calendar.decode(ram[register] & 0xff, binary());
    }

    /** The seconds since 1970 that the registers show; whatever a guest wrote there, it is some time. */
    private long shown() {
        int month = Math.clamp(get(MONTH), 1, 12);
        long days = Calendar.daysOf(get(CENTURY) * 100 + get(YEAR), month, get(DAY));
        int hour = Calendar.decodeHour(ram[HOURS] & 0xff, binary(), hours24());
        return days * Calendar.DAY + hour * 3600L + get(MINUTES) * 60L + get(SECONDS);
    }

    /** Sets the flags of what happened since they were looked at last. */
    private void catchUp() {
        long now = time();
        int shift = periodShift();
        if (shift >= 0 && periods(now, shift) != periods(seen, shift)) {
            flags |= B_PERIODIC;
        }
        if (running()) {
            if (Math.floorDiv(now, SECOND) != Math.floorDiv(seen, SECOND)) {
                flags |= B_UPDATE;
            }
            if (nextAlarm(seen) <= now) {
                flags |= B_ALARM;
            }
        }
        seen = now;
    }

    /** The periodic tick comes every 1 << this many cycles of 32,768 Hz; -1 for never. Rates 1 and 2 act as 8 and 9. */
    private int periodShift() {
        int rate = ram[A] & 15;
        if (rate == 0 || (ram[A] & 0x60) == 0x60) {
            return -1;
        }
        return (rate <= 2 ? rate + 7 : rate) - 1;
    }

    private static long periods(long nanos, int shift) {
        return OSCILLATOR.ticks(nanos) >> shift;
    }

    private boolean matches(int alarmRegister, int encoded) {
        int alarm = ram[alarmRegister] & 0xff;
        return alarm >= 0xc0 || alarm == encoded;
    }

    /** The first full second after {@code from} at which the alarm is due, in nanoseconds since 1970. */
    private long nextAlarm(long from) {
        long seconds = Math.floorDiv(from, SECOND) + 1;
        long last = seconds + Calendar.DAY;
        while (seconds <= last) {
            int ofDay = (int) Math.floorMod(seconds, (long) Calendar.DAY);
            if (!matches(HOURS_ALARM, Calendar.encodeHour(ofDay / 3600, binary(), hours24()))) {
                seconds += 3600 - ofDay % 3600;
            } else if (!matches(MINUTES_ALARM, Calendar.encode(ofDay / 60 % 60, binary()))) {
                seconds += 60 - ofDay % 60;
            } else if (!matches(SECONDS_ALARM, Calendar.encode(ofDay % 60, binary()))) {
                seconds++;
            } else {
                return seconds * SECOND;
            }
        }
        return NEVER;
    }

    /** Drives the line, which stays asserted until register C is read, and arms the timer for the next enabled event. */
    private void signal() {
        int enabled = ram[B] & SOURCES;
        irq.set((flags & enabled) != 0);
        long next = NEVER;
        int shift = periodShift();
        if ((enabled & ~flags & B_PERIODIC) != 0 && shift >= 0) {
            next = OSCILLATOR.nanosAt(periods(seen, shift) + 1 << shift);
        }
        if ((enabled & ~flags & B_UPDATE) != 0 && running()) {
            next = Math.min(next, (Math.floorDiv(seen, SECOND) + 1) * SECOND);
        }
        if ((enabled & ~flags & B_ALARM) != 0 && running()) {
            next = Math.min(next, nextAlarm(seen));
        }
        if (next == NEVER) {
            timer.cancel();
        } else {
            timer.arm(next - offset);
        }
    }

    private void expire() {
        catchUp();
        signal();
    }

    private void describeMemory(long below4G, long above4G) {
        int base = (int) Math.min(below4G >> 10, 640);
        int extended = Math.clamp((below4G >> 10) - 1024, 0, 0xffff);
        int above16M = Math.clamp((below4G >> 16) - 256, 0, 0xffff);
        putWord(0x15, base);
        putWord(0x17, extended);
        putWord(0x30, extended);
        putWord(0x34, above16M);
        int high = (int) Math.min(above4G >> 16, 0xff_ffff);
        putWord(0x5b, high & 0xffff);
        ram[0x5d] = (byte) (high >> 16);
        ram[0x14] = 0x06; // equipment: coprocessor, pointing device
        int sum = 0;
        for (int i = 0x10; i < 0x2e; i++) {
            sum += ram[i] & 0xff;
        }
        ram[0x2e] = (byte) (sum >> 8);
        ram[0x2f] = (byte) sum;
    }

    private void putWord(int register, int value) {
        ram[register] = (byte) value;
        ram[register + 1] = (byte) (value >> 8);
    }
}
