package org.jvmx.devices.apic;

import java.util.Arrays;
import org.jvmx.bus.IrqLine;

/** Carries interrupt messages to the local APICs that they are for, and EOI messages back to the I/O APICs. APICs attach themselves. */
public final class ApicBus {
    /** The physical destination of all. */
    static final int BROADCAST = -1;

    /** Local APICs that are not on the bus: the host's. */
    @FunctionalInterface
    public interface Messages {
        /** Takes the message of an I/O APIC's input to {@code destination}, FFH being all. */
        void send(int input, int destination, boolean logical, int mode, int vector, boolean level);
    }

    private final Messages remote;
    private LocalApic[] locals = {};
    private IoApic[] ios = {};

    /** A bus with nobody on it. */
    public ApicBus() {
        this(null);
    }

    /** A bus of I/O APICs whose messages go to {@code remote} local APICs. */
    public ApicBus(Messages remote) {
        this.remote = remote;
    }

    /** The line to the LINT0 pin of the bootstrap processor's local APIC, which the 8259A pair drives. */
    public IrqLine lint0() {
        return level -> {
            for (LocalApic local : locals) {
                if (local.isBootstrap()) {
                    local.lint0(level);
                }
            }
        };
    }

    /** The line to the LINT1 pins of all local APICs: the platform's non-maskable interrupt. */
    public IrqLine lint1() {
        return level -> {
            for (LocalApic local : locals) {
                local.lint1(level);
            }
        };
    }

    void attach(LocalApic local) {
        locals = Arrays.copyOf(locals, locals.length + 1);
        locals[locals.length - 1] = local;
    }

    void attach(IoApic io) {
        ios = Arrays.copyOf(ios, ios.length + 1);
        ios[ios.length - 1] = io;
    }

    /** Sends the message of an I/O APIC's input to a destination; false if nobody took it. */
    boolean send(int input, int destination, boolean logical, int mode, int vector, boolean level) {
        if (remote != null) {
            remote.send(input, destination & 0xff, logical, mode, vector, level);
            return true;
        }
        return send(destination, logical, mode, vector, level);
    }

    /** Sends a message to a destination; false if nobody took it. */
    boolean send(int destination, boolean logical, int mode, int vector, boolean level) {
        if (mode == DeliveryMode.LOWEST_PRIORITY) {
            LocalApic lowest = lowestPriority(destination, logical);
            return lowest != null && lowest.accept(DeliveryMode.FIXED, vector, level);
        }
        boolean taken = false;
        for (LocalApic local : locals) {
            taken |= local.isDestination(destination, logical) && local.accept(mode, vector, level);
        }
        return taken;
    }

    /** Sends a message to all but {@code sender}. */
    void sendToOthers(LocalApic sender, int mode, int vector) {
        for (LocalApic local : locals) {
            if (local != sender && local.enabled()) {
                local.accept(mode, vector, false);
            }
        }
    }

    /** A level-triggered interrupt with this vector was served. */
    public void endOfInterrupt(int vector) {
        for (IoApic io : ios) {
            io.endOfInterrupt(vector);
        }
    }

    /** The arbitration for the lowest-priority mode; the first of equals wins. */
    private LocalApic lowestPriority(int destination, boolean logical) {
        LocalApic best = null;
        for (LocalApic local : locals) {
            boolean candidate = local.isDestination(destination, logical) && local.softwareEnabled();
            if (candidate && (best == null || local.arbitrationPriority() < best.arbitrationPriority())) {
                best = local;
            }
        }
        return best;
    }
}
