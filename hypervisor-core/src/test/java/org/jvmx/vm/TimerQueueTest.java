package org.jvmx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.Timer;

class TimerQueueTest {
    private final TimerQueue queue = new TimerQueue();
    private final List<Integer> fired = new ArrayList<>();

    private Timer timer(int name) {
        return queue.timer(() -> fired.add(name));
    }

    @Test
    void equalDeadlinesFireInTheOrderOfArming() {
        Timer a = timer(1);
        Timer b = timer(2);
        Timer c = timer(3);
        c.arm(10);
        a.arm(10);
        b.arm(10);
        a.arm(10);
        queue.runDue(10);
        assertEquals(List.of(3, 2, 1), fired);
    }

    @Test
    void aCancelledTimerDoesNotFire() {
        Timer a = timer(1);
        Timer b = timer(2);
        a.arm(5);
        b.arm(6);
        a.cancel();
        assertFalse(a.armed());
        assertEquals(6, queue.next());
        queue.runDue(5);
        assertTrue(fired.isEmpty());
    }

    @Test
    void anActionMayArmItsOwnTimer() {
        Timer[] timer = new Timer[1];
        timer[0] = queue.timer(() -> {
            fired.add(fired.size());
            timer[0].arm(fired.size() * 10L);
        });
        timer[0].arm(0);
        queue.runDue(35);
        assertEquals(List.of(0, 1, 2, 3), fired);
        assertEquals(40, queue.next());
    }

    @Test
    void manyTimersFireInOrder() {
        SplittableRandom random = new SplittableRandom(7);
        record Armed(int name, long deadline, long order) {
        }
        List<Armed> armed = new ArrayList<>();
        List<Timer> timers = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            timers.add(timer(n));
        }
        for (int step = 0; step < 1000; step++) {
            int name = random.nextInt(100);
            long deadline = random.nextInt(50);
            armed.removeIf(a -> a.name == name);
            if (random.nextInt(4) == 0) {
                timers.get(name).cancel();
            } else {
                timers.get(name).arm(deadline);
                armed.add(new Armed(name, deadline, step));
            }
        }
        queue.runDue(50);
        armed.sort(Comparator.comparingLong(Armed::deadline).thenComparingLong(Armed::order));
        assertEquals(armed.stream().map(Armed::name).toList(), fired);
    }

    @Test
    void armingAllocatesNothing() {
        int[] count = {0};
        Timer timer = queue.timer(() -> count[0]++);
        Timer other = queue.timer(() -> count[0]++);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        threads.getCurrentThreadAllocatedBytes();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int n = 0; n < 10_000; n++) {
            timer.arm(n + 1);
            other.arm(n);
            queue.runDue(n);
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < 1000, bytes + " bytes");
        assertEquals(10_000, count[0]);
    }
}
