package org.jvmx.tools.gdb;

/** What gdb is told when the guest stops. GDB manual, "Stop Reply Packets". */
final class StopReply {
    static final int TRAP = 5;
    private static final String THREAD = "thread:1;";

    private StopReply() {
    }

    static String signal(int number) {
        return "T%02x".formatted(number) + THREAD;
    }

    /** A trap with a reason of gdb's: {@code swbreak}, {@code watch} and so on. */
    static String trap(String reason, String value) {
        return "T%02x%s:%s;".formatted(TRAP, reason, value) + THREAD;
    }

    static String exit(int code) {
        return "W%02x".formatted(code & 0xff);
    }
}
