package org.jvmx.arch;

/** The numbers of the segment registers, as instructions encode them. */
public final class Segment {
    public static final int ES = 0;
    public static final int CS = 1;
    public static final int SS = 2;
    public static final int DS = 3;
    public static final int FS = 4;
    public static final int GS = 5;

    private Segment() {
    }
}
