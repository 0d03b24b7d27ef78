package org.jvmx.devices.apic;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.MmioDevice;

/**
 * An I/O APIC with 24 inputs ("82093AA I/O Advanced Programmable Interrupt Controller (IOAPIC)", Intel) and the EOI register of its version 20H.
 * A line's level is whether it is asserted: the polarity bit, which tells how that looks electrically, is stored and has no effect.
 */
public final class IoApic implements MmioDevice {
    /** Where its registers are on a PC. */
    public static final long DEFAULT_BASE = 0xfec0_0000L;
    /** The size of its register page. */
    public static final long SIZE = 0x1000;
    /** How many inputs it has. */
    public static final int PINS = 24;

    private static final int SELECT = 0x00;
    private static final int WINDOW = 0x10;
    private static final int EOI = 0x40;
    private static final int REG_ID = 0;
    private static final int REG_VERSION = 1;
    private static final int REG_ARBITRATION = 2;
    private static final int REG_TABLE = 0x10;
    private static final int VERSION = PINS - 1 << 16 | 0x20;

    private static final long LOGICAL = 1 << 11;
    private static final long STATUS = 1 << 12;
    private static final long REMOTE_IRR = 1 << 14;
    private static final long LEVEL = 1 << 15;
    private static final long MASKED = 1 << 16;
    private static final long READ_ONLY = STATUS | REMOTE_IRR;
    private static final long DEFINED = 0xff00_0000_0001_ffffL;

    private final ApicBus bus;
    private final long[] table = new long[PINS];
    private int select;
    private int id;
    private int lines;

    /** Everything a restored I/O APIC needs. */
    public record State(int select, int id, int lines, List<Long> table) {
    }

    /** An I/O APIC as after reset: all inputs masked. */
    public IoApic(int id, ApicBus bus) {
        this.id = id & 15;
        this.bus = bus;
        for (int i = 0; i < PINS; i++) {
            table[i] = MASKED;
        }
        bus.attach(this);
    }

    /** The input {@code number}, 0 to 23. */
    public IrqLine pin(int number) {
        if (number < 0 || number >= PINS) {
            throw new IllegalStateException("the I/O APIC has no input " + number);
        }
        return level -> line(number, level);
    }

    @Override
    public long read(long offset, int size) {
        return switch ((int) offset & 0xff) {
            case SELECT -> select;
            case WINDOW -> Integer.toUnsignedLong(readRegister());
            default -> 0;
        };
    }

    @Override
    public void write(long offset, int size, long data) {
        switch ((int) offset & 0xff) {
            case SELECT -> select = (int) data & 0xff;
            case WINDOW -> writeRegister((int) data);
            case EOI -> endOfInterrupt((int) data & 0xff);
            default -> {} // nothing there
        }
    }

    /** What must survive. */
    public State state() {
        List<Long> entries = new ArrayList<>(PINS);
        for (long entry : table) {
            entries.add(entry);
        }
        return new State(select, id, lines, List.copyOf(entries));
    }

    /** Takes over a state. */
    public void restore(State state) {
        select = state.select();
        id = state.id();
        lines = state.lines();
        for (int i = 0; i < PINS; i++) {
            table[i] = state.table().get(i);
        }
    }

    void endOfInterrupt(int vector) {
        for (int pin = 0; pin < PINS; pin++) {
            long entry = table[pin];
            if ((entry & LEVEL) != 0 && (entry & 0xff) == vector && (entry & REMOTE_IRR) != 0) {
                table[pin] = entry & ~REMOTE_IRR;
                deliverLevel(pin);
            }
        }
    }

    private void line(int pin, boolean level) {
        int bit = 1 << pin;
        boolean rose = level && (lines & bit) == 0;
        lines = level ? lines | bit : lines & ~bit;
        if ((table[pin] & LEVEL) != 0) {
            deliverLevel(pin);
        } else if (rose && (table[pin] & MASKED) == 0) {
            send(pin, false);
        }
    }

    private void deliverLevel(int pin) {
        long entry = table[pin];
        boolean due = (lines >> pin & 1) != 0 && (entry & (LEVEL | MASKED | REMOTE_IRR)) == LEVEL;
        if (due && send(pin, true)) {
            table[pin] |= REMOTE_IRR;
        }
    }

    /** Sends the message of an input's entry. Only fixed and lowest-priority interrupts can be level-triggered. */
    private boolean send(int pin, boolean level) {
        long entry = table[pin];
        int mode = (int) entry >> 8 & 7;
        if (mode == DeliveryMode.SMI || level && mode > DeliveryMode.LOWEST_PRIORITY) {
            return false;
        }
        int destination = (int) (entry >>> 56);
        return bus.send(pin, destination == 0xff ? ApicBus.BROADCAST : destination, (entry & LOGICAL) != 0, mode, (int) entry & 0xff,
                level);
    }

    private int readRegister() {
        int pin = select - REG_TABLE >> 1;
        if (pin >= 0 && pin < PINS) {
            return (int) (table[pin] >>> 32 * (select & 1));
        }
        return switch (select) {
            case REG_ID, REG_ARBITRATION -> id << 24;
            case REG_VERSION -> VERSION;
            default -> 0;
        };
    }

    private void writeRegister(int data) {
        if (select == REG_ID) {
            id = data >>> 24 & 15;
        }
        int pin = select - REG_TABLE >> 1;
        if (pin < 0 || pin >= PINS) {
            return;
        }
        long written =
                (select & 1) != 0 ? table[pin] & 0xffff_ffffL | (long) data << 32 : table[pin] & -1L << 32 | Integer.toUnsignedLong(data);
        long entry = written & DEFINED & ~READ_ONLY | table[pin] & READ_ONLY;
        if ((entry & LEVEL) == 0) {
            entry &= ~REMOTE_IRR; // an edge has none: software clears a stuck one this way
        }
        table[pin] = entry;
        deliverLevel(pin);
    }
}
