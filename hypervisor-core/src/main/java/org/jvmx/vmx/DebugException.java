package org.jvmx.vmx;

/**
 * SDM Vol. 3, "Exit Qualification for Debug Exceptions"; of a page fault the qualification is the linear address, and of other exceptions
 * it is 0.
 */
public record DebugException(long bits) {
    /** B0 to B3: the breakpoint conditions that were met. */
    public int breakpoints() {
        return (int) bits & 15;
    }

    /** A debug register was accessed while DR7.GD = 1. */
    public boolean bd() {
        return (bits & 1 << 13) != 0;
    }

    /** Single stepping. */
    public boolean bs() {
        return (bits & 1 << 14) != 0;
    }
}
