package org.jvmx.tools.diff;

import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jvmx.arch.Gpr;
import org.jvmx.arch.Vector;
import org.jvmx.error.ConfigException;
import org.jvmx.error.JvmxException;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.vm.ExitObserver;
import org.jvmx.vm.Inspector;
import org.jvmx.vm.Machine;
import org.jvmx.vm.StopReason;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/**
 * Runs a guest on our processor one instruction at a time, after a peer that has gone ahead by one, and stops at the first instruction that leaves other
 * registers. The peer leads: what may differ (time, identification, random numbers, devices, flags that are undefined, when interrupts come) is taken over
 * from it and counted.
 */
public final class Lockstep {
    /**
     * How far and how strictly.
     *
     * @param limit instructions to compare
     * @param startAt the linear address that our processor runs to by itself first; null to start at the first instruction
     * @param ignored registers that are not compared
     * @param last instructions to show before a divergence
     * @param timeout wall time; null for any
     */
    public record Options(long limit, Long startAt, Set<Integer> ignored, int last, Duration timeout) {
    }

    /** How it ended. */
    public enum Ending {
        /** The processors disagree. */
        DIVERGED,
        /** The guest has ended on both sides. */
        ENDED,
        /** The guest waits for an interrupt that the peer does not deliver. */
        HALTED,
        /** As many instructions as wanted were compared, or as much time was spent. */
        LIMIT,
        /** Our processor never came to where the comparison was to begin, or the peer failed. */
        FAILED
    }

    /**
     * What came of it.
     *
     * @param compared instructions after which all registers were equal
     * @param excused how often which difference was taken over from the peer
     * @param text the ending in words; for a divergence, the whole report
     */
    public record Result(Ending ending, long compared, long nanos, Map<String, Long> excused, String text) {
    }

    /** What our processor was let go for. */
    private enum Phase {
        APPROACH, INSTRUCTION, PARTIAL, INTERRUPT
    }

    /** So often a peer may say that it is before the same instruction. */
    private static final int MOST_BEGINNINGS = 10_000;
    private static final Set<Mnemonic> COUNTED = EnumSet.of(Mnemonic.LOOP, Mnemonic.LOOPE, Mnemonic.LOOPNE);

    private final Options options;
    private final Peer peer;
    private final Excuses excuses = new Excuses();
    private final Comparison comparison;
    private final Trail trail;
    private final PeerInterrupts interrupts = new PeerInterrupts();
    private final ProcessorState ours = new ProcessorState();
    private final ProcessorState theirs = new ProcessorState();
    private final ProcessorState before = new ProcessorState();
    private final ProcessorState led = new ProcessorState();
    private Pc pc;
    private Inspector inspector;
    private OwnSide own;
    private Phase phase = Phase.APPROACH;
    private Insn insn;
    private boolean deviceRead;
    private boolean peerEnded;
    private long remaining;
    private int taken;
    private long compared;
    private long start;
    private Ending ending;
    private String text = "";

    /** A comparison with {@code peer}. */
    Lockstep(Options options, Peer peer) {
        this.options = options;
        this.peer = peer;
        this.comparison = new Comparison(options.ignored());
        this.trail = new Trail(options.last());
    }

    /**
     * The registers of these names.
     *
     * @throws ConfigException if one is not known
     */
    public static Set<Integer> registers(List<String> names) {
        Set<Integer> registers = new HashSet<>();
        for (String name : names) {
            int register = ProcessorState.named(name);
            if (register < 0) {
                throw new ConfigException("--ignore %s: no register of that name is compared".formatted(name));
            }
            registers.add(register);
        }
        return registers;
    }

    /** Runs the guest on both sides. */
    Result run(PcSpec.Builder spec) {
        try (Pc machine = new Pc(spec.observer(observer()).build())) {
            pc = machine;
            machine.eachMachine(this::take);
            machine.run();
        }
        return new Result(ending == null ? Ending.FAILED : ending, compared, start == 0 ? 0 : System.nanoTime() - start, excuses.counts(),
                text);
    }

    private void take(Machine machine) {
        inspector = machine.inspect(listener(machine));
        own = new OwnSide(machine, inspector.facility());
        inspector.hold();
    }

    private ExitObserver observer() {
        return new ExitObserver() {
            @Override
            public void exited(int vcpu, long nanos, long rip, Exit exit) {
                deviceRead |= exit.reason() == ExitReason.EPT_VIOLATION && exit.access().kind() == Access.Kind.MEMORY
                        && !exit.access().isWrite();
            }

            @Override
            public void handled(int vcpu, ExitReason reason, long fromNanos, long toNanos) {
                // what it was done with does not matter
            }
        };
    }

    private Inspector.Listener listener(Machine machine) {
        return new Inspector.Listener() {
            @Override
            public void stopped(DebugFacility.Stop stop, long address) {
                try {
                    Lockstep.this.stopped(machine, stop);
                } catch (JvmxException e) {
                    finish(Ending.FAILED, e.getMessage());
                }
            }

            @Override
            public boolean inspects(StopReason reason) {
                return false;
            }

            @Override
            public void ended(StopReason reason) {
                Lockstep.this.ended(reason);
            }
        };
    }

    private void finish(Ending how, String words) {
        if (ending == null) {
            ending = how;
            text = words;
            pc.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "the comparison is over"));
        }
    }

    private void ended(StopReason reason) {
        if (phase == Phase.APPROACH && start == 0) {
            finish(Ending.FAILED, "our guest ended before it came to 0x%x: %s".formatted(options.startAt(), reason.message()));
        } else if (peerEnded || insn != null && insn.row.intercept != null) {
            finish(Ending.ENDED, "the guest ended: " + reason.message());
        } else {
            finish(Ending.DIVERGED, "our guest ended (%s), %s goes on%n".formatted(reason.message(), peer.name()) + report());
        }
    }

    // --- one step after the other, on the vCPU's thread

    private void stopped(Machine machine, DebugFacility.Stop stop) {
        if (phase == Phase.APPROACH) {
            approach(machine, stop);
            return;
        }
        if (own.trapPending() || phase != Phase.INTERRUPT && own.amid(before, insn)) {
            inspector.resume(true);
            return;
        }
        switch (phase) {
            case PARTIAL -> {
                own.read(ours);
                own.write(Gpr.RCX, remaining);
                own.write(ProcessorState.RIP, before.value[ProcessorState.RIP]);
                interrupt();
            }
            default -> {
                interrupts.pending(-1);
                if (agrees()) {
                    prepare();
                }
            }
        }
    }

    private void approach(Machine machine, DebugFacility.Stop stop) {
        if (options.startAt() != null && stop == null) {
            inspector.facility().insert(DebugFacility.Stop.EXECUTE, options.startAt(), 1);
            inspector.resume(false);
            return;
        }
        inspector.facility().clear();
        machine.attach(interrupts);
        peer.start(machine, inspector.facility());
        start = System.nanoTime();
        phase = Phase.INSTRUCTION;
        if (!peer.advance(theirs)) {
            finish(Ending.FAILED, peer.name() + " ended before its first instruction");
            return;
        }
        own.read(ours);
        own.next(ours);
        if (comparison.compare(ours, theirs, own.codeSize()) != 0) {
            before.copy(ours);
            finish(Ending.DIVERGED, "the guests do not even start in the same state%n".formatted() + report());
            return;
        }
        prepare();
    }

    /** Both stand before the same instruction in the same state: lets the peer go on, and then ours; or both at once where ours is only told. */
    private void prepare() {
        while (ending == null) {
            if (compared >= options.limit()) {
                finish(Ending.LIMIT, "as many instructions as asked for");
                return;
            }
            if ((compared & 0xfff) == 0 && options.timeout() != null && System.nanoTime() - start > options.timeout().toNanos()) {
                finish(Ending.LIMIT, "as much time as asked for");
                return;
            }
            before.copy(ours);
            insn = own.next(ours);
            trail.record(compared, ours.value[ProcessorState.RIP], own.codeSize(), own.code(), own.available());
            deviceRead = own.readsScreen(insn, ours);
            if (!told()) {
                return;
            }
        }
    }

    /** Lets the peer go on; false if our processor was let go too, true if it has been told the result and stands there already. */
    private boolean told() {
        led.copy(theirs);
        boolean goes = peer.advance(theirs);
        for (int n = 0; goes && peer.interrupt() < 0 && theirs.same(led) && !staysInPlace(); n++) {
            if (n == MOST_BEGINNINGS) {
                finish(Ending.FAILED, "%s begins an instruction again and again%n".formatted(peer.name()) + trail.text());
                return true;
            }
            goes = peer.advance(theirs);
        }
        boolean halts = insn != null && insn.mnemonic == Mnemonic.HLT;
        if (halts && (!goes || peer.interrupt() < 0)) {
            finish(Ending.HALTED, "the guest halts, and %s delivers no interrupt%n".formatted(peer.name()) + trail.text());
            return true;
        }
        if (!goes) {
            peerEnded = true;
            go(Phase.INSTRUCTION);
            return false;
        }
        if (insn != null && insn.rep != 0 && OwnSide.isString(insn)) {
            repeat();
            return false;
        }
        if (halts) {
            own.skip(insn.length);
        }
        if (peer.interrupt() >= 0) {
            interrupt();
            return false;
        }
        if (insn != null && insn.mnemonic == Mnemonic.RDMSR || insn != null && insn.mnemonic == Mnemonic.WRMSR) {
            return modelSpecific();
        }
        go(Phase.INSTRUCTION);
        return false;
    }

    /** Whether the instruction can leave everything as it is: a jump to itself. From any other such state the peer has only begun, and not gone on. */
    private boolean staysInPlace() {
        return insn == null || insn.operandCount == 1 && insn.kind(0) == OperandKind.RELATIVE && insn.immediate == -insn.length
                && !COUNTED.contains(insn.mnemonic);
    }

    private void go(Phase next) {
        phase = next;
        inspector.resume(true);
    }

    private void interrupt() {
        taken = peer.interrupt();
        excuses.count("external interrupts");
        interrupts.pending(taken);
        go(Phase.INTERRUPT);
    }

    /** The peer counts each repetition; ours makes as many of them as the peer did before it went elsewhere. */
    private void repeat() {
        long rip = before.value[ProcessorState.RIP];
        long left = before.value[Gpr.RCX];
        while (theirs.value[ProcessorState.RIP] == rip && peer.interrupt() < 0) {
            left = theirs.value[Gpr.RCX];
            if (!peer.advance(theirs)) {
                peerEnded = true;
                break;
            }
        }
        long mask = insn.addressSize == 8 ? -1 : (1L << 8 * insn.addressSize) - 1;
        if (peer.interrupt() < 0 || peerEnded) {
            go(Phase.INSTRUCTION);
        } else if ((left & mask) == (before.value[Gpr.RCX] & mask)) {
            interrupt();
        } else {
            remaining = left;
            own.write(Gpr.RCX, before.value[Gpr.RCX] & ~mask | before.value[Gpr.RCX] - left & mask);
            go(Phase.PARTIAL);
        }
    }

    /** Which model-specific registers there are is the model's business; a fault that only one raises is no mistake. */
    private boolean modelSpecific() {
        String name = "%s 0x%x".formatted(insn.mnemonic, before.value[Gpr.RCX] & 0xffff_ffffL);
        long value = before.value[Gpr.RAX] & 0xffff_ffffL | before.value[Gpr.RDX] << 32;
        boolean privileged = (before.value[ProcessorState.SELECTOR + ProcessorState.CS] & 3) != 0;
        boolean faulted = theirs.value[ProcessorState.RIP] != before.value[ProcessorState.RIP] + insn.length;
        if (privileged) {
            go(Phase.INSTRUCTION);
            return false;
        }
        if (faulted) {
            excuses.count(name + " refused by " + peer.name());
            own.fault(Vector.GP);
            go(Phase.INTERRUPT);
            return false;
        }
        if (insn.mnemonic == Mnemonic.RDMSR) {
            own.skip(insn.length);
            own.write(Gpr.RAX, theirs.value[Gpr.RAX]);
            own.write(Gpr.RDX, theirs.value[Gpr.RDX]);
            excuses.count(name);
            agrees();
            return true;
        }
        if (own.refusesMsr((int) before.value[Gpr.RCX], value)) {
            excuses.count(name + " refused by us");
            own.skip(insn.length);
            own.read(ours);
            compared++;
            return true;
        }
        go(Phase.INSTRUCTION);
        return false;
    }

    // --- after a step

    private boolean agrees() {
        own.read(ours);
        if (peerEnded) {
            finish(Ending.DIVERGED, "%s ended, our guest goes on%n".formatted(peer.name()) + report());
            return false;
        }
        if (comparison.compare(ours, theirs, own.codeSize()) != 0) {
            excuse();
            if (comparison.compare(ours, theirs, own.codeSize()) != 0) {
                finish(Ending.DIVERGED, report());
                return false;
            }
        }
        boolean goesOn = insn != null && ours.value[ProcessorState.RIP] == before.value[ProcessorState.RIP] + insn.length;
        if (!peer.pushesResumeFlag() && phase == Phase.INSTRUCTION && !goesOn && own.forgetResumeFlag(before, ours)) {
            excuses.count("RF in the flags that a fault pushes");
        }
        compared++;
        return true;
    }

    private void excuse() {
        int undefined = insn == null || phase == Phase.INTERRUPT ? 0 : insn.row.flags.undefined();
        if (undefined != 0 && comparison.differs(ProcessorState.RFLAGS)) {
            long flags = ours.value[ProcessorState.RFLAGS] & ~undefined | theirs.value[ProcessorState.RFLAGS] & undefined;
            take(ProcessorState.RFLAGS, flags);
            excuses.count("undefined flags");
        }
        boolean any = false;
        for (int register : Excuses.of(insn, deviceRead)) {
            if (comparison.differs(register)) {
                take(register, theirs.value[register]);
                any = true;
            }
        }
        if (any) {
            excuses.count(deviceRead ? "reads of device memory" : insn.mnemonic.toString());
        }
    }

    private void take(int register, long value) {
        ours.value[register] = value;
        own.write(register, value);
    }

    // --- the report

    private String report() {
        return new Report(before, ours, theirs, comparison, peer.name()).text(trail, compared, taken(), own.linear(before));
    }

    private String taken() {
        return phase == Phase.INTERRUPT ? "delivering vector 0x%x that %s took".formatted(taken, peer.name()) : "";
    }
}
