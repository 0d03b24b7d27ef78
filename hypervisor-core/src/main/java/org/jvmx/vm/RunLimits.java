package org.jvmx.vm;

/** How much a machine may do before it is stopped. */
final class RunLimits {
    private final MachineClock clock;
    private final Mailbox mailbox;
    private final long maxInstructions;
    private final long maxExits;
    private long exits;

    RunLimits(Machine machine) {
        this.clock = machine.clock();
        this.mailbox = machine.mailbox();
        this.maxInstructions = machine.spec().maxInstructions();
        this.maxExits = machine.spec().maxExits();
    }

    /** Counts a VM exit of any processor. */
    void exit() {
        exits++;
    }

    /** Instructions that are left. */
    long instructions() {
        return maxInstructions - clock.retired();
    }

    /** Whether the machine is to stop: for a limit, or because somebody wants it. */
    boolean stopped() {
        if (clock.retired() >= maxInstructions) {
            mailbox.stop(StopReason.of(StopReason.Kind.LIMIT,
                    "the guest ran %d instructions, as many as it was given".formatted(maxInstructions)));
        } else if (exits >= maxExits) {
            mailbox.stop(StopReason.of(StopReason.Kind.LIMIT, "the guest made %d VM exits, as many as it was given".formatted(maxExits)));
        }
        return mailbox.stopReason() != null;
    }
}
