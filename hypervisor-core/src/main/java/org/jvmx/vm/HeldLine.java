package org.jvmx.vm;

import org.jvmx.bus.IrqLine;
import org.jvmx.bus.Timer;

/**
 * An interrupt line that policies may hold back. While it is held its far end stays low. A device that lowers it before the end withdraws the interrupt; one
 * that lowered it at the moment of raising it, an edge, is to be heard all the same.
 */
final class HeldLine implements IrqLine {
    private final PolicyStack policies;
    private final Machine machine;
    private final int number;
    private final IrqLine far;
    private final Timer release;
    private boolean level;
    private boolean held;
    private boolean edge;
    private long raisedAt;

    HeldLine(Machine machine, int number, IrqLine far) {
        this.machine = machine;
        this.policies = machine.policies();
        this.number = number;
        this.far = far;
        this.release = machine.clock().monitorTimer(this::release);
    }

    @Override
    public void set(boolean to) {
        if (to && !level && !held && policies.holdsInterrupts()) {
            hold();
        }
        level = to;
        if (!held) {
            far.set(to);
        } else if (!to && machine.clock().nanos() == raisedAt) {
            edge = true;
        } else if (!to && !edge) {
            held = false;
            release.cancel();
        }
    }

    private void hold() {
        long nanos = policies.interrupt(machine.current().loop().view(), number);
        if (nanos > 0) {
            held = true;
            edge = false;
            raisedAt = machine.clock().nanos();
            release.arm(raisedAt + nanos);
        }
    }

    private void release() {
        held = false;
        machine.clock().due(raisedAt);
        far.set(true);
        if (!level) {
            far.set(false);
        }
    }
}
