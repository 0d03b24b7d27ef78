package org.jvmx.vm;

import org.jvmx.vmx.Exit;

/** What to say of a policy that went wrong: which, in what call, at which exit, and where in its own code. */
final class PolicyFailure {
    private static final int MOST_FRAMES = 40;
    /** What was generated, as the counting of steps is, has no lines. */
    private static final int NO_LINE = -1;

    private PolicyFailure() {
    }

    static StopReason thrown(Machine machine, PolicyLink link, Throwable error) {
        String what = error instanceof StepBudget.Exhausted || plain(error) ? error.getMessage() : error.toString();
        String message = "policy %s failed in %s: %s".formatted(link.name(), link.hook(), what);
        StringBuilder text = new StringBuilder();
        frames(text, error.getStackTrace());
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            text.append("  because of ").append(cause).append(System.lineSeparator());
            frames(text, cause.getStackTrace());
        }
        return new StopReason(StopReason.Kind.POLICY_FAILURE, 0, message, text + scene(machine));
    }

    /** Whether the machine itself made the error to say what the policy returned. */
    private static boolean plain(Throwable error) {
        StackTraceElement[] trace = error.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().equals(PolicyLink.class.getName());
    }

    /** It did not return. */
    static StopReason stuck(PolicyLink link, Thread thread, long seconds) {
        String message = "policy %s did not return from %s within %d s".formatted(link.name(), link.hook(), seconds);
        StringBuilder text = new StringBuilder();
        frames(text, thread.getStackTrace());
        return new StopReason(StopReason.Kind.POLICY_FAILURE, 0, message, text.toString());
    }

    /** The frames above the call into the policy, those that count its steps left out. */
    private static void frames(StringBuilder text, StackTraceElement[] trace) {
        int shown = 0;
        for (StackTraceElement frame : trace) {
            if (frame.getClassName().equals(PolicyLink.class.getName()) || shown == MOST_FRAMES) {
                return;
            }
            if (!frame.getClassName().startsWith(StepBudget.class.getName()) && frame.getLineNumber() != NO_LINE) {
                text.append("  at ").append(frame.getClassName()).append('.').append(frame.getMethodName()).append('(')
                        .append(frame.getFileName()).append(':').append(frame.getLineNumber()).append(')').append(System.lineSeparator());
                shown++;
            }
        }
    }

    private static String scene(Machine machine) {
        Exit exit = machine.current().vmx().exit();
        StringBuilder text = new StringBuilder("at VM exit ").append(exit).append(System.lineSeparator());
        GuestView guest = GuestView.of(machine.current());
        guest.registers(text);
        return text.toString();
    }
}
