package org.jvmx.arch;

/**
 * The access rights of a segment: bytes 5 and 6 of its descriptor with an unusable bit, the form in which a VMCS holds them.
 * SDM Vol. 3, "Guest Register State".
 */
public final class AccessRights {
    /** The segment type. */
    public static final int TYPE = 0xf;
    /** Type bit 0: accessed (code and data). */
    public static final int ACCESSED = 1;
    /** Type bit 1: writable (data), readable (code), busy (TSS). */
    public static final int WRITABLE = 1 << 1;
    /** Type bit 1 of a code segment. */
    public static final int READABLE = 1 << 1;
    /** Type bit 2: expand-down (data), conforming (code). */
    public static final int EXPAND_DOWN = 1 << 2;
    /** Type bit 2 of a code segment. */
    public static final int CONFORMING = 1 << 2;
    /** Type bit 3: code. */
    public static final int CODE = 1 << 3;
    /** Descriptor type: 1 is code or data, 0 is system. */
    public static final int S = 1 << 4;
    public static final int DPL_SHIFT = 5;
    public static final int DPL = 3 << DPL_SHIFT;
    public static final int P = 1 << 7;
    public static final int AVL = 1 << 12;
    public static final int L = 1 << 13;
    /** Default operation size. */
    public static final int DB = 1 << 14;
    public static final int G = 1 << 15;
    public static final int UNUSABLE = 1 << 16;
    /** Bits 11:8 and 31:17, which are reserved. */
    public static final int RESERVED = 0xfffe_0f00;

    /** System type: LDT. */
    public static final int LDT = 2;
    /** System type: busy 16-bit TSS. */
    public static final int BUSY_TSS_16 = 3;
    /** System type: busy 32-bit or 64-bit TSS. */
    public static final int BUSY_TSS = 11;

    private AccessRights() {
    }

    /** The descriptor privilege level. */
    public static int dpl(int rights) {
        return (rights & DPL) >>> DPL_SHIFT;
    }

    /** Whether the register may not be used to reach memory. */
    public static boolean unusable(int rights) {
        return (rights & UNUSABLE) != 0;
    }
}
