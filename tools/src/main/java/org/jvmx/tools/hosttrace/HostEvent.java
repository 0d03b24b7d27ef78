package org.jvmx.tools.hosttrace;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a trace: a trace point of KVM.
 *
 * @param thread the host's thread, which is one virtual processor
 * @param nanos since the host was started
 * @param name of the trace point, without {@code kvm:}
 * @param text what the trace point prints
 */
record HostEvent(int thread, long nanos, String name, String text) {
    /** Name and number of the thread, the host's processor, ftrace's flags, the time, the trace point. */
    private static final Pattern LINE = Pattern.compile(
            "^\\s*\\S.*?[\\s-](\\d+)\\s+(?:\\(\\s*[-\\d]+\\)\\s+)?\\[\\d+]\\s+(?:[\\w.#!]+\\s+)?(\\d+)\\.(\\d{6}|\\d{9}):\\s+(?:kvm:)?(kvm_\\w+):\\s*(.*)$");
    private static final long NANOS = 1_000_000_000;
    private static final int MICRO_DIGITS = 6;
    private static final long NANOS_PER_MICRO = 1000;

    /** The event on a line; null if there is none. */
    static HostEvent of(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return null;
        }
        try {
            long fraction = Long.parseLong(matcher.group(3)) * (matcher.group(3).length() == MICRO_DIGITS ? NANOS_PER_MICRO : 1);
            long nanos = Math.addExact(Math.multiplyExact(Long.parseLong(matcher.group(2)), NANOS), fraction);
            return new HostEvent(Integer.parseInt(matcher.group(1)), nanos, matcher.group(4), matcher.group(5).strip());
        } catch (ArithmeticException | NumberFormatException _) {
            return null;
        }
    }

    /** What stands behind a word; null if the word is not there. */
    String after(String word) {
        Matcher matcher = Pattern.compile("\\b" + word + " (\\S+)").matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }
}
