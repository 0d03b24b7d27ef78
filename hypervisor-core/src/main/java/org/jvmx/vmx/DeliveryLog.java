package org.jvmx.vmx;

/**
 * The last events that a processor delivered, or tried to deliver, through the guest's IDT, for those who ask how a guest died. A ring with
 * one writer: the processor.
 */
public final class DeliveryLog {
    /** How many events are kept; a power of two. */
    public static final int SIZE = 16;

    private final int[] information = new int[SIZE];
    private final int[] errorCodes = new int[SIZE];
    private final long[] rips = new long[SIZE];
    private final long[] cr2s = new long[SIZE];
    private final long[] times = new long[SIZE];
    private long count;

    /** An empty log. */
    public DeliveryLog() {
    }

    /**
     * Notes an event.
     *
     * @param interruption the event in the format of {@link Interruption}
     * @param retired instructions retired before it
     */
    public void add(int interruption, int errorCode, long rip, long cr2, long retired) {
        int at = (int) count & SIZE - 1;
        information[at] = interruption;
        errorCodes[at] = errorCode;
        rips[at] = rip;
        cr2s[at] = cr2;
        times[at] = retired;
        count++;
    }

    /** How many events can be asked for. */
    public int size() {
        return (int) Math.min(count, SIZE);
    }

    /** The event before {@code back} others, in the format of {@link Interruption}; 0 is the last. */
    public int information(int back) {
        return information[at(back)];
    }

    /** Its error code, where it has one. */
    public int errorCode(int back) {
        return errorCodes[at(back)];
    }

    /** Where the guest was. */
    public long rip(int back) {
        return rips[at(back)];
    }

    /** CR2 after it. */
    public long cr2(int back) {
        return cr2s[at(back)];
    }

    /** Instructions retired before it. */
    public long retired(int back) {
        return times[at(back)];
    }

    private int at(int back) {
        return (int) (count - 1 - back) & SIZE - 1;
    }
}
