package org.jvmx.tools.diff;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;
import org.jvmx.arch.Gpr;
import org.jvmx.error.BackendException;

/** Reads the log that QEMU writes with {@code -d cpu,fpu,int,nochain -singlestep}: all registers before each instruction, and each event. */
final class QemuLog {
    private static final String[] SEGMENTS = {"ES =", "CS =", "SS =", "DS =", "FS =", "GS =", "LDT=", "TR ="};
    /** So long the guest may be idle. */
    private static final int PATIENCE_MILLIS = 10_000;
    private static final String INTERRUPT = "Servicing hardware INT=0x";

    private final InputStream in;
    private final BooleanSupplier alive;
    private final byte[] buffer = new byte[1 << 20];
    private int position;
    private int limit;
    private final byte[] line = new byte[4096];
    private int length;
    private boolean held;
    private int at;
    private int vector = -1;
    private final long[] stack = new long[16];

    /**
     * A log to come.
     *
     * @param alive whether there may be more
     */
    QemuLog(InputStream in, BooleanSupplier alive) {
        this.in = in;
        this.alive = alive;
    }

    /** The registers before the next instruction; false if there is none any more. */
    boolean next(ProcessorState state) {
        vector = -1;
        boolean event = false;
        while (readLine()) {
            if (begins("RAX=") || begins("EAX=")) {
                state.forget();
                block(state);
                if (!event) {
                    rotate(state);
                    return true;
                }
                event = false;
            } else if (begins(INTERRUPT)) {
                at = INTERRUPT.length();
                vector = (int) number();
            } else {
                event |= find(": v=") > 0;
            }
        }
        return false;
    }

    /** The external interrupt before the state that was given last, or -1. */
    int interrupt() {
        return vector;
    }

    /** The lines of one dump of registers: up to the last vector register, or to what is no part of it. */
    private void block(ProcessorState state) {
        boolean complete;
        int last = begins("RAX=") ? 15 : 7;
        do {
            parse(state);
            complete = state.known[ProcessorState.XMM + 2 * last];
        } while (!complete && readLine() && !ends());
        held = !complete && length > 0;
    }

    /** Whether this line is no part of the dump: the next dump, or an event. */
    private boolean ends() {
        return length == 0 || begins("RAX=") || begins("EAX=") || begins(INTERRUPT) || line[0] == ' ' || line[0] >= 'a' || find(": v=") > 0;
    }

    private void parse(ProcessorState state) {
        int segment = segment();
        if (segment >= 0) {
            state.set(ProcessorState.SELECTOR + segment, number());
            state.set(ProcessorState.BASE + segment, number());
            state.set(ProcessorState.LIMIT + segment, number());
            state.set(ProcessorState.RIGHTS + segment, number() >>> 8 & 0xf0ff);
            return;
        }
        at = 0;
        while (at < length) {
            int name = at;
            while (at < length && line[at] != '=' && line[at] != ' ') {
                at++;
            }
            int end = at;
            while (at < length && line[at] == ' ') {
                at++;
            }
            if (at < length && line[at] == '=') {
                at++;
                register(state, name, end);
            }
        }
    }

    private void register(ProcessorState state, int name, int end) {
        byte first = line[name];
        byte second = line[name + 1];
        byte last = line[end - 1];
        switch (first) {
            case 'R', 'E' -> general(state, name, end);
            case 'C' -> control(state, second, last);
            case 'D' -> {
                if (second == 'R' && end - name == 3) {
                    int number = last - '0';
                    state.set(number < 4 ? ProcessorState.DR + number : number == 6 ? ProcessorState.DR6 : ProcessorState.DR7, number());
                }
            }
            case 'G', 'I' -> {
                if (second == 'D') {
                    int table = first == 'G' ? ProcessorState.GDTR_BASE : ProcessorState.IDTR_BASE;
                    state.set(table, number());
                    state.set(table + 1, number());
                }
            }
            case 'F' -> floating(state, name, end);
            case 'M' -> state.set(ProcessorState.MXCSR, number());
            case 'X', 'Y' -> vector(state, name, first == 'Y');
            default -> {
                // nothing that is compared
            }
        }
    }

    private void general(ProcessorState state, int name, int end) {
        if (line[name + 1] == 'F' && line[name + 2] == 'E') {
            state.set(ProcessorState.EFER, number());
        } else if (line[name + 1] == 'F') {
            state.set(ProcessorState.RFLAGS, number());
        } else if (line[name + 1] == 'I') {
            state.set(ProcessorState.RIP, number());
        } else {
            int number = number(name, end);
            if (number >= 0) {
                state.set(number, number());
            }
        }
    }

    /** The number of the register of a name such as RAX, ESI or R10; -1 if there is none. */
    private int number(int name, int end) {
        byte second = line[name + 1];
        if (second >= '0' && second <= '9') {
            return end - name == 3 ? 10 * (second - '0') + line[name + 2] - '0' : second - '0';
        }
        boolean low = line[name + 2] == 'X';
        return switch (second) {
            case 'A' -> Gpr.RAX;
            case 'B' -> low ? Gpr.RBX : Gpr.RBP;
            case 'C' -> Gpr.RCX;
            case 'D' -> low ? Gpr.RDX : Gpr.RDI;
            case 'S' -> line[name + 2] == 'I' ? Gpr.RSI : Gpr.RSP;
            default -> -1;
        };
    }

    private void control(ProcessorState state, byte second, byte last) {
        if (second == 'R') {
            state.set(switch (last) {
                case '0' -> ProcessorState.CR0;
                case '2' -> ProcessorState.CR2;
                case '3' -> ProcessorState.CR3;
                default -> ProcessorState.CR4;
            }, number());
        }
    }

    private void floating(ProcessorState state, int name, int end) {
        switch (line[name + 1]) {
            case 'C' -> state.set(ProcessorState.FCW, number());
            case 'S' -> state.set(ProcessorState.FSW, number());
            case 'T' -> state.set(ProcessorState.FTW, number());
            default -> {
                int physical = line[end - 1] - '0';
                stack[2 * physical] = number();
                stack[2 * physical + 1] = number();
            }
        }
    }

    private void vector(ProcessorState state, int name, boolean wide) {
        int number = 10 * (line[name + 3] - '0') + line[name + 4] - '0';
        if (wide) {
            number();
            number();
        }
        long high = number();
        state.set(ProcessorState.XMM + 2 * number, number());
        state.set(ProcessorState.XMM + 2 * number + 1, high);
    }

    /** FPR0 is the first physical register. */
    private void rotate(ProcessorState state) {
        if (!state.known[ProcessorState.FSW]) {
            return;
        }
        int top = (int) state.value[ProcessorState.FSW] >> 11 & 7;
        for (int n = 0; n < 16; n++) {
            state.set(ProcessorState.ST + n, stack[n + 2 * top & 15]);
        }
    }

    private int segment() {
        for (int n = 0; n < SEGMENTS.length; n++) {
            if (begins(SEGMENTS[n])) {
                at = 4;
                return n;
            }
        }
        return -1;
    }

    /** The hexadecimal number from {@link #at} on, after spaces. */
    private long number() {
        while (at < length && line[at] == ' ') {
            at++;
        }
        long value = 0;
        while (at < length) {
            int digit = Character.digit(line[at], 16);
            if (digit < 0) {
                break;
            }
            value = value << 4 | digit;
            at++;
        }
        return value;
    }

    private boolean begins(String text) {
        return matches(0, text);
    }

    private boolean matches(int from, String text) {
        if (from + text.length() > length) {
            return false;
        }
        for (int n = 0; n < text.length(); n++) {
            if (line[from + n] != text.charAt(n)) {
                return false;
            }
        }
        return true;
    }

    private int find(String text) {
        for (int from = 0; from < Math.min(length - text.length(), 16); from++) {
            if (matches(from, text)) {
                return from;
            }
        }
        return -1;
    }

    private boolean readLine() {
        if (held) {
            held = false;
            return true;
        }
        length = 0;
        while (true) {
            if (position == limit && !fill()) {
                return length > 0;
            }
            byte next = buffer[position++];
            if (next == '\n') {
                return true;
            }
            if (length < line.length) {
                line[length++] = next;
            }
        }
    }

    private boolean fill() {
        try {
            for (int waited = 0; in.available() == 0 && alive.getAsBoolean() && waited < PATIENCE_MILLIS; waited++) {
                Thread.sleep(1);
            }
            limit = in.available() == 0 ? 0 : in.read(buffer);
            position = 0;
            if (limit <= 0) {
                limit = 0;
                return false;
            }
            return true;
        } catch (IOException e) {
            throw new BackendException("QEMU's log cannot be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while waiting for QEMU", e);
        }
    }
}
