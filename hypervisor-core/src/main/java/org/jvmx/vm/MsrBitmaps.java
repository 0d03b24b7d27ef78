package org.jvmx.vm;

import org.jvmx.memory.HostMemory;

/** The page of bits that say which RDMSR and WRMSR leave the guest. SDM Vol. 3, "MSR-Bitmap Address". */
final class MsrBitmaps {
    private static final int HIGH = 0x400;
    private static final int WRITES = 0x800;
    private static final int HIGH_MSRS = 0xc000_0000;
    private static final int COVERED = 0x1fff;

    private MsrBitmaps() {
    }

    /** Whether the bitmaps have a bit for the register: others always leave the guest. */
    static boolean covers(int msr) {
        return (msr & ~COVERED) == 0 || (msr & ~COVERED) == HIGH_MSRS;
    }

    static void readExits(HostMemory host, long bitmaps, int msr, boolean exits) {
        set(host, bitmaps, msr, exits);
    }

    static void writeExits(HostMemory host, long bitmaps, int msr, boolean exits) {
        set(host, bitmaps + WRITES, msr, exits);
    }

    private static void set(HostMemory host, long bitmaps, int msr, boolean exits) {
        int bit = msr & COVERED;
        long at = bitmaps + ((msr & HIGH_MSRS) != 0 ? HIGH : 0) + (bit >> 3);
        int old = host.readByte(at);
        host.writeByte(at, exits ? old | 1 << (bit & 7) : old & ~(1 << (bit & 7)));
    }
}
