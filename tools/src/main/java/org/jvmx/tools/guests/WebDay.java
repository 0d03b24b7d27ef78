package org.jvmx.tools.guests;

import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import org.jvmx.isa.Label;

/**
 * The guest {@code web-day}: 24 hours of a web server, in short. Between two requests it sleeps for a random time, the longer the quieter the
 * hour; a request is random work and one of five endings: pages of a file, a reply through a network card's doorbell, a line in the log, a
 * moved time-out, a look at the processor's features.
 */
final class WebDay extends CannedGuest {
    /** Requests of each hour in hundredths of the busiest hour's. */
    private static final int[] LOAD = {20, 14, 10, 8, 8, 12, 22, 40, 62, 80, 92, 98, 100, 96, 92, 90, 86, 84, 82, 80, 72, 58, 42, 30};
    private static final int HOURS = LOAD.length;
    /** Nanoseconds between requests at the busiest hour have so many random bits. */
    private static final int GAP_BITS = 16;
    private static final int WORK_BITS = 13;
    private static final int PAGES = 4;
    private static final int CACHE_START = 32 << 20;
    private static final int CACHE_SIZE = 64 << 20;
    private static final int DOORBELL_PORT = 0x80;
    private static final int SEGMENTS = 4;
    private static final int LOG_LINE = 24;

    WebDay() {
        super(100);
    }

    /** The rounds are hours; what n says is the number of requests of the busiest one. */
    @Override
    void prepare() {
        asm.op(MOV, R15, RBX).op(MOV, EBX, HOURS).op(MOV, R14D, CACHE_START);
    }

    @Override
    void variables() {
        // all its state is in registers
    }

    /** R13: the hour's load; R12: requests left in it. */
    @Override
    void round() {
        Label next = asm.newLabel();
        Label over = asm.newLabel();
        Label table = asm.newLabel();
        Label begin = asm.newLabel();
        asm.op(JMP, begin).align(4).bind(table);
        for (int hour = HOURS - 1; hour >= 0; hour--) {
            asm.dd(LOAD[hour]);
        }
        asm.bind(begin).op(MOV, EAX, table).op(MOV, R13D, mem(RAX).index(RBX, 4).disp(-4));
        asm.op(MOV, RAX, R15).op(IMUL, RAX, R13).op(XOR, EDX, EDX).op(MOV, ECX, 100).op(DIV, RCX).op(MOV, R12, RAX);
        asm.bind(next).op(TEST, R12, R12).op(JZ, over);
        sleep();
        request();
        asm.op(DEC, R12).op(JMP, next).bind(over);
    }

    /** A random time, times 100, by the load. */
    private void sleep() {
        random(GAP_BITS);
        asm.op(IMUL, RAX, RAX, 100).op(XOR, EDX, EDX).op(DIV, R13).op(MOV, RSI, RAX);
        now();
        asm.op(ADD, RAX, RSI).op(CALL, at("sleep_until"));
    }

    private void request() {
        Label done = asm.newLabel();
        random(WORK_BITS);
        asm.op(LEA, ECX, mem(RAX, 1));
        work();
        random(3);
        asm.op(MOV, EBP, EAX);
        ending(2, done, this::readPages);
        ending(4, done, this::reply);
        ending(5, done, this::log);
        ending(6, done, this::moveTimeout);
        asm.op(MOV, R11, RBX).op(XOR, EAX, EAX).op(CPUID).op(MOV, RBX, R11);
        asm.bind(done);
    }

    /** What is done if EBP is below a limit and no ending before it was chosen. */
    private void ending(int limit, Label done, Runnable code) {
        Label other = asm.newLabel();
        asm.op(CMP, EBP, limit).op(JAE, other);
        code.run();
        asm.op(JMP, done).bind(other);
    }

    private void readPages() {
        Label inside = asm.newLabel();
        for (int n = 0; n < PAGES; n++) {
            asm.op(MOV, mem(R14), R14).op(ADD, R14, 4096);
        }
        asm.op(CMP, R14, CACHE_START + CACHE_SIZE).op(JB, inside).op(MOV, R14D, CACHE_START).bind(inside);
    }

    private void reply() {
        for (int n = 0; n < SEGMENTS; n++) {
            asm.op(OUT, DOORBELL_PORT, AL);
        }
    }

    private void log() {
        Label again = asm.newLabel();
        asm.op(MOV, R11D, LOG_LINE).bind(again).op(MOV, AL, '.').op(CALL, at("put")).op(DEC, R11D).op(JNZ, again);
        asm.op(MOV, AL, '\n').op(CALL, at("put"));
    }

    private void moveTimeout() {
        now();
        asm.op(ADD, RAX, TSC_HZ).op(CALL, at("arm"));
        asm.op(XOR, EAX, EAX).op(CALL, at("arm"));
    }
}
