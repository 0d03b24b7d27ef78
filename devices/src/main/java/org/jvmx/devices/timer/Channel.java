package org.jvmx.devices.timer;

/**
 * One counter of an 8254. Nothing ticks: the count and the output follow from the oscillator tick at which counting began. All times are ticks.
 */
final class Channel {
    static final int MODE_TERMINAL_COUNT = 0;
    static final int MODE_ONE_SHOT = 1;
    static final int MODE_RATE = 2;
    static final int MODE_SQUARE = 3;
    static final int MODE_SOFTWARE_STROBE = 4;
    static final int MODE_HARDWARE_STROBE = 5;
    static final long NEVER = Long.MAX_VALUE;

    private static final int ACCESS_LOW = 1;
    private static final int ACCESS_BOTH = 3;

    private int mode;
    private boolean bcd;
    private int access = ACCESS_BOTH;
    private boolean gate;
    /** The count in the range 1 to 65,536; 0 while none was written since the control word. */
    private int count;
    /** A count that replaces {@link #count} at {@link #switchTick}; 0 if none. */
    private int nextCount;
    private long switchTick;
    /** When the current counting sequence began; meaningless unless {@link #counting}. */
    private long start;
    private boolean counting;
    /** How far it had come when the gate closed. */
    private long held;
    private int partial;
    private boolean highNext;
    private boolean readHighNext;
    private int latched;
    private int latchedBytes;
    private int status = -1;

    Channel(boolean gate) {
        this.gate = gate;
    }

    void control(int value) {
        mode = value >> 1 & 7;
        mode = mode > MODE_HARDWARE_STROBE ? mode & 3 : mode;
        bcd = (value & 1) != 0;
        access = value >> 4 & 3;
        count = 0;
        nextCount = 0;
        counting = false;
        highNext = false;
        readHighNext = false;
        latchedBytes = 0;
        status = -1;
    }

    void latchCount(long now) {
        if (latchedBytes == 0) {
            latched = encoded(now);
            latchedBytes = access == ACCESS_BOTH ? 2 : 1;
        }
    }

    void latchStatus(long now) {
        if (status < 0) {
            boolean nullCount = count == 0 || nextCount != 0 && now < switchTick;
            status = (output(now) ? 0x80 : 0) | (nullCount ? 0x40 : 0) | access << 4 | mode << 1 | (bcd ? 1 : 0);
        }
    }

    int read(long now) {
        if (status >= 0) {
            int value = status;
            status = -1;
            return value;
        }
        int value = latchedBytes > 0 ? latched : encoded(now);
        boolean high = access == ACCESS_BOTH ? latchedBytes > 0 ? latchedBytes == 1 : readHighNext : access != ACCESS_LOW;
        if (latchedBytes > 0) {
            latchedBytes--;
        } else if (access == ACCESS_BOTH) {
            readHighNext = !readHighNext;
        }
        return high ? value >> 8 : value & 0xff;
    }

    /** Takes a byte of a count; true if the count is complete and the output may have changed. */
    boolean write(long now, int value) {
        if (access == ACCESS_BOTH && !highNext) {
            partial = value;
            highNext = true;
            if (mode == MODE_TERMINAL_COUNT) {
                counting = false; // the first byte stops it
                count = 0;
            }
            return mode == MODE_TERMINAL_COUNT;
        }
        highNext = false;
        load(now, access == ACCESS_BOTH ? partial | value << 8 : access == ACCESS_LOW ? value : value << 8);
        return true;
    }

    private void load(long now, int written) {
        int loaded = decoded(written);
        boolean periodic = mode == MODE_RATE || mode == MODE_SQUARE;
        boolean triggered = mode == MODE_ONE_SHOT || mode == MODE_HARDWARE_STROBE;
        if (periodic && counting) {
            settle(now);
            nextCount = loaded;
            switchTick = start + ((now - start) / count + 1) * count;
            return;
        }
        count = loaded;
        if (triggered) {
            return; // the gate starts it
        }
        start = now;
        held = 0;
        counting = gate;
    }

    void gate(long now, boolean open) {
        if (open == gate) {
            return;
        }
        settle(now);
        gate = open;
        boolean resumes = mode == MODE_TERMINAL_COUNT || mode == MODE_SOFTWARE_STROBE;
        if (open) {
            start = resumes ? now - held : now;
            counting = count != 0;
        } else if (mode != MODE_ONE_SHOT && mode != MODE_HARDWARE_STROBE) {
            held = counting ? now - start : held;
            counting = false;
        }
    }

    boolean gate() {
        return gate;
    }

    boolean output(long now) {
        settle(now);
        if (!counting) {
            boolean finished = mode == MODE_TERMINAL_COUNT && count != 0 && held >= count;
            return mode != MODE_TERMINAL_COUNT || finished;
        }
        long elapsed = now - start;
        return switch (mode) {
            case MODE_TERMINAL_COUNT, MODE_ONE_SHOT -> elapsed >= count;
            case MODE_RATE -> elapsed % count != count - 1;
            case MODE_SQUARE -> elapsed % count < (count + 1) / 2;
            default -> elapsed != count;
        };
    }

    /** The next tick after {@code now} at which the output rises, or {@link #NEVER}. */
    long nextRise(long now) {
        settle(now);
        if (!counting) {
            return NEVER;
        }
        long elapsed = now - start;
        long rise = switch (mode) {
            case MODE_TERMINAL_COUNT, MODE_ONE_SHOT -> count;
            case MODE_RATE, MODE_SQUARE -> (elapsed / count + 1) * count;
            default -> count + 1L;
        };
        return elapsed < rise ? start + rise : NEVER;
    }

    Pit8254.ChannelState state() {
        return new Pit8254.ChannelState(mode, bcd, access, gate, count, nextCount, switchTick, start, counting, held, partial, highNext,
                readHighNext,
                latched, latchedBytes, status);
    }

    void restore(Pit8254.ChannelState state) {
        mode = state.mode();
        bcd = state.bcd();
        access = state.access();
        gate = state.gate();
        count = state.count();
        nextCount = state.nextCount();
        switchTick = state.switchTick();
        start = state.start();
        counting = state.counting();
        held = state.held();
        partial = state.partial();
        highNext = state.highNext();
        readHighNext = state.readHighNext();
        latched = state.latched();
        latchedBytes = state.latchedBytes();
        status = state.status();
    }

    /** In modes 2 and 3 a new count takes over when the current period ends. */
    private void settle(long now) {
        if (nextCount != 0 && now >= switchTick) {
            start = switchTick;
            count = nextCount;
            nextCount = 0;
        }
    }

    private int remaining(long now) {
        settle(now);
        if (count == 0) {
            return 0;
        }
        long elapsed = counting ? now - start : gate ? 0 : held;
        int modulus = bcd ? 10_000 : 0x1_0000;
        return switch (mode) {
            case MODE_RATE -> (int) (count - elapsed % count);
            case MODE_SQUARE -> (count & ~1) - (int) (elapsed * 2 % Math.max(2, count & ~1));
            default -> (int) Math.floorMod(count - elapsed, (long) modulus);
        };
    }

    private int encoded(long now) {
        int value = remaining(now);
        if (!bcd) {
            return value & 0xffff;
        }
        value %= 10_000;
        return value / 1000 << 12 | value / 100 % 10 << 8 | value / 10 % 10 << 4 | value % 10;
    }

    private int decoded(int written) {
        if (!bcd) {
            return written == 0 ? 0x1_0000 : written;
        }
        int value = (written >> 12) * 1000 + (written >> 8 & 15) * 100 + (written >> 4 & 15) * 10 + (written & 15);
        return value == 0 ? 10_000 : value;
    }
}
