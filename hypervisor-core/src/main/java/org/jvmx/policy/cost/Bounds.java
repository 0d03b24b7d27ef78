package org.jvmx.policy.cost;

/** A number that is known within limits. */
public record Bounds(double low, double typical, double high) {
    /** Nothing, for certain. */
    public static final Bounds ZERO = new Bounds(0, 0, 0);

    /** A number that is known. */
    public static Bounds exactly(double value) {
        return new Bounds(value, value, value);
    }

    /** The sum of two that are known independently of each other. */
    public Bounds plus(Bounds other) {
        return new Bounds(low + other.low, typical + other.typical, high + other.high);
    }

    /** So many times this; a negative number of times turns the limits round. */
    public Bounds times(double factor) {
        return factor < 0 ? new Bounds(high * factor, typical * factor, low * factor)
                : new Bounds(low * factor, typical * factor, high * factor);
    }

    /** The product with a number that is known within limits too; both are not negative. */
    public Bounds times(Bounds factor) {
        return new Bounds(low * factor.low, typical * factor.typical, high * factor.high);
    }
}
