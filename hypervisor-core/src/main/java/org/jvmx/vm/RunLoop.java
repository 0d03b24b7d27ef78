package org.jvmx.vm;

import java.util.Arrays;
import org.jvmx.arch.Hot;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/**
 * What one virtual processor does when it is its turn: inject events, enter, dispatch the exit to a policy or a handler, obey the verdict. Who
 * has a turn, timers and limits are the scheduler's.
 */
final class RunLoop {
    /** Most instructions between two looks at the mailbox. Such a look is no event of the guest's: it is neither counted nor shown. */
    private static final long SLICE = 1 << 20;

    /** Most exits that are handled without an entry in between. */
    private static final int LONGEST_BATCH = 64;

    private final Vcpu vcpu;
    private final int index;
    private final Vmx vmx;
    private final Exit exit;
    private final MachineClock clock;
    private final VcpuClock time;
    private final Mailbox mailbox;
    private final RunLimits limits;
    private final ExitHandlers handlers;
    private final EventInjector events;
    private final Signals signals;
    private final VcpuCounters counters;
    private final FlightRecorder recorder;
    private final PolicyStack policies;
    private final StoppedVcpu view;
    private final KeptWrites kept;
    private final ExitCost cost;
    private final boolean charged;
    private final Halt halt;
    private final boolean timed;
    private final int timerShift;
    private final long slice;
    private ReasonLink[] chains = new ReasonLink[ExitReason.COUNT];
    private boolean accounted;
    private int batched;
    private ExitObserver[] observers = new ExitObserver[0];
    private Inspector inspector;
    private Passage passage = Passage.FREE;
    private boolean launched;
    private long tscOffset;
    private long leaps = -1;
    private boolean yielded;
    private boolean waiting;
    private long waitingSince;
    private long waitingAt;

    RunLoop(Vcpu vcpu) {
        Machine machine = vcpu.machine();
        this.vcpu = vcpu;
        this.index = vcpu.index();
        this.vmx = vcpu.vmx();
        this.exit = vmx.exit();
        this.clock = machine.clock();
        this.time = vcpu.clock();
        this.mailbox = machine.mailbox();
        this.limits = machine.limits();
        this.events = vcpu.events();
        this.signals = vcpu.signals();
        this.counters = vcpu.counters();
        this.recorder = vcpu.recorder();
        this.policies = machine.policies();
        this.view = new StoppedVcpu(vcpu);
        this.kept = machine.keptWrites();
        this.handlers = new ExitHandlers(vcpu, view);
        this.halt = new Halt(vcpu, view);
        this.cost = machine.spec().cost();
        this.charged = cost != ExitCost.NONE;
        this.accounted = charged;
        events.measure(accounted);
        this.timed = vmx.capabilities().has(VmcsField.PREEMPTION_TIMER_VALUE);
        this.timerShift = vmx.capabilities().preemptionTimerShift();
        this.slice = vmx.registers().tscHz() == 0 ? SLICE : Long.MAX_VALUE;
    }

    /** The policies of the machine have changed. */
    void policiesChanged() {
        chains = policies.chains(view, handlers);
        accounted = charged || !policies.isEmpty();
        events.measure(accounted);
    }

    /** Its processor, for policies. */
    StoppedVcpu view() {
        return view;
    }

    void observe(ExitObserver observer) {
        observers = Arrays.copyOf(observers, observers.length + 1);
        observers[observers.length - 1] = observer;
    }

    /** Instructions that this processor has retired. */
    long retired() {
        return vmx.registers().retired();
    }

    /** Whether the processor gave up the rest of its turn. */
    boolean yielded() {
        return yielded;
    }

    /** Whether the processor waits for an event, or did before the event came. */
    boolean waiting() {
        return waiting;
    }

    /** Before a run. */
    void begin() {
        inspector = vcpu.machine().inspector();
        passage = vcpu.machine().passage();
    }

    /** The processor that is to have the next turn if it can run, or -1. */
    int heir() {
        return view.heir();
    }

    /** A new turn. */
    void beginTurn() {
        yielded = false;
        view.forgetHeir();
    }

    /** Whether the processor has something to do: it does not wait, or what it waits for has come. */
    @Hot
    boolean runnable() {
        return !waiting && inspector == null && !signals.any() || finds();
    }

    private boolean finds() {
        if (inspector != null && !inspector.lets(index)) {
            return false;
        }
        if (signals.waiting()) {
            return signals.pending();
        }
        return !waiting || signals.pending() || events.wakes() || events.singleStepping() || moved();
    }

    /** Whether a debugger has sent the processor elsewhere while it waited. */
    private boolean moved() {
        return inspector != null && vmx.read(VmcsField.GUEST_RIP) != waitingAt;
    }

    /** The run ends while the processor waits: its instruction runs again when the machine runs on. */
    void abandon() {
        if (waiting) {
            waiting = false;
            handled(waitingSince);
        }
    }

    /**
     * Enters the guest for {@code most} instructions at most, and handles the exit; or goes on after an event that was waited for.
     *
     * @param crowded whether another processor waits for its turn
     */
    @Hot
    void advance(long most, boolean crowded) {
        events.pauses(crowded);
        if (waiting) {
            wake();
        } else if (enter(most)) {
            settle();
        }
    }

    private void wake() {
        waiting = false;
        if (accounted) {
            halt.end();
        }
        handled(waitingSince);
        if (moved()) {
            vmx.retry();
        } else if (!vmx.complete()) {
            events.afterExit();
            settle();
        }
    }

    /** Enters the guest; true if the exit is one to be handled. */
    @Hot
    private boolean enter(long most) {
        if (!signals.any() || !signals.pending()) {
            events.prepare();
        } else if (!signals.raise(vcpu.processor())) {
            handlers.signal();
            return false;
        }
        long budget = Math.min(Math.min(Math.min(slice, most), clock.budget()), limits.instructions());
        if (timed) {
            vmx.write(VmcsField.PREEMPTION_TIMER_VALUE, Math.max(1, budget >> timerShift));
        }
        if (clock.leaps() != leaps) {
            offsetTsc();
        }
        int result = run();
        if (result != Vmx.SUCCEED) {
            mailbox.stop(Report.refused(vcpu, result));
            return false;
        }
        launched |= !exit.entryFailure();
        events.afterExit();
        if (exit.reason() == ExitReason.PREEMPTION_TIMER && !clock.stopDue()) {
            vmx.retry();
            return false;
        }
        return inspector == null || !inspector.stopped(vcpu);
    }

    private void offsetTsc() {
        leaps = clock.leaps();
        long offset = time.tscOffset();
        if (offset != tscOffset) {
            tscOffset = offset;
            vmx.write(VmcsField.TSC_OFFSET, tscOffset);
        }
    }

    private int run() {
        if (launched) {
            counters.resume();
        } else {
            counters.launch();
        }
        passage.out(vcpu);
        try {
            return launched ? vmx.vmresume() : vmx.vmlaunch();
        } finally {
            passage.back(vcpu);
        }
    }

    /** Whether something is pending for the processor that it did not see before it was entered. */
    boolean hasNews() {
        return signals.pending() || events.hasNews();
    }

    /** Handles the exit, and those that finishing its instruction causes. */
    @Hot
    private void settle() {
        batched = 0;
        while (true) {
            long before = clock.nanos();
            Verdict verdict = dispatch(before);
            if (accounted) {
                account();
            }
            if (verdict == Verdict.IDLE) {
                await(before);
                return;
            }
            handled(before);
            if (verdict == Verdict.STOP) {
                return;
            }
            if (verdict == Verdict.AGAIN) {
                again();
                return;
            }
            yielded |= verdict == Verdict.YIELD;
            if (vmx.complete() && (!accounted || !batch())) {
                return;
            }
            events.afterExit();
        }
    }

    /** Executes what follows an instruction that was handled, as long as a policy wants it; true if that made an exit. */
    private boolean batch() {
        if (!policies.batches()) {
            return false;
        }
        batched++;
        while (batched < LONGEST_BATCH && mayGoOn() && policies.emulates(view, batched)) {
            policies.counters().stepped();
            if (charged) {
                policies.charge(cost.emulation());
            }
            if (!vmx.emulate()) {
                return true;
            }
        }
        return false;
    }

    /** Whether nothing has to happen before the next instruction that only an entry can do. */
    private boolean mayGoOn() {
        return inspector == null && !yielded && !limits.stopped() && clock.nextDeadline() > clock.nanos() && events.quiet();
    }

    /** Counts the exit at hand and charges for what was done about it. */
    private void account() {
        ExitReason reason = exit.reason();
        ExitPath chosen = view.takePath();
        ExitPath path = chosen == null ? ExitPath.usual(exit) : chosen;
        policies.counters().countHandled(reason, path);
        if (batched > 0) {
            policies.counters().countEmulated(reason);
        }
        if (charged) {
            policies.charge(cost.handling(reason, path));
        }
    }

    private void await(long since) {
        waiting = true;
        if (accounted) {
            halt.begin();
        }
        waitingSince = since;
        waitingAt = inspector == null ? 0 : vmx.read(VmcsField.GUEST_RIP);
    }

    private void handled(long since) {
        for (ExitObserver observer : observers) {
            observer.handled(index, exit.reason(), since, clock.nanos());
        }
    }

    private void again() {
        if (!handlers.injected()) {
            vmx.retry();
        }
    }

    @Hot
    private Verdict dispatch(long nanos) {
        ExitReason reason = exit.reason();
        long rip = vmx.read(VmcsField.GUEST_RIP);
        limits.exit();
        counters.exit(reason, retired(), nanos);
        recorder.record(reason, rip, exit.qualification(), nanos);
        for (ExitObserver observer : observers) {
            observer.exited(index, nanos, rip, exit);
        }
        handlers.forgetInjection();
        return accounted ? decide(reason) : handlers.handle(exit);
    }

    /** {@link #dispatch} where exits have a price, or policies. */
    private Verdict decide(ExitReason reason) {
        if (charged && batched == 0) {
            policies.charge(cost.transition(reason));
        }
        kept.before(exit);
        ReasonLink chain = chains[reason.ordinal()];
        return chain == null ? handlers.handle(exit) : chain.decide(exit);
    }
}
