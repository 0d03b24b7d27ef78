package org.jvmx.tools.hosttrace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jvmx.vm.ExitPath;
import org.jvmx.vmx.ExitReason;

/**
 * The VM exits of a host, read from what {@code perf script} or ftrace printed of {@code kvm:kvm_exit} and {@code kvm:kvm_entry}; the trace points
 * kvm_vcpu_wakeup, kvm_msr, kvm_pio and kvm_userspace_exit say more about an exit where they were traced.
 */
public final class HostTrace {
    /** An exit that the next entry of its thread completes. */
    private static final class Open {
        private final HostEvent event;
        private boolean writes = true;
        private boolean userspace;
        private boolean kernelPort;
        private long waited = -1;

        Open(HostEvent event) {
            this.event = event;
        }
    }

    private final List<HostExit> exits = new ArrayList<>();
    private final Map<Integer, Open> open = new HashMap<>();
    private long lines;
    private long foreign;
    private long unfinished;
    private long pollChanges;
    private boolean userspaceTraced;
    private long first = Long.MAX_VALUE;
    private long last;

    private HostTrace() {
    }

    /**
     * Reads a trace; gzip is unpacked.
     *
     * @throws IOException if it cannot be read
     */
    public static HostTrace read(InputStream in) throws IOException {
        HostTrace trace = new HostTrace();
        in.mark(2);
        boolean packed = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        InputStream text = packed ? new GZIPInputStream(in) : in;
        BufferedReader reader = new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            trace.line(line);
        }
        trace.unfinished = trace.open.size();
        return trace;
    }

    private void line(String line) {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        lines++;
        HostEvent event = HostEvent.of(line);
        if (event == null) {
            foreign++;
            return;
        }
        first = Math.min(first, event.nanos());
        last = Math.max(last, event.nanos());
        Open exit = open.get(event.thread());
        switch (event.name()) {
            case "kvm_exit" -> open.put(event.thread(), new Open(event));
            case "kvm_entry" -> {
                if (exit != null) {
                    close(open.remove(event.thread()), event.nanos());
                }
            }
            case "kvm_halt_poll_ns" -> pollChanges++;
            case "kvm_userspace_exit" -> userspaceTraced = true;
            default -> {} // more about an exit, below
        }
        if (exit != null) {
            detail(exit, event);
        }
    }

    private static void detail(Open exit, HostEvent event) {
        switch (event.name()) {
            case "kvm_userspace_exit" -> exit.userspace = true;
            case "kvm_msr" -> exit.writes = event.text().startsWith("msr_write");
            case "kvm_pio" -> exit.kernelPort = kernelPort(event.after("at"));
            case "kvm_vcpu_wakeup" -> {
                String nanos = event.after("time");
                exit.waited = nanos != null && nanos.matches("\\d{1,18}") ? Long.parseLong(nanos) : -1;
            }
            default -> {} // nothing that is needed
        }
    }

    private static boolean kernelPort(String address) {
        return address != null && address.matches("0x[0-9a-f]{1,4}")
                && ExitPath.ofPort(Integer.parseInt(address.substring(2), 16)) == ExitPath.KERNEL;
    }

    private void close(Open exit, long entered) {
        String name = exit.event.after("reason");
        String spelled = name == null ? "UNKNOWN" : exit.event.text().contains(name + " excp") ? name + " excp" : name;
        ExitReason reason = HostReasons.of(spelled, exit.writes);
        long handled = Math.max(0, entered - exit.event.nanos());
        long waited = reason != ExitReason.HLT ? 0 : exit.waited >= 0 ? exit.waited : handled;
        exits.add(new HostExit(exit.event.thread(), exit.event.nanos(), spelled, reason, path(exit, reason), handled, waited));
    }

    private ExitPath path(Open exit, ExitReason reason) {
        if (exit.userspace) {
            return ExitPath.USER;
        }
        boolean device = reason == ExitReason.IO_INSTRUCTION && !exit.kernelPort || reason == ExitReason.EPT_MISCONFIG;
        return device && !userspaceTraced ? ExitPath.USER : ExitPath.KERNEL;
    }

    /** The exits that were followed by an entry, in the order of these entries. */
    public List<HostExit> exits() {
        return exits;
    }

    /** Lines that are neither empty nor a comment. */
    public long lines() {
        return lines;
    }

    /** Lines among them without a trace point of KVM. */
    public long foreignLines() {
        return foreign;
    }

    /** Exits that no entry follows. */
    public long unfinished() {
        return unfinished;
    }

    /** How often the host changed a polling interval. */
    public long pollChanges() {
        return pollChanges;
    }

    /** From the first event to the last. */
    public long durationNanos() {
        return first > last ? 0 : last - first;
    }
}
