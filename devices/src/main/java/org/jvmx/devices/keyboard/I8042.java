package org.jvmx.devices.keyboard;

import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.ResetLine;

/**
 * The keyboard controller of a PC with a keyboard ("8042 Universal Peripheral Interface", Intel; "IBM Personal System/2 Hardware Interface
 * Technical Reference"). The auxiliary port works, but nothing is connected to it: what is sent there times out.
 */
public final class I8042 {
    /** The port of keyboard data. */
    public static final int DATA_PORT = 0x60;
    /** The port of status and commands. */
    public static final int CONTROL_PORT = 0x64;
    /** The keyboard's interrupt. */
    public static final int KEYBOARD_IRQ = 1;
    /** The auxiliary port's interrupt. */
    public static final int AUXILIARY_IRQ = 12;

    private static final int STATUS_OUTPUT_FULL = 0x01;
    private static final int STATUS_SYSTEM = 0x04;
    private static final int STATUS_COMMAND = 0x08;
    private static final int STATUS_UNLOCKED = 0x10;
    private static final int STATUS_AUXILIARY = 0x20;
    private static final int STATUS_TIMEOUT = 0x40;
    private static final int CONFIG_IRQ1 = 0x01;
    private static final int CONFIG_IRQ12 = 0x02;
    private static final int CONFIG_SYSTEM = 0x04;
    private static final int CONFIG_KEYBOARD_OFF = 0x10;
    private static final int CONFIG_AUXILIARY_OFF = 0x20;
    private static final int CONFIG_TRANSLATE = 0x40;
    private static final int OUTPUT_NO_RESET = 0x01;
    private static final int OUTPUT_A20 = 0x02;
    private static final int SELF_TEST_PASSED = 0x55;
    private static final int NO_ANSWER = 0xfe;

    private final IrqLine keyboardIrq;
    private final IrqLine auxiliaryIrq;
    private final ResetLine reset;
    private final I8042Events events;
    private final Keyboard keyboard = new Keyboard();
    private final byte[] ram = new byte[32];
    private int status = STATUS_UNLOCKED | STATUS_SYSTEM;
    private int output;
    private int command;
    private int outputPort = 0xc0 | OUTPUT_A20 | OUTPUT_NO_RESET;

    private final ByteDevice data = new ByteDevice() {
        @Override
        public int in(int offset) {
            return offset == 0 ? readData() : 0xff;
        }

        @Override
        public void out(int offset, int value) {
            if (offset == 0) {
                writeData(value);
            }
        }
    };

    private final ByteDevice control = new ByteDevice() {
        @Override
        public int in(int offset) {
            return offset == 0 ? status : 0xff;
        }

        @Override
        public void out(int offset, int value) {
            if (offset == 0) {
                writeCommand(value);
            }
        }
    };

    /** What the keyboard remembers; {@code waiting} holds the bytes not sent yet, oldest first. */
    public record KeyboardState(byte[] waiting, int command, int leds, int set, boolean scanning, int lastSent) {
        /** Copies the bytes. */
        public KeyboardState {
            waiting = waiting.clone();
        }

        @Override
        public byte[] waiting() {
            return waiting.clone();
        }
    }

    /** Everything a restored controller needs; {@code ram} begins with the configuration byte. */
    public record State(KeyboardState keyboard, byte[] ram, int status, int output, int command, int outputPort) {
        /** Copies the memory. */
        public State {
            ram = ram.clone();
        }

        @Override
        public byte[] ram() {
            return ram.clone();
        }
    }

    /** A controller as firmware leaves it: keyboard with interrupt and translation, auxiliary port off, address line 20 open. */
    public I8042(IrqLine keyboardIrq, IrqLine auxiliaryIrq, ResetLine reset, I8042Events events) {
        this.keyboardIrq = keyboardIrq;
        this.auxiliaryIrq = auxiliaryIrq;
        this.reset = reset;
        this.events = events;
        ram[0] = CONFIG_IRQ1 | CONFIG_SYSTEM | CONFIG_AUXILIARY_OFF | CONFIG_TRANSLATE;
    }

    /** The port {@link #DATA_PORT}. */
    public ByteDevice data() {
        return data;
    }

    /** The port {@link #CONTROL_PORT}. */
    public ByteDevice control() {
        return control;
    }

    /** A key goes down or up: the make code of set 1, plus 80H for the keys with the prefix E0H. Lost if the keyboard's buffer is full. */
    public void key(int set1, boolean down) {
        keyboard.key(set1, down, config(CONFIG_TRANSLATE));
        refill();
    }

    /** Types a character of a US keyboard; false if no key types it or the buffer is too full now. */
    public boolean type(char character) {
        int key = Scancodes.keyOf(character);
        if (key <= 0 || keyboard.room() < 12) {
            return false;
        }
        int modifier =
                (key & Scancodes.SHIFTED) != 0 ? Scancodes.LEFT_SHIFT : (key & Scancodes.WITH_CONTROL) != 0 ? Scancodes.LEFT_CONTROL : 0;
        if (modifier != 0) {
            key(modifier, true);
        }
        key(key & 0x7f, true);
        key(key & 0x7f, false);
        if (modifier != 0) {
            key(modifier, false);
        }
        return true;
    }

    /** What must survive. */
    public State state() {
        return new State(keyboard.state(), ram, status, output, command, outputPort);
    }

    /** Takes over a state. */
    public void restore(State state) {
        keyboard.restore(state.keyboard());
        System.arraycopy(state.ram(), 0, ram, 0, ram.length);
        status = state.status();
        output = state.output();
        command = state.command();
        outputPort = state.outputPort();
        drive();
    }

    private boolean config(int bit) {
        return (ram[0] & bit) != 0;
    }

    private int readData() {
        int value = output;
        status &= ~(STATUS_OUTPUT_FULL | STATUS_AUXILIARY | STATUS_TIMEOUT);
        drive();
        refill();
        return value;
    }

    private void writeData(int value) {
        status &= ~STATUS_COMMAND;
        int pending = command;
        command = 0;
        if (pending >= 0x60 && pending <= 0x7f) {
            ram[pending & 0x1f] = (byte) value;
            drive();
            refill();
            return;
        }
        switch (pending) {
            case 0xd1 -> writeOutputPort(value);
            case 0xd2 -> answer(value, 0);
            case 0xd3 -> answer(value, STATUS_AUXILIARY);
            case 0xd4 -> answer(NO_ANSWER, STATUS_AUXILIARY | STATUS_TIMEOUT);
            default -> {
                ram[0] &= ~CONFIG_KEYBOARD_OFF; // talking to the keyboard opens its wire
                int lit = keyboard.leds();
                keyboard.receive(value, config(CONFIG_TRANSLATE));
                if (keyboard.leds() != lit) {
                    events.leds(keyboard.leds());
                }
                refill();
            }
        }
    }

    private void writeCommand(int value) {
        status |= STATUS_COMMAND;
        command = 0;
        if (value >= 0x20 && value <= 0x3f) {
            answer(ram[value & 0x1f] & 0xff, 0);
            return;
        }
        if (value >= 0xf0) {
            pulse(value);
            return;
        }
        switch (value) {
            case 0xa7 -> ram[0] |= CONFIG_AUXILIARY_OFF;
            case 0xa8 -> ram[0] &= ~CONFIG_AUXILIARY_OFF;
            case 0xa9, 0xab -> answer(0, 0); // both wires are in order
            case 0xaa -> answer(SELF_TEST_PASSED, 0);
            case 0xad -> ram[0] |= CONFIG_KEYBOARD_OFF;
            case 0xae -> {
                ram[0] &= ~CONFIG_KEYBOARD_OFF;
                refill();
            }
            case 0xc0 -> answer(0x80, 0); // input port: not locked
            case 0xd0 -> answer(outputPort & 0xcf | (status & STATUS_OUTPUT_FULL) << 4, 0);
            case 0xdd -> writeOutputPort(outputPort & ~OUTPUT_A20);
            case 0xdf -> writeOutputPort(outputPort | OUTPUT_A20);
            default -> command = value; // takes a parameter, or is none of ours and swallows the next byte as the chip would
        }
    }

    private void pulse(int value) {
        if ((value & OUTPUT_NO_RESET) == 0) {
            reset.reset(ResetLine.Kind.INIT);
        }
    }

    private void writeOutputPort(int value) {
        boolean changed = ((value ^ outputPort) & OUTPUT_A20) != 0;
        outputPort = value | OUTPUT_NO_RESET;
        if (changed) {
            events.a20((value & OUTPUT_A20) != 0);
        }
        if ((value & OUTPUT_NO_RESET) == 0) {
            reset.reset(ResetLine.Kind.INIT);
        }
    }

    /** A byte for the processor from the controller itself; it overwrites what was not read. */
    private void answer(int value, int origin) {
        output = value;
        status = status & ~(STATUS_AUXILIARY | STATUS_TIMEOUT) | STATUS_OUTPUT_FULL | origin;
        lower();
        drive();
    }

    /** The next byte from the keyboard, if the buffer is free and the wire is open. */
    private void refill() {
        if ((status & STATUS_OUTPUT_FULL) == 0 && !keyboard.empty() && !config(CONFIG_KEYBOARD_OFF)) {
            answer(keyboard.take(), 0);
        }
    }

    private void lower() {
        keyboardIrq.set(false);
        auxiliaryIrq.set(false);
    }

    private void drive() {
        boolean full = (status & STATUS_OUTPUT_FULL) != 0;
        boolean auxiliary = (status & STATUS_AUXILIARY) != 0;
        keyboardIrq.set(full && !auxiliary && config(CONFIG_IRQ1));
        auxiliaryIrq.set(full && auxiliary && config(CONFIG_IRQ12));
    }
}
