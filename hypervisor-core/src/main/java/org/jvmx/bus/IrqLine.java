package org.jvmx.bus;

/** One interrupt line. Level sources hold it, edge sources pulse it. */
@FunctionalInterface
public interface IrqLine {
    /** A line that leads nowhere. */
    IrqLine NONE = level -> {};

    /** Drives the line. */
    void set(boolean level);

    /** Raises and lowers the line: one edge. */
    default void pulse() {
        set(true);
        set(false);
    }

    /** A line that drives this one and another, as an ISA interrupt reaches both the 8259A and the I/O APIC. */
    default IrqLine and(IrqLine other) {
        return level -> {
            set(level);
            other.set(level);
        };
    }
}
