package org.jvmx.vm;

import java.util.List;
import org.jvmx.arch.Hot;

/**
 * All virtual processors on one thread, one after another. A turn ends after a quantum of instructions if another processor can run, and
 * before that if the processor waits or yields, or if one that waited can go on, which then has its turn. When all of them wait, time passes to the next event. So everything has one order, which
 * is the same on each run.
 */
final class TurnScheduler implements Scheduler {
    private final Vcpu[] vcpus;
    private final MachineClock clock;
    private final Mailbox mailbox;
    private final RunLimits limits;
    private final Idle idle;
    private final Machine machine;
    private final long quantum;
    private int turn;
    private long turnEnd;

    TurnScheduler(Machine machine, List<Vcpu> vcpus) {
        this.machine = machine;
        this.vcpus = vcpus.toArray(Vcpu[]::new);
        this.clock = machine.clock();
        this.mailbox = machine.mailbox();
        this.limits = machine.limits();
        this.idle = new Idle(machine, this.vcpus);
        this.quantum = machine.spec().quantum();
    }

    @Override
    public Vcpu current() {
        return vcpus[turn];
    }

    @Override
    public void run() {
        Inspector inspector = machine.inspector();
        while (true) {
            mailbox.drain();
            clock.runDue();
            if (limits.stopped()) {
                for (Vcpu vcpu : vcpus) {
                    vcpu.loop().abandon();
                }
                return;
            }
            if (inspector == null || inspector.passes()) {
                step();
            }
        }
    }

    @Hot
    private void step() {
        RunLoop loop = vcpus[turn].loop();
        if (vcpus.length == 1) {
            if (loop.runnable()) {
                loop.advance(Long.MAX_VALUE, false);
            } else {
                idle.pass();
            }
            return;
        }
        int next = next();
        if (next < 0) {
            idle.pass();
            return;
        }
        if (next != turn) {
            change(next);
        }
        advance(vcpus[next].loop());
    }

    /** Whether another processor than the one whose turn it is could run. */
    private boolean crowded() {
        for (int n = 1; n < vcpus.length; n++) {
            if (vcpus[(turn + n) % vcpus.length].loop().runnable()) {
                return true;
            }
        }
        return false;
    }

    /** The processor to run now, or -1 if all wait: the one whose turn it is until that ends, then the next that can run. */
    private int next() {
        RunLoop loop = vcpus[turn].loop();
        boolean goesOn = loop.retired() < turnEnd && !loop.yielded() && loop.runnable();
        if (goesOn) {
            int woken = woken();
            return woken >= 0 ? woken : turn;
        }
        int heir = loop.yielded() ? loop.heir() : -1;
        if (heir >= 0 && heir != turn && vcpus[heir].loop().runnable()) {
            return heir;
        }
        for (int n = 1; n <= vcpus.length; n++) {
            int candidate = (turn + n) % vcpus.length;
            if (vcpus[candidate].loop().runnable()) {
                if (candidate == turn) {
                    begin(loop);
                }
                return candidate;
            }
        }
        return -1;
    }

    /** A processor that waited, and now can run, or -1. */
    private int woken() {
        for (int n = 1; n < vcpus.length; n++) {
            int candidate = (turn + n) % vcpus.length;
            RunLoop loop = vcpus[candidate].loop();
            if (loop.waiting() && loop.runnable()) {
                return candidate;
            }
        }
        return -1;
    }

    private void change(int next) {
        turn = next;
        RunLoop loop = vcpus[next].loop();
        clock.run(vcpus[next].vmx().registers());
        begin(loop);
        machine.policies().turn(loop.view());
    }

    private void begin(RunLoop loop) {
        loop.beginTurn();
        turnEnd = loop.retired() + quantum;
    }

    private void advance(RunLoop loop) {
        boolean crowded = crowded();
        loop.advance(crowded ? Math.max(1, turnEnd - loop.retired()) : Long.MAX_VALUE, crowded);
    }
}
