package org.jvmx.tools.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jvmx.error.BackendException;
import org.jvmx.trace.ExitTrace;
import org.jvmx.trace.TraceHeader;
import org.jvmx.vm.ExitObserver;
import org.jvmx.vm.PolicySwap;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/** An exit trace that ends the run in order when its file cannot be written any more. */
final class GuardedTrace implements ExitObserver {
    private final Path file;
    private final ExitTrace trace;
    private final Consumer<String> failed;
    private boolean broken;

    /** Begins the trace; {@code failed} is told once why it cannot go on. */
    GuardedTrace(Path file, TraceHeader header, Consumer<String> failed) {
        this.file = file;
        this.failed = failed;
        try {
            trace = new ExitTrace(file, header);
        } catch (IOException e) {
            throw new BackendException(message(e), e);
        }
    }

    private String message(IOException e) {
        return "the exit trace %s cannot be written: %s; free some space or name another file".formatted(file, e.getMessage());
    }

    @Override
    public void exited(int vcpu, long nanos, long rip, Exit exit) {
        if (!broken) {
            try {
                trace.exited(vcpu, nanos, rip, exit);
            } catch (UncheckedIOException e) {
                broken = true;
                failed.accept(message(e.getCause()));
            }
        }
    }

    @Override
    public void handled(int vcpu, ExitReason reason, long fromNanos, long toNanos) {
        trace.handled(vcpu, reason, fromNanos, toNanos);
    }

    /** For the footer. */
    void swapped(PolicySwap swap) {
        trace.swapped(swap);
    }

    /** Writes the rest; null, or why that is impossible. */
    String finish() {
        try {
            trace.close();
            return null;
        } catch (IOException e) {
            return message(e);
        }
    }

    String hash() {
        return trace.summary().traceHash();
    }
}
