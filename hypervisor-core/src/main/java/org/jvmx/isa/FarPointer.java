package org.jvmx.isa;

/**
 * The operand of a direct far jump or call.
 *
 * @param target where the offset is a label, else null
 */
public record FarPointer(int selector, long offset, Label target) {
    /** A pointer to a fixed offset. */
    public static FarPointer far(int selector, long offset) {
        return new FarPointer(selector, offset, null);
    }

    /** A pointer to a label. */
    public static FarPointer far(int selector, Label target) {
        return new FarPointer(selector, 0, target);
    }
}
