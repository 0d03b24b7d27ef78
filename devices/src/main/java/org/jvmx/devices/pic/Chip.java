package org.jvmx.devices.pic;

import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.IrqLine;

/** One 8259A. Offset 0 is the port with A0 low, offset 1 the one with A0 high. */
final class Chip implements ByteDevice {
    private static final int ICW1 = 0x10;
    private static final int ICW1_NEEDS_ICW4 = 0x01;
    private static final int ICW1_SINGLE = 0x02;
    private static final int ICW1_LEVEL = 0x08;
    private static final int ICW4_AUTO_EOI = 0x02;
    private static final int ICW4_SPECIAL_FULLY_NESTED = 0x10;
    private static final int OCW3 = 0x08;
    private static final int SPURIOUS = 7;

    private final IrqLine output;
    /** The inputs on which another 8259A hangs, one bit each. */
    private final int cascaded;
    private final int elcrWritable;

    private int lines;
    private int requests;
    private int service;
    private int mask;
    private int elcr;
    private int base;
    private int lowest = 7;
    private int expecting;
    private int icw1;
    private int icw4;
    private boolean specialMask;
    private boolean rotateOnAutoEoi;
    private boolean readService;
    private boolean polled;

    Chip(IrqLine output, int cascaded, int elcrWritable) {
        this.output = output;
        this.cascaded = cascaded;
        this.elcrWritable = elcrWritable;
    }

    @Override
    public int in(int offset) {
        if (polled) {
            polled = false;
            return poll();
        }
        if (offset == 0) {
            return readService ? service : requests;
        }
        return mask;
    }

    @Override
    public void out(int offset, int value) {
        if (offset == 0) {
            if ((value & ICW1) != 0) {
                initialize(value);
            } else if ((value & OCW3) != 0) {
                operate(value);
            } else {
                endOfInterrupt(value);
            }
        } else if (expecting == 0) {
            mask = value;
        } else {
            continueInitialization(value);
        }
        update();
    }

    void line(int number, boolean level) {
        int bit = 1 << number;
        boolean rose = level && (lines & bit) == 0;
        lines = level ? lines | bit : lines & ~bit;
        if (levelTriggered(bit)) {
            requests = level ? requests | bit : requests & ~bit;
        } else if (rose) {
            requests |= bit;
        }
        update();
    }

    /** The interrupt-acknowledge cycle: the number of the input, {@value #SPURIOUS} without a service bit if none is left. */
    int acknowledge() {
        int number = winner();
        if (number < 0) {
            return SPURIOUS;
        }
        enterService(number);
        update();
        return number;
    }

    int vector(int number) {
        return base | number;
    }

    int elcr() {
        return elcr;
    }

    void elcr(int value) {
        elcr = value & elcrWritable;
        requests = requests & (~elcr | lines) | elcr & lines;
        update();
    }

    Pic8259.ChipState state() {
        return new Pic8259.ChipState(lines, requests, service, mask, elcr, base, lowest, expecting, icw1, icw4, specialMask,
                rotateOnAutoEoi, readService,
                polled);
    }

    void restore(Pic8259.ChipState state) {
        lines = state.lines();
        requests = state.requests();
        service = state.service();
        mask = state.mask();
        elcr = state.elcr();
        base = state.base();
        lowest = state.lowest();
        expecting = state.expecting();
        icw1 = state.icw1();
        icw4 = state.icw4();
        specialMask = state.specialMask();
        rotateOnAutoEoi = state.rotateOnAutoEoi();
        readService = state.readService();
        polled = state.polled();
        update();
    }

    /** The second chip's output is a level: it falls when its last request goes away. */
    private boolean levelTriggered(int bit) {
        return ((elcr | cascaded) & bit) != 0 || (icw1 & ICW1_LEVEL) != 0;
    }

    /** ICW1 clears the edge latches: a line that is high must fall and rise before it counts again. */
    private void initialize(int value) {
        icw1 = value;
        icw4 = 0;
        requests = 0;
        for (int bit = 1; bit < 0x100; bit <<= 1) {
            requests |= levelTriggered(bit) ? lines & bit : 0;
        }
        service = 0;
        mask = 0;
        lowest = 7;
        specialMask = false;
        rotateOnAutoEoi = false;
        readService = false;
        polled = false;
        expecting = 2;
    }

    private void continueInitialization(int value) {
        switch (expecting) {
            case 2 -> {
                base = value & 0xf8;
                expecting = (icw1 & ICW1_SINGLE) == 0 ? 3 : afterCascade();
            }
            case 3 -> expecting = afterCascade(); // how the chips are wired is fixed on a PC
            default -> {
                icw4 = value;
                expecting = 0;
            }
        }
    }

    private int afterCascade() {
        return (icw1 & ICW1_NEEDS_ICW4) != 0 ? 4 : 0;
    }

    private void operate(int value) {
        if ((value & 0x40) != 0) {
            specialMask = (value & 0x20) != 0;
        }
        if ((value & 0x02) != 0) {
            readService = (value & 0x01) != 0;
        }
        polled = (value & 0x04) != 0;
    }

    private void endOfInterrupt(int ocw2) {
        int level = ocw2 & 7;
        switch (ocw2 >> 5) {
            case 0 -> rotateOnAutoEoi = false;
            case 4 -> rotateOnAutoEoi = true;
            case 1, 5 -> {
                int highest = highest(specialMask ? service & ~mask : service);
                if (highest >= 0) {
                    service &= ~(1 << highest);
                    lowest = ocw2 >> 5 == 5 ? highest : lowest;
                }
            }
            case 3 -> service &= ~(1 << level);
            case 6 -> lowest = level;
            case 7 -> {
                service &= ~(1 << level);
                lowest = level;
            }
            default -> {} // no operation
        }
    }

    private int poll() {
        int number = winner();
        if (number < 0) {
            return 0;
        }
        enterService(number);
        update();
        return 0x80 | number;
    }

    private void enterService(int number) {
        int bit = 1 << number;
        if (!levelTriggered(bit)) {
            requests &= ~bit;
        }
        if ((icw4 & ICW4_AUTO_EOI) == 0) {
            service |= bit;
        } else if (rotateOnAutoEoi) {
            lowest = number;
        }
    }

    /** The input that interrupts the processor next, or -1. */
    private int winner() {
        int candidates = requests & ~mask;
        if (specialMask) {
            return highest(candidates & ~service);
        }
        int request = highest(candidates);
        if (request < 0) {
            return -1;
        }
        int serving = highest(service);
        if (serving < 0 || rank(request) < rank(serving)) {
            return request;
        }
        boolean nestedCascade = request == serving && (icw4 & ICW4_SPECIAL_FULLY_NESTED) != 0 && (cascaded >> request & 1) != 0;
        return nestedCascade ? request : -1;
    }

    /** 0 is the highest priority. */
    private int rank(int number) {
        return number - lowest - 1 & 7;
    }

    private int highest(int set) {
        if (set == 0) {
            return -1;
        }
        int first = lowest + 1 & 7;
        int rotated = (set | set << 8) >> first & 0xff;
        return Integer.numberOfTrailingZeros(rotated) + first & 7;
    }

    private void update() {
        output.set(winner() >= 0);
    }
}
