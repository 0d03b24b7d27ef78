package org.jvmx.vm;

import org.jvmx.arch.Hot;
import org.jvmx.arch.Rflags;
import org.jvmx.arch.Vector;
import org.jvmx.bus.InterruptController;
import org.jvmx.memory.RawMemory;
import org.jvmx.vmx.Interruptibility;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/**
 * Brings interrupts into the guest: before each entry it injects what is pending if the guest can take it, and asks for a window exit if it
 * cannot. Keeps the task priority of the virtual-APIC page and that of the interrupt controller equal.
 */
final class EventInjector {
    private static final int BY_INSTRUCTION = Interruptibility.BLOCKING_BY_STI | Interruptibility.BLOCKING_BY_MOV_SS;
    private static final int BY_NMI = Interruptibility.BLOCKING_BY_NMI;
    private static final int NMI_BLOCKED = BY_INSTRUCTION | BY_NMI;
    private static final long NOTHING = Long.MIN_VALUE;
    private static final int INTERRUPT_WINDOW = (int) PrimaryControl.INTERRUPT_WINDOW_EXITING.mask();
    private static final int PAUSE_EXITING = (int) PrimaryControl.PAUSE_EXITING.mask();
    private static final int NMI_WINDOW = (int) PrimaryControl.NMI_WINDOW_EXITING.mask();

    private final Vmx vmx;
    private final VcpuCounters counters;
    private int primary;
    private final long taskPriority;
    private final boolean shadowed;
    private InterruptController controller = new NoInterrupts();
    private int windows;
    private int pauses;
    private boolean pausing = true;
    private int lastPriority;
    private final MachineClock clock;
    private final Latencies latencies = new Latencies();
    private boolean measured;
    private long looked = Long.MIN_VALUE;
    private long due = NOTHING;

    EventInjector(Vmx vmx, VmcsSetup setup, Machine machine, VcpuCounters counters) {
        this.vmx = vmx;
        this.clock = machine.clock();
        this.counters = counters;
        this.primary = setup.primaryControls();
        this.taskPriority = machine.host().address(setup.virtualApic()) + VmcsSetup.VTPR;
        this.shadowed = vmx.capabilities().has(VmcsField.TPR_THRESHOLD);
    }

    /** The primary processor-based controls as they are to be but for the windows. */
    void primaryControls(int controls) {
        primary = controls;
        windows = 0;
    }

    void controller(InterruptController which) {
        controller = which;
    }

    /** Whether a PAUSE leaves the guest from now on: so a processor that spins does not keep others from running that can. */
    void pauses(boolean wanted) {
        pauses = wanted && pausing ? PAUSE_EXITING : 0;
    }

    /** Whether PAUSE may leave the guest at all, or somebody else looks after processors that spin. */
    void pausing(boolean allowed) {
        pausing = allowed;
    }

    /** Before an entry. */
    @Hot
    void prepare() {
        int wanted = pauses;
        if (measured) {
            look();
        }
        if (controller.nmiPending() && !injectNmi()) {
            wanted |= NMI_WINDOW;
        }
        if (controller.pending() && !injectInterrupt()) {
            wanted |= INTERRUPT_WINDOW;
        }
        if (wanted != windows) {
            windows = wanted;
            vmx.write(VmcsField.PRIMARY_CONTROLS, (primary | wanted) & 0xffff_ffffL);
        }
        int priority = controller.tpr();
        if (priority != lastPriority) {
            lastPriority = priority;
            RawMemory.putInt(taskPriority, priority);
            threshold();
        }
    }

    /** Whether it is measured how long interrupts wait. */
    void measure(boolean wanted) {
        measured = wanted;
        due = NOTHING;
        looked = clock.nanos();
    }

    /** Notes since when an interrupt is due that is pending now; one that waits behind another is due when that one is taken. */
    private void look() {
        if (!controller.pending()) {
            due = NOTHING;
        } else if (due == NOTHING) {
            due = clock.dueSince(looked);
        }
        looked = clock.nanos();
    }

    /** From interrupts being due to their delivery, while it was measured. */
    Latencies latencies() {
        return latencies;
    }

    /** After an exit: the guest may have changed CR8. */
    @Hot
    void afterExit() {
        int priority = RawMemory.getOwnInt(taskPriority) & 0xff;
        if (priority != lastPriority) {
            lastPriority = priority;
            controller.tpr(priority);
            threshold();
        }
    }

    /** Any lowering of the task priority by MOV to CR8 leaves the guest. */
    private void threshold() {
        if (shadowed) {
            vmx.write(VmcsField.TPR_THRESHOLD, lastPriority >> 4);
        }
    }

    /** Whether an interrupt or NMI is pending for which {@link #prepare} has not asked for a window. */
    boolean hasNews() {
        return controller.pending() && (windows & INTERRUPT_WINDOW) == 0 || controller.nmiPending() && (windows & NMI_WINDOW) == 0;
    }

    /** Whether something is pending that ends HLT. */
    boolean wakes() {
        if (controller.nmiPending() && (interruptibility() & BY_NMI) == 0) {
            return true;
        }
        return controller.pending() && interruptsEnabled();
    }

    /** Whether an entry now would neither deliver nor watch for anything. */
    boolean quiet() {
        return !wakes() && !injecting() && interruptibility() == 0 && !singleStepping();
    }

    /** The end of an interrupt, of which only the processor's own local APIC in the host's kernel knew. */
    void endOfInterrupt(int vector) {
        controller.endOfInterrupt(vector);
    }

    /** CR8. */
    int taskPriority() {
        return controller.tpr() >> 4;
    }

    /** RFLAGS.IF. */
    boolean interruptsEnabled() {
        return (vmx.read(VmcsField.GUEST_RFLAGS) & Rflags.IF) != 0;
    }

    private boolean injectNmi() {
        if (injecting() || (interruptibility() & NMI_BLOCKED) != 0) {
            return false;
        }
        controller.acknowledgeNmi();
        vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, Interruption.of(Interruption.NMI, Vector.NMI, false) & 0xffff_ffffL);
        counters.nmi();
        return true;
    }

    @Hot
    private boolean injectInterrupt() {
        if (injecting() || !interruptsEnabled() || (interruptibility() & BY_INSTRUCTION) != 0) {
            return false;
        }
        int vector = controller.acknowledge();
        if (vector >= 0) {
            vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, Interruption.external(vector) & 0xffff_ffffL);
            counters.interrupt();
            if (due != NOTHING) {
                latencies.record(clock.nanos() - due);
                due = NOTHING;
            }
        }
        return vector < 0 || !controller.pending();
    }

    /** Whether the next entry has something to deliver already: an event, or debug traps, which an injected event would make it lose. */
    private boolean injecting() {
        return Interruption.valid((int) vmx.read(VmcsField.ENTRY_INTERRUPTION_INFORMATION))
                || vmx.read(VmcsField.GUEST_PENDING_DEBUG_EXCEPTIONS) != 0;
    }

    /** RFLAGS.TF: a trap follows the instruction. */
    boolean singleStepping() {
        return (vmx.read(VmcsField.GUEST_RFLAGS) & Rflags.TF) != 0;
    }

    private int interruptibility() {
        return (int) vmx.read(VmcsField.GUEST_INTERRUPTIBILITY_STATE);
    }
}
