package org.jvmx.tools.pc;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jvmx.error.BackendException;
import org.jvmx.vm.Machine;
import org.jvmx.vm.Pacer;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuCounters;
import org.jvmx.vm.WallPacer;
import org.jvmx.vmx.ExitReason;

/**
 * A PC with a kernel in its memory, ready to run. {@link #run} belongs to one thread; {@link #stop}, {@link #post}, {@link #type},
 * {@link #pressPowerButton} and the counts may be used from others.
 */
public final class Pc implements AutoCloseable {
    private final PcSpec spec;
    private final DeviceCounts counts = new DeviceCounts();
    private final SerialInput input;
    private final Pacer wall = new WallPacer();
    private final AtomicReference<StopReason> wish = new AtomicReference<>();
    private final Map<ExitReason, Long> exitsBefore = new EnumMap<>(ExitReason.class);
    private volatile Board board;
    private Consumer<Machine> observer = _ -> {};
    private boolean connected;
    private long instructionsBefore;
    private long nanosBefore;
    private long exitCountBefore;
    private int reboots;

    /**
     * Assembles the machine and loads the kernel.
     *
     * @throws org.jvmx.error.JvmxException if the machine cannot be, or the kernel, its initrd or a module cannot be loaded
     */
    public Pc(PcSpec spec) {
        this.spec = spec;
        this.input = new SerialInput(receiver());
        this.board = new Board(spec, spec.maxInstructions(), spec.maxExits(), input, counts);
        spec.serial().poweredOn(board.machine().clock(), input);
    }

    private SerialInput.Receiver receiver() {
        return new SerialInput.Receiver() {
            @Override
            public void inputOpened() {
                board.machine().inputOpened();
            }

            @Override
            public void inputArrived() {
                Board now = board;
                now.machine().post(now.com1()::feed);
            }

            @Override
            public void inputDelivered() {
                board.com1().feed();
            }

            @Override
            public void inputEnded() {
                board.machine().inputEnded();
            }
        };
    }

    /** What it was made from. */
    public PcSpec spec() {
        return spec;
    }

    /** Shows the machine to somebody before it runs, and each machine that replaces it at a reboot. Before {@link #run}. */
    public void eachMachine(Consumer<Machine> shown) {
        observer = observer.andThen(shown);
        shown.accept(board.machine());
    }

    /** Runs the guest until it ends, or somebody ends it. */
    public Outcome run() {
        long start = wall.nanos();
        if (!connected) {
            connected = true;
            spec.serial().connect(input);
        }
        StopReason reason = runOnce();
        while (spec.reboot() && reason.kind() == StopReason.Kind.RESET) {
            reboot();
            reason = runOnce();
        }
        return outcome(reason, wall.nanos() - start);
    }

    private StopReason runOnce() {
        StopReason wished = wish.get();
        if (wished != null) {
            board.machine().stop(wished);
        }
        StopReason reason = board.machine().run();
        wish.set(null);
        try {
            spec.serial().flush();
            return reason;
        } catch (BackendException e) {
            return StopReason.of(StopReason.Kind.HOST_FAILURE, e.getMessage());
        }
    }

    private void reboot() {
        VcpuCounters ran = board.machine().counters();
        instructionsBefore += ran.instructions();
        nanosBefore += ran.nanos();
        exitCountBefore += ran.exits();
        for (ExitReason reason : ExitReason.values()) {
            exitsBefore.merge(reason, ran.exits(reason), Long::sum);
        }
        board.close();
        Board next = new Board(spec, spec.maxInstructions() - instructionsBefore, spec.maxExits() - exitCountBefore, input, counts);
        if (input.isOpen()) {
            next.machine().inputOpened();
        }
        board = next;
        spec.serial().poweredOn(next.machine().clock(), input);
        observer.accept(next.machine());
        reboots++;
    }

    private Outcome outcome(StopReason reason, long wallNanos) {
        VcpuCounters ran = board.machine().counters();
        Map<ExitReason, Long> exits = new EnumMap<>(ExitReason.class);
        for (ExitReason kind : ExitReason.values()) {
            long count = exitsBefore.getOrDefault(kind, 0L) + ran.exits(kind);
            if (count > 0) {
                exits.put(kind, count);
            }
        }
        return new Outcome(reason, instructionsBefore + ran.instructions(), nanosBefore + ran.nanos(), wallNanos, exits, screen(), reboots);
    }

    /** Ends the run before the guest's next instruction; the first reason counts. From any thread. */
    public void stop(StopReason reason) {
        wish.compareAndSet(null, reason);
        board.machine().stop(reason);
    }

    /** Has something done on the vCPU's thread between two VM exits. From any thread. */
    public void post(Runnable action) {
        board.machine().post(action);
    }

    /** Types a character on the PC's keyboard; characters that it has no key for are ignored. From any thread. */
    public void type(char character) {
        Board now = board;
        now.machine().post(() -> now.typing().type(character));
    }

    /** Presses the power button: a polite request to the guest. From any thread. */
    public void pressPowerButton() {
        Board now = board;
        now.machine().post(now.power()::pressPowerButton);
    }

    /** The machine that is running now; a reboot replaces it. */
    public Machine machine() {
        return board.machine();
    }

    /** Counts by device, if the specification asks for them. */
    public DeviceCounts deviceCounts() {
        return counts;
    }

    /** The text screen, without blank lines at its end. On the vCPU's thread, or while it does not run. */
    public List<String> screen() {
        List<String> lines = board.vga().render();
        int end = lines.size();
        while (end > 0 && lines.get(end - 1).isEmpty()) {
            end--;
        }
        return lines.subList(0, end);
    }

    /** Where the cursor is on the text screen, in character cells from the top left. */
    public int cursor() {
        return board.vga().cursor();
    }

    @Override
    public void close() {
        spec.serial().close();
        board.close();
    }
}
