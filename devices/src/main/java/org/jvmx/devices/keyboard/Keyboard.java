package org.jvmx.devices.keyboard;

/** The keyboard at the other end of the controller's wire: a buffer of bytes to send, and the commands that it answers. */
final class Keyboard {
    private static final int ACKNOWLEDGE = 0xfa;
    private static final int RESEND = 0xfe;
    private static final int PASSED = 0xaa;
    private static final int BREAK = 0xf0;
    private static final int RELEASED = 0x80;
    private static final int SIZE = 64;

    private final byte[] buffer = new byte[SIZE];
    private int head;
    private int count;
    private int command;
    private int leds;
    private int set = 2;
    private boolean scanning = true;
    private int lastSent;

    void reset() {
        head = 0;
        count = 0;
        defaults();
    }

    private void defaults() {
        command = 0;
        leds = 0;
        set = 2;
        scanning = true;
    }

    boolean empty() {
        return count == 0;
    }

    int take() {
        lastSent = buffer[head] & 0xff;
        head = (head + 1) % SIZE;
        count--;
        return lastSent;
    }

    int leds() {
        return leds;
    }

    /** How many bytes fit in the buffer. */
    int room() {
        return SIZE - count;
    }

    /** A key goes down or up. With {@code translated} the controller turns set 2 into set 1 on the way. Codes above 7FH carry the prefix E0H. */
    void key(int set1, boolean down, boolean translated) {
        if (!scanning || room() < 3) {
            return;
        }
        int make = set1 & 0x7f;
        if (set1 > 0x7f) {
            send(0xe0);
        }
        if (translated || set == 1) {
            send(down ? make : make | RELEASED);
        } else {
            if (!down) {
                send(BREAK);
            }
            send(Scancodes.set2(make));
        }
    }

    /** A byte from the controller. */
    void receive(int value, boolean translated) {
        if (command != 0) {
            parameter(value);
            return;
        }
        switch (value) {
            case 0xed, 0xf0, 0xf3 -> {
                command = value;
                send(ACKNOWLEDGE);
            }
            case 0xee -> send(0xee); // echo
            case 0xf2 -> {
                send(ACKNOWLEDGE);
                send(0xab);
                send(translated ? 0x41 : 0x83);
            }
            case 0xf4 -> {
                scanning = true;
                send(ACKNOWLEDGE);
            }
            case 0xf5, 0xf6 -> {
                defaults();
                scanning = value == 0xf6;
                send(ACKNOWLEDGE);
            }
            case 0xf7, 0xf8, 0xf9, 0xfa -> send(ACKNOWLEDGE); // what set 3 keys report: no other set asks
            case RESEND -> send(lastSent);
            case 0xff -> {
                reset();
                send(ACKNOWLEDGE);
                send(PASSED);
            }
            default -> send(RESEND);
        }
    }

    private void parameter(int value) {
        int pending = command;
        command = 0;
        if ((value & 0x80) != 0) {
            receive(value, false); // a command where a parameter was due replaces the old one
            return;
        }
        send(ACKNOWLEDGE);
        if (pending == 0xed) {
            leds = value & 7;
        } else if (pending == 0xf0) {
            if (value == 0) {
                send(set);
            } else if (value <= 3) {
                set = value;
            }
        }
    }

    private void send(int value) {
        if (count < SIZE) {
            buffer[(head + count) % SIZE] = (byte) value;
            count++;
        }
    }

    I8042.KeyboardState state() {
        byte[] waiting = new byte[count];
        for (int i = 0; i < count; i++) {
            waiting[i] = buffer[(head + i) % SIZE];
        }
        return new I8042.KeyboardState(waiting, command, leds, set, scanning, lastSent);
    }

    void restore(I8042.KeyboardState state) {
        byte[] waiting = state.waiting();
        head = 0;
        count = Math.min(waiting.length, SIZE);
        System.arraycopy(waiting, 0, buffer, 0, count);
        command = state.command();
        leds = state.leds();
        set = state.set();
        scanning = state.scanning();
        lastSent = state.lastSent();
    }
}
