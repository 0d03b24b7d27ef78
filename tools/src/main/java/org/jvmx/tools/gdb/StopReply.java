package org.jvmx.tools.gdb;

/** What gdb is told when the guest stops. GDB manual, "Stop Reply Packets". */
final class StopReply {
    static final int TRAP = 5;
    private StopReply() {
    }

    static String signal(int number, int thread) {
        return "T%02xthread:%x;".formatted(number, thread);
    }

    /** A trap with a reason of gdb's: {@code swbreak}, {@code watch} and so on. */
    static String trap(String reason, String value, int thread) {
        return "T%02x%s:%s;thread:%x;".formatted(TRAP, reason, value, thread);
    }

    static String exit(int code) {
        return "W%02x".formatted(code & 0xff);
    }
}
