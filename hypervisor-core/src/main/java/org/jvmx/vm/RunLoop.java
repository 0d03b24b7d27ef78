package org.jvmx.vm;

import java.util.Arrays;
import org.jvmx.arch.Hot;
import org.jvmx.bus.Clock;
import org.jvmx.bus.InterruptController;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/** Enters the guest until something says stop: run timers, inject events, enter, dispatch the exit to a policy or a handler, obey the verdict. */
final class RunLoop implements ExitHandler {
    /** Most instructions between two looks at the mailbox. Such a look is no event of the guest's: it is neither counted nor shown. */
    private static final long SLICE = 1 << 20;

    private static final int VCPU = 0;

    private final Machine machine;
    private final Vmx vmx;
    private final Exit exit;
    private final MachineClock clock;
    private final Mailbox mailbox;
    private final ExitHandlers handlers;
    private final EventInjector events;
    private final Idle idle;
    private final VmcsSetup setup;
    private final VcpuCounters counters = new VcpuCounters();
    private final FlightRecorder recorder = new FlightRecorder();
    private final ExitPolicy[] policies = new ExitPolicy[ExitReason.COUNT];
    private final ExitCost cost;
    private final boolean charged;
    private final long maxInstructions;
    private final long maxExits;
    private final boolean timed;
    private final int timerShift;
    private final long slice;
    private ExitObserver[] observers = new ExitObserver[0];
    private Inspector inspector;
    private boolean launched;
    private long tscOffset;
    private long exits;

    RunLoop(Machine machine) {
        this.machine = machine;
        this.vmx = machine.vmx();
        this.exit = vmx.exit();
        this.clock = machine.clock();
        this.mailbox = machine.mailbox();
        this.setup = new VmcsSetup(machine.processor(), machine.host());
        this.events = new EventInjector(vmx, setup, machine.host(), counters);
        this.idle = new Idle(machine, events);
        this.handlers = new ExitHandlers(machine, counters);
        this.cost = machine.spec().cost();
        this.charged = cost != ExitCost.NONE;
        this.maxInstructions = machine.spec().maxInstructions();
        this.maxExits = machine.spec().maxExits();
        this.timed = vmx.capabilities().has(VmcsField.PREEMPTION_TIMER_VALUE);
        this.timerShift = vmx.capabilities().preemptionTimerShift();
        this.slice = vmx.registers().tscHz() == 0 ? SLICE : Long.MAX_VALUE;
    }

    void load(VcpuState state) {
        setup.guestState(state);
    }

    void interrupts(InterruptController controller) {
        events.controller(controller);
    }

    void policy(ExitPolicy policy) {
        for (ExitReason reason : policy.reasons()) {
            policies[reason.ordinal()] = policy;
        }
    }

    void observe(ExitObserver observer) {
        observers = Arrays.copyOf(observers, observers.length + 1);
        observers[observers.length - 1] = observer;
    }

    int taskPriority() {
        return events.taskPriority();
    }

    VcpuCounters counters() {
        return counters;
    }

    FlightRecorder recorder() {
        return recorder;
    }

    /** Runs the guest until it stops. An error of ours, too, becomes a reason, with what was recorded. */
    StopReason run() {
        inspector = machine.inspector();
        StopReason reason;
        try {
            loop();
            reason = mailbox.takeStopReason();
            if (inspector != null) {
                inspector.ended(reason);
            }
        } catch (RuntimeException | Error e) {
            reason = Report.crash(machine, e);
        }
        counters.progress(clock.retired(), clock.nanos());
        return reason;
    }

    private void loop() {
        while (true) {
            mailbox.drain();
            clock.runDue();
            if (stopped()) {
                return;
            }
            if ((inspector == null || inspector.passes()) && enter()) {
                settle();
            }
        }
    }

    private boolean stopped() {
        if (clock.retired() >= maxInstructions) {
            mailbox.stop(StopReason.of(StopReason.Kind.LIMIT,
                    "the guest ran %d instructions, as many as it was given".formatted(maxInstructions)));
        } else if (exits >= maxExits) {
            mailbox.stop(StopReason.of(StopReason.Kind.LIMIT, "the guest made %d VM exits, as many as it was given".formatted(maxExits)));
        }
        return mailbox.stopReason() != null;
    }

    /** Enters the guest; true if the exit is one to be handled. */
    @Hot
    private boolean enter() {
        events.prepare();
        long budget = Math.min(Math.min(slice, clock.budget()), maxInstructions - clock.retired());
        if (timed) {
            vmx.write(VmcsField.PREEMPTION_TIMER_VALUE, Math.max(1, budget >> timerShift));
        }
        if (clock.tscOffset() != tscOffset) {
            tscOffset = clock.tscOffset();
            vmx.write(VmcsField.TSC_OFFSET, tscOffset);
        }
        int result;
        if (launched) {
            counters.resume();
            result = vmx.vmresume();
        } else {
            counters.launch();
            result = vmx.vmlaunch();
        }
        if (result != Vmx.SUCCEED) {
            mailbox.stop(Report.refused(vmx, result));
            return false;
        }
        launched |= !exit.entryFailure();
        events.afterExit();
        if (exit.reason() == ExitReason.PREEMPTION_TIMER && clock.nextDeadline() > clock.nanos()) {
            vmx.retry();
            return false;
        }
        return inspector == null || !inspector.stopped();
    }

    /** Handles the exit, and those that finishing its instruction causes. */
    @Hot
    private void settle() {
        while (true) {
            long before = clock.nanos();
            Verdict verdict = dispatch(before);
            boolean woken = verdict != Verdict.IDLE || idle.await();
            for (ExitObserver observer : observers) {
                observer.handled(VCPU, exit.reason(), before, clock.nanos());
            }
            if (!woken || verdict == Verdict.STOP) {
                return;
            }
            if (verdict == Verdict.AGAIN) {
                again();
                return;
            }
            if (vmx.complete()) {
                return;
            }
            events.afterExit();
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
        exits++;
        counters.exit(reason, clock.retired(), nanos);
        recorder.record(reason, rip, exit.qualification(), nanos);
        for (ExitObserver observer : observers) {
            observer.exited(VCPU, nanos, rip, exit);
        }
        if (charged) {
            clock.skip(cost.nanos(exit));
        }
        handlers.forgetInjection();
        ExitPolicy policy = policies[reason.ordinal()];
        return policy == null ? handlers.handle(exit) : policy.decide(exit, this);
    }

    @Override
    public Verdict handle(Exit which) {
        return handlers.handle(which);
    }

    @Override
    public Vmx vmx() {
        return vmx;
    }

    @Override
    public Clock clock() {
        return clock;
    }
}
