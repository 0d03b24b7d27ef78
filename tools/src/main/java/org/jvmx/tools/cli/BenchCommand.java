package org.jvmx.tools.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jvmx.error.ConfigException;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.tools.guests.BundledGuest;
import org.jvmx.tools.guests.BundledGuests;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.tools.pc.Requests;
import org.jvmx.vm.StopReason;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvmx bench}. */
@Command(name = "bench", description = "Measure on this host how fast the canned guests run: wall time, without policies, without a trace.", sortOptions = false)
final class BenchCommand implements Callable<Integer> {
    private static final double MICROS = 1e3;
    private static final double MILLIS = 1e6;
    private static final double SECONDS = 1e9;

    @Parameters(paramLabel = "GUEST", arity = "0..*", description = "Only these.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--runs", paramLabel = "N", defaultValue = "5", description = "Runs of each guest after one to warm up; the fastest counts. Default: ${DEFAULT-VALUE}.")
    private int runs;

    /** For picocli. */
    BenchCommand() {
    }

    @Override
    public Integer call() {
        if (runs < 1) {
            throw new ConfigException("--runs %d is not possible: give a number of at least 1".formatted(runs));
        }
        List<BundledGuest> guests = only.isEmpty() ? BundledGuests.canned() : only.stream().map(BenchCommand::named).toList();
        System.out.print("measured on this host, wall time, the fastest of %d; other machines differ\n".formatted(runs));
        System.out.print(form("%-14s %12s %10s %10s %10s %12s\n", "guest", "instructions", "exits", "wall ms", "MIPS", "exits/s"));
        for (BundledGuest guest : guests) {
            Outcome best = run(guest);
            for (int n = 0; n < runs; n++) {
                Outcome next = run(guest);
                best = next.wallNanos() < best.wallNanos() ? next : best;
            }
            System.out.print(form("%-14s %,12d %,10d %10.2f %10.1f %,12.0f\n", guest.name(), best.instructions(), best.exitCount(),
                    best.wallNanos() / MILLIS, best.instructions() / (best.wallNanos() / MICROS),
                    best.exitCount() / (best.wallNanos() / SECONDS)));
        }
        return 0;
    }

    private static BundledGuest named(String name) {
        return BundledGuests.canned().stream().filter(guest -> guest.name().equals(name)).findFirst()
                .orElseThrow(() -> new ConfigException("there is no canned guest '%s': there are %s".formatted(name,
                        String.join(", ", BundledGuests.canned().stream().map(BundledGuest::name).toList()))));
    }

    private static Outcome run(BundledGuest guest) {
        PcSpec.Builder pc = PcSpec.of(GuestImage.detect(guest.name(), guest.image(), guest.format())).seed(1).cpus(guest.cpus());
        if (guest.served()) {
            pc.serial(new Requests(1));
        }
        try (Pc machine = new Pc(pc.build())) {
            Outcome outcome = machine.run();
            if (outcome.reason().kind() != StopReason.Kind.POWER_OFF) {
                throw new ConfigException("guest %s did not power off: %s".formatted(guest.name(), outcome.reason().message()));
            }
            return outcome;
        }
    }

    private static String form(String text, Object... arguments) {
        return String.format(Locale.ROOT, text, arguments);
    }
}
