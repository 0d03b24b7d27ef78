package org.jvmx.tools.diff;

/** A divergence, for people. */
final class Report {
    private static final String ROW = "%s %-14s %18s  %18s  %18s%n";

    private final ProcessorState before;
    private final ProcessorState ours;
    private final ProcessorState theirs;
    private final Comparison comparison;
    private final String peer;

    Report(ProcessorState before, ProcessorState ours, ProcessorState theirs, Comparison comparison, String peer) {
        this.before = before;
        this.ours = ours;
        this.theirs = theirs;
        this.comparison = comparison;
        this.peer = peer;
    }

    /**
     * The whole report.
     *
     * @param index of the instruction
     * @param event what was delivered instead of it; empty if it was run
     * @param linear its linear address
     */
    String text(Trail trail, long index, String event, long linear) {
        StringBuilder text = new StringBuilder();
        text.append(
                "instruction %,d at %04x:%x (linear 0x%x)%s%n".formatted(index, before.value[ProcessorState.SELECTOR + ProcessorState.CS],
                        before.value[ProcessorState.RIP], linear, event.isEmpty() ? "" : ", " + event));
        text.append(trail.text());
        text.append(ROW.formatted(" ", "register", "before", "jvmx", peer));
        for (int n = 0; n < ProcessorState.COUNT; n++) {
            boolean differs = comparison.differs(n);
            if (differs || always(n) || theirs.known[n] && ours.value[n] != before.value[n]) {
                String their = theirs.known[n] ? hex(theirs.value[n]) : "";
                text.append(ROW.formatted(differs ? "*" : " ", ProcessorState.name(n), hex(before.value[n]), hex(ours.value[n]), their));
            }
        }
        return text.toString();
    }

    private static boolean always(int register) {
        return register <= ProcessorState.RFLAGS || register == ProcessorState.CR0 || register == ProcessorState.EFER
                || register == ProcessorState.SELECTOR + ProcessorState.CS;
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
