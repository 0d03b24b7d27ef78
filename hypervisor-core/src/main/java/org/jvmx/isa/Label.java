package org.jvmx.isa;

/** A place in the code of an {@link Assembler}, named before or after it is reached. */
public final class Label {
    private static final int UNBOUND = -1;

    private final String name;
    private int position = UNBOUND;
    private long address;

    Label(String name) {
        this.name = name;
    }

    void bind(int position, long address) {
        if (bound()) {
            throw new IllegalArgumentException("label " + name + " is bound twice");
        }
        this.position = position;
        this.address = address;
    }

    boolean bound() {
        return position != UNBOUND;
    }

    /** The address of the place. */
    public long address() {
        if (!bound()) {
            throw new IllegalArgumentException("label " + name + " is used but never bound");
        }
        return address;
    }

    @Override
    public String toString() {
        return name;
    }
}
