package org.jvmx.arch;

/** The bits of a page-fault error code. SDM Vol. 3, "Interrupt 14 - Page-Fault Exception (#PF)". */
public final class PageFaultError {
    public static final int P = 1;
    public static final int WRITE = 1 << 1;
    public static final int USER = 1 << 2;
    public static final int RESERVED = 1 << 3;
    public static final int FETCH = 1 << 4;
    public static final int PROTECTION_KEY = 1 << 5;

    private PageFaultError() {
    }
}
