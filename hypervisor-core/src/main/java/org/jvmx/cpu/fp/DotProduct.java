package org.jvmx.cpu.fp;

/**
 * DPPS and DPPD: products of the selected lanes, added in the processor's order, which differs by lane and shows where two NaNs meet. SDM
 * Vol. 2, DPPS and DPPD.
 */
public final class DotProduct {
    private DotProduct() {
    }

    /** DPPS; the result is low half first, and worthless if the instruction faults. */
    public static void single(long aLow, long aHigh, long bLow, long bHigh, int control, SseStatus status, long[] result) {
        int p0 = (control & 0x10) != 0 ? Fp32.multiply((int) aLow, (int) bLow, status) : 0;
        int p1 = (control & 0x20) != 0 ? Fp32.multiply((int) (aLow >>> 32), (int) (bLow >>> 32), status) : 0;
        int p2 = (control & 0x40) != 0 ? Fp32.multiply((int) aHigh, (int) bHigh, status) : 0;
        int p3 = (control & 0x80) != 0 ? Fp32.multiply((int) (aHigh >>> 32), (int) (bHigh >>> 32), status) : 0;
        if (status.step()) {
            return;
        }
        int even = Fp32.add(p1, p0, status);
        int odd = Fp32.add(p0, p1, status);
        int evenHigh = Fp32.add(p3, p2, status);
        int oddHigh = Fp32.add(p2, p3, status);
        if (status.step()) {
            return;
        }
        long lane0 = (control & 1) != 0 ? Fp32.add(even, evenHigh, status) & 0xffff_ffffL : 0;
        long lane1 = (control & 2) != 0 ? Fp32.add(odd, oddHigh, status) & 0xffff_ffffL : 0;
        long lane2 = (control & 4) != 0 ? Fp32.add(evenHigh, even, status) & 0xffff_ffffL : 0;
        long lane3 = (control & 8) != 0 ? Fp32.add(oddHigh, odd, status) & 0xffff_ffffL : 0;
        if ((control & 15) == 0) {
            Fp32.add(even, evenHigh, status);
        }
        result[0] = lane0 | lane1 << 32;
        result[1] = lane2 | lane3 << 32;
    }

    /** DPPD. */
    public static void paired(long aLow, long aHigh, long bLow, long bHigh, int control, SseStatus status, long[] result) {
        long p0 = (control & 0x10) != 0 ? Fp64.multiply(aLow, bLow, status) : 0;
        long p1 = (control & 0x20) != 0 ? Fp64.multiply(aHigh, bHigh, status) : 0;
        if (status.step()) {
            return;
        }
        long sum = Fp64.add(p0, p1, status);
        result[0] = (control & 1) != 0 ? sum : 0;
        result[1] = (control & 2) != 0 ? Fp64.add(p1, p0, status) : 0;
    }
}
