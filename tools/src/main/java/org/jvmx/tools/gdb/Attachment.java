package org.jvmx.tools.gdb;

import java.util.concurrent.atomic.AtomicReference;
import org.jvmx.tools.pc.Pc;
import org.jvmx.vm.Inspector;
import org.jvmx.vm.Machine;
import org.jvmx.vm.StopReason;
import org.jvmx.vmx.DebugFacility;

/**
 * A PC on one side, at most one debugger on the other. What the debugger sends is done on the vCPU's thread, whether the guest runs or not; all
 * methods but those for the connection belong to that thread.
 */
final class Attachment implements Inspector.Listener {
    private static final int SIGNAL_INTERRUPT = 2;
    private static final int SIGNAL_ABORT = 6;
    private static final int SIGNAL_SEGMENT = 11;

    private final Pc pc;
    private final AtomicReference<Connection> client = new AtomicReference<>();
    private final Breakpoints breakpoints = new Breakpoints();
    private boolean await;
    private Machine machine;
    private Inspector inspector;
    private Session session;

    /**
     * Before the PC runs.
     *
     * @param await whether the guest stands before its first instruction until a debugger lets it go
     */
    Attachment(Pc pc, boolean await) {
        this.pc = pc;
        this.await = await;
        pc.eachMachine(this::take);
    }

    /** A machine that is about to run; after a reboot, the next one. */
    private void take(Machine next) {
        machine = next;
        inspector = next.inspect(this);
        breakpoints.use(inspector.facilities());
        next.inputOpened();
        if (await) {
            await = false;
            inspector.hold();
        }
        if (session != null) {
            session.use(next, inspector);
        }
    }

    // --- for the connection, on its thread

    /** A debugger came; false if there is one already. It finds the guest held. */
    boolean connect(Connection connection) {
        if (!client.compareAndSet(null, connection)) {
            return false;
        }
        pc.post(() -> {
            session = new Session(pc, connection, breakpoints);
            session.use(machine, inspector);
            inspector.hold();
        });
        return true;
    }

    /** A debugger went without a word. */
    void disconnect(Connection connection) {
        if (client.get() == connection) {
            pc.post(() -> leave(connection));
        }
    }

    void packet(Connection connection, String data) {
        pc.post(() -> {
            if (client.get() == connection && session != null && !session.handle(data)) {
                leave(connection);
            }
        });
    }

    void interrupt(Connection connection) {
        pc.post(() -> {
            if (client.get() == connection && session != null && session.waits()) {
                inspector.hold();
            }
        });
    }

    // --- on the vCPU's thread

    private void leave(Connection connection) {
        if (client.compareAndSet(connection, null)) {
            session = null;
            breakpoints.clear();
            inspector.resume(false);
            connection.close();
        }
    }

    @Override
    public void stopped(DebugFacility.Stop stop, long address) {
        if (session != null && session.waits()) {
            session.stopped(stop == null ? session.signal(SIGNAL_INTERRUPT) : session.reply(stop, address));
        }
    }

    /** A guest that died is worth a look. */
    @Override
    public boolean inspects(StopReason reason) {
        int signal = switch (reason.kind()) {
            case TRIPLE_FAULT, ENTRY_FAILURE -> SIGNAL_SEGMENT;
            case PANIC, HALTED_FOREVER -> SIGNAL_ABORT;
            default -> 0;
        };
        if (signal == 0 || session == null || !session.waits()) {
            return false;
        }
        session.say("jvmx: " + reason.message() + System.lineSeparator());
        session.stopped(session.signal(signal));
        return true;
    }

    @Override
    public void ended(StopReason reason) {
        if (session != null && session.waits() && !(pc.spec().reboot() && reason.kind() == StopReason.Kind.RESET)) {
            session.stopped(StopReply.exit(reason.exitCode()));
        }
    }
}
