package org.jvmx.cpu.fp;

/**
 * DPPS and DPPD: products of the selected lanes, added in the processor's order, which differs by lane and shows where two NaNs meet. Each step
 * is done for all 16-byte parts of a vector before its exceptions count. SDM Vol. 2, DPPS and DPPD.
 */
public final class DotProduct {
    /** Operands by part: low and high quadword of the first source, low and high of the second one. */
    public final long[] operands = new long[8];
    /** Low and high quadword by part; worthless if the instruction faults. */
    public final long[] result = new long[4];

    private final int[] terms = new int[8];
    private final int[] sums = new int[8];

    /** Room for one instruction at a time. */
    public DotProduct() {
    }

    /** DPPS of one or two parts. */
    public void single(int parts, int control, SseStatus status) {
        for (int n = 0; n < 4 * parts; n++) {
            int at = n & 4 | n >> 1 & 1;
            boolean selected = (control & 0x10 << (n & 3)) != 0;
            terms[n] = selected ? Fp32.multiply(word(operands[at], n), word(operands[at + 2], n), status) : 0;
        }
        if (status.step()) {
            return;
        }
        for (int n = 0; n < 4 * parts; n += 2) {
            sums[n] = Fp32.add(terms[n + 1], terms[n], status);
            sums[n + 1] = Fp32.add(terms[n], terms[n + 1], status);
        }
        if (status.step()) {
            return;
        }
        for (int part = 0; part < parts; part++) {
            total(part, control, status);
        }
    }

    private static int word(long quadword, int n) {
        return (int) (quadword >>> 32 * (n & 1));
    }

    private void total(int part, int control, SseStatus status) {
        int even = sums[4 * part];
        int odd = sums[4 * part + 1];
        int evenHigh = sums[4 * part + 2];
        int oddHigh = sums[4 * part + 3];
        long lane0 = (control & 1) != 0 ? Fp32.add(even, evenHigh, status) & 0xffff_ffffL : 0;
        long lane1 = (control & 2) != 0 ? Fp32.add(odd, oddHigh, status) & 0xffff_ffffL : 0;
        long lane2 = (control & 4) != 0 ? Fp32.add(evenHigh, even, status) & 0xffff_ffffL : 0;
        long lane3 = (control & 8) != 0 ? Fp32.add(oddHigh, odd, status) & 0xffff_ffffL : 0;
        if ((control & 15) == 0) {
            Fp32.add(even, evenHigh, status);
        }
        result[2 * part] = lane0 | lane1 << 32;
        result[2 * part + 1] = lane2 | lane3 << 32;
    }

    /** DPPD, of one part. */
    public void paired(int control, SseStatus status) {
        long p0 = (control & 0x10) != 0 ? Fp64.multiply(operands[0], operands[2], status) : 0;
        long p1 = (control & 0x20) != 0 ? Fp64.multiply(operands[1], operands[3], status) : 0;
        if (status.step()) {
            return;
        }
        long sum = Fp64.add(p0, p1, status);
        result[0] = (control & 1) != 0 ? sum : 0;
        result[1] = (control & 2) != 0 ? Fp64.add(p1, p0, status) : 0;
    }
}
