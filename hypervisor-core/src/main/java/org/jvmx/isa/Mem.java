package org.jvmx.isa;

/** A memory operand of assembly source. Immutable: each method returns one that differs. */
public final class Mem {
    final Reg base;
    final Reg index;
    final int scale;
    final long disp;
    final Label label;
    final Reg segment;
    final int width;

    private Mem(Reg base, Reg index, int scale, long disp, Label label, Reg segment, int width) {
        this.base = base;
        this.index = index;
        this.scale = scale;
        this.disp = disp;
        this.label = label;
        this.segment = segment;
        this.width = width;
    }

    /** The address in a register. */
    public static Mem mem(Reg base) {
        return new Mem(general(base), null, 0, 0, null, null, 0);
    }

    /** The address in a register and a displacement. */
    public static Mem mem(Reg base, long disp) {
        return mem(base).disp(disp);
    }

    /** A fixed address: an offset in its segment. */
    public static Mem mem(long address) {
        return new Mem(null, null, 0, address, null, null, 0);
    }

    /** The address of a label: relative to RIP in 64-bit code, else fixed. */
    public static Mem mem(Label label) {
        return new Mem(null, null, 0, 0, label, null, 0);
    }

    /** Adds an index register, general or a vector, times 1, 2, 4 or 8. */
    public Mem index(Reg register, int times) {
        if (times != 1 && times != 2 && times != 4 && times != 8) {
            throw new IllegalArgumentException("an index is scaled by 1, 2, 4 or 8, not by " + times);
        }
        return new Mem(base, isVector(register) ? register : general(register), Integer.numberOfTrailingZeros(times), disp, label, segment,
                width);
    }

    /** Adds to the displacement. */
    public Mem disp(long more) {
        return new Mem(base, index, scale, disp + more, label, segment, width);
    }

    /** Adds the address of a label, which is then not relative to RIP. */
    public Mem plus(Label place) {
        return new Mem(base, index, scale, disp, place, segment, width);
    }

    /** Overrides the segment. */
    public Mem segment(Reg register) {
        if (register.kind != OperandKind.SEGMENT_REG) {
            throw new IllegalArgumentException(register + " is no segment register");
        }
        return new Mem(base, index, scale, disp, label, register, width);
    }

    /** Says how many bytes are accessed, where no register does. */
    public Mem width(int bytes) {
        return new Mem(base, index, scale, disp, label, segment, bytes);
    }

    /** One byte. */
    public Mem b() {
        return width(1);
    }

    /** Two bytes. */
    public Mem w() {
        return width(2);
    }

    /** Four bytes. */
    public Mem d() {
        return width(4);
    }

    /** Eight bytes. */
    public Mem q() {
        return width(8);
    }

    /** Neither base nor index. */
    boolean absolute() {
        return base == null && index == null;
    }

    static boolean isVector(Reg register) {
        return register != null && (register.kind == OperandKind.XMM || register.kind == OperandKind.YMM);
    }

    private static Reg general(Reg register) {
        if (register.kind != OperandKind.GPR || register.width == 1) {
            throw new IllegalArgumentException(register + " cannot hold an address");
        }
        return register;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(segment == null ? "[" : segment + ":[");
        text.append(base == null ? "" : base).append(index == null ? "" : " + " + index + " * " + (1 << scale));
        return text.append(label == null ? "" : " + " + label).append(" + ").append(disp).append(']').toString();
    }
}
