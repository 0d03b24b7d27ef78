package org.jvmx.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jvmx.error.BackendException;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.vm.StopReason;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/** What is said on standard error about a run that is over. */
final class RunReport {
    private static final double NANOS = 1e9;
    private static final Set<StopReason.Kind> HARMLESS = EnumSet.of(StopReason.Kind.POWER_OFF, StopReason.Kind.DEBUG_EXIT,
            StopReason.Kind.RESET, StopReason.Kind.INTERRUPTED);

    private final ReportOptions options;

    RunReport(ReportOptions options) {
        this.options = options;
    }

    /** The end of the run in words, and what is known about it; with the last screen unless it is on the terminal. */
    void end(Outcome outcome, boolean screenShown) {
        StopReason reason = outcome.reason();
        boolean harmless = HARMLESS.contains(reason.kind());
        if (options.quiet && harmless) {
            return;
        }
        System.err.println("jvmx: " + reason.message());
        if (!harmless) {
            System.err.print(reason.report());
            screen(screenShown ? List.of() : outcome.screen());
        }
        if (!options.quiet) {
            System.err.println(String.format(Locale.ROOT, "jvmx: %,d instructions, %,d VM exits, %.3f s virtual, %.3f s wall (%.1f MIPS)",
                    outcome.instructions(), outcome.exitCount(), outcome.virtualNanos() / NANOS, outcome.wallNanos() / NANOS,
                    outcome.instructions() / (outcome.wallNanos() / 1000.0)));
        }
    }

    private static void screen(List<String> lines) {
        if (!lines.isEmpty()) {
            System.err.println("the text screen:");
            lines.forEach(line -> System.err.println("  | " + line));
        }
    }

    /** The table of exits, to where {@code --stat} says. */
    void statistics(String table) {
        if (options.statistics.isEmpty()) {
            System.err.print(table);
            return;
        }
        try {
            Files.writeString(Path.of(options.statistics), table);
        } catch (IOException e) {
            throw new BackendException("--stat=%s cannot be written: %s".formatted(options.statistics, e.getMessage()), e);
        }
    }

    /** The fields of the VMCS that are not zero. */
    static void vmcs(Vmx vmx) {
        System.err.println("the VMCS after the run (fields that are not zero):");
        for (VmcsField field : VmcsField.values()) {
            if (vmx.vmread(field) == Vmx.SUCCEED && vmx.value() != 0) {
                System.err.println(String.format(Locale.ROOT, "  %-36s 0x%x", field, vmx.value()));
            }
        }
    }
}
