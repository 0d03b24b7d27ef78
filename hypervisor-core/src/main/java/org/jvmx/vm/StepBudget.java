package org.jvmx.vm;

/**
 * How many steps a policy may take for one decision. Classes that our loader defines count a step at each method entry and each branch backwards,
 * so that a policy that loops ends at the same step each time.
 */
public final class StepBudget {
    /** What one decision may take. */
    public static final long PER_DECISION = 1_000_000;

    /** A class loader whose classes count. */
    public interface Owner {
        /** The counter of its classes. */
        StepBudget budget();
    }

    /** The steps are used up; the innermost frame of the policy is where it was. */
    public static final class Exhausted extends Error {
        private static final long serialVersionUID = 1;

        Exhausted() {
            super("it took more than %,d steps for one decision".formatted(PER_DECISION));
        }
    }

    private long left = PER_DECISION;

    /** A full one. */
    public StepBudget() {
    }

    /** One step. */
    public void step() {
        if (--left < 0) {
            throw new Exhausted();
        }
    }

    /** A new decision begins. */
    public void refill() {
        left = PER_DECISION;
    }
}
