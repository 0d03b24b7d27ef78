package org.jvmx.vm;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A thread for each virtual processor. Everything of the machine but its guest's execution belongs to who holds the monitor: a thread gives it away while its
 * processor is in the guest, and while that waits. Before it does so it looks at each other processor: one that waits and has something to do now is woken,
 * one that is in the guest and has not yet seen what is pending for it is kicked. As whatever is pending changes under the monitor only, no wake-up is lost.
 *
 * <p>Of the processors that wait one is the timekeeper, who wakes for the next timer; where none waits, those in the guest come back often enough.
 */
final class ParallelScheduler implements Scheduler, Passage {
    /** What the threads need to know of one processor. All but {@link #inGuest} belongs to the monitor. */
    private static final class Lane {
        final Vcpu vcpu;
        final RunLoop loop;
        volatile Thread thread;
        volatile boolean inGuest;
        boolean kicked;
        boolean waiting;

        Lane(Vcpu vcpu) {
            this.vcpu = vcpu;
            this.loop = vcpu.loop();
        }
    }

    private final Machine machine;
    private final Lane[] lanes;
    private final MachineClock clock;
    private final Mailbox mailbox;
    private final RunLimits limits;
    private final Idle idle;
    private final ReentrantLock monitor = new ReentrantLock();
    private Lane timekeeper;
    private long plannedWake;
    private Lane failed;
    private Throwable failure;

    ParallelScheduler(Machine machine, List<Vcpu> vcpus) {
        this.machine = machine;
        this.lanes = vcpus.stream().map(Lane::new).toArray(Lane[]::new);
        this.clock = machine.clock();
        this.mailbox = machine.mailbox();
        this.limits = machine.limits();
        this.idle = new Idle(machine, vcpus.toArray(Vcpu[]::new));
    }

    @Override
    public Vcpu current() {
        if (failed != null) {
            return failed.vcpu;
        }
        for (Lane lane : lanes) {
            if (lane.thread == Thread.currentThread()) {
                return lane.vcpu;
            }
        }
        return lanes[0].vcpu;
    }

    @Override
    public void run() {
        failure = null;
        failed = null;
        timekeeper = null;
        Thread[] others = new Thread[lanes.length];
        for (int n = 1; n < lanes.length; n++) {
            Lane lane = lanes[n];
            others[n] = Thread.ofPlatform().name("vcpu-" + n).daemon().start(() -> drive(lane));
        }
        drive(lanes[0]);
        boolean interrupted = false;
        for (int n = 1; n < lanes.length; n++) {
            interrupted |= join(others[n]);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (failure) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
        }
    }

    private static boolean join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
    }

    /** The life of one processor's thread. Who ends takes all others along: there is a reason to stop, or a failure. */
    private void drive(Lane lane) {
        lane.thread = Thread.currentThread();
        monitor.lock();
        try {
            loop(lane);
        } catch (RuntimeException | Error e) {
            if (failure == null) {
                failure = e;
                failed = lane;
            }
        } finally {
            lane.waiting = false;
            lane.thread = null;
            wake();
            monitor.unlock();
        }
    }

    private void loop(Lane lane) {
        Inspector inspector = machine.inspector();
        while (true) {
            mailbox.drain();
            clock.runDue();
            if (failure != null || limits.stopped()) {
                lane.loop.abandon();
                return;
            }
            if (inspector != null && inspector.held()) {
                hold(inspector);
            } else if (lane.loop.runnable()) {
                handOver(lane);
                machine.policies().turn(lane.loop.view());
                lane.loop.beginTurn();
                lane.loop.advance(Long.MAX_VALUE, false);
                if (lane.loop.yielded()) {
                    giveWay();
                }
            } else {
                sleep(lane);
            }
        }
    }

    // --- the monitor's hand-over

    @Override
    public void out(Vcpu vcpu) {
        Lane lane = lanes[vcpu.index()];
        lane.kicked = false;
        lane.inGuest = true;
        tellOthers();
        monitor.unlock();
    }

    @Override
    public void back(Vcpu vcpu) {
        Lane lane = lanes[vcpu.index()];
        lane.inGuest = false;
        monitor.lock();
        machine.policies().turn(lane.loop.view());
    }

    /** Wakes and kicks those for whom there is news. */
    private void tellOthers() {
        for (Lane lane : lanes) {
            if (lane.waiting) {
                if (lane.loop.runnable()) {
                    LockSupport.unpark(lane.thread);
                }
            } else if (lane.inGuest && !lane.kicked && lane.loop.hasNews()) {
                lane.kicked = true;
                lane.vcpu.processor().kick();
            }
        }
        if (timekeeper != null && clock.nextDeadline() < plannedWake) {
            LockSupport.unpark(timekeeper.thread);
        }
    }

    /** Makes everybody look at the mailbox; from any thread, with or without the monitor. */
    @Override
    public void wake() {
        for (Lane lane : lanes) {
            lane.vcpu.processor().kick();
            LockSupport.unpark(lane.thread);
        }
    }

    // --- waiting

    private void sleep(Lane lane) {
        lane.waiting = true;
        if (allWait()) {
            idle.stopIfHopeless();
            if (mailbox.stopReason() != null) {
                return;
            }
        }
        boolean keeps = timekeeper == null || timekeeper == lane;
        if (keeps) {
            timekeeper = lane;
            plannedWake = clock.nextDeadline();
        }
        tellOthers();
        monitor.unlock();
        try {
            park(keeps ? plannedWake : Long.MAX_VALUE);
        } finally {
            monitor.lock();
            lane.waiting = false;
        }
    }

    /** A processor that spins lets others have the host's. */
    private void giveWay() {
        tellOthers();
        monitor.unlock();
        Thread.yield();
        monitor.lock();
    }

    private void park(long until) {
        if (until == Long.MAX_VALUE) {
            LockSupport.park(this);
        } else {
            long left = until - clock.nanos();
            if (left > 0) {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    private boolean allWait() {
        for (Lane lane : lanes) {
            if (!lane.waiting || lane.loop.runnable()) {
                return false;
            }
        }
        return true;
    }

    /** A timekeeper that goes to work leaves the timers to another one that waits. */
    private void handOver(Lane lane) {
        if (timekeeper != lane) {
            return;
        }
        timekeeper = null;
        for (Lane other : lanes) {
            if (other.waiting) {
                LockSupport.unpark(other.thread);
                return;
            }
        }
    }

    // --- the debugger

    /** Holds the machine still: the monitor is kept, so that who leaves the guest waits for it. */
    private void hold(Inspector inspector) {
        wake();
        for (Lane lane : lanes) {
            while (lane.inGuest) {
                Thread.yield();
            }
        }
        inspector.passes();
    }
}
