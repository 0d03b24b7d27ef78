package org.jvmx.vm;

/** The host's time. */
public final class WallPacer implements Pacer {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private boolean woken;

    public WallPacer() {
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public synchronized long park(long nanos) {
        long start = System.nanoTime();
        long passed = 0;
        while (!woken && passed < nanos) {
            long left = nanos - passed;
            try {
                wait(left / NANOS_PER_MILLI, (int) (left % NANOS_PER_MILLI));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                break;
            }
            passed = System.nanoTime() - start;
        }
        woken = false;
        return Math.max(0, passed);
    }

    @Override
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }
}
