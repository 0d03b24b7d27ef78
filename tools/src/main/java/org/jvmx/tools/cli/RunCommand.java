package org.jvmx.tools.cli;

import java.util.concurrent.Callable;
import org.jvmx.tools.pc.PcSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jvmx run}. */
@Command(name = "run", description = "Run a guest.", sortOptions = false, footerHeading = "%nExit codes:%n", footer = {
    "  0 the guest powered off; odd: (v << 1) | 1 for v written to the debug-exit port 0xf4;",
    "  2 bad usage or input; 4 triple fault; 6 failed VM entry; 8 the guest panicked; 10 JVMX or its host failed;",
    "  12 the guest halted for good; 14 the guest reset itself; 124 a limit was reached; 130 interrupted"})
final class RunCommand implements Callable<Integer> {
    @Mixin
    private GuestOptions guest;
    @Mixin
    private MachineOptions machine;
    @Mixin
    private PolicyArguments policies;
    @Mixin
    private CostOptions costs;
    @Mixin
    private ConsoleOptions console;
    @Mixin
    private LimitOptions limits;
    @Mixin
    private ReportOptions report;
    @Mixin
    private LaterOptions later;

    /** For picocli. */
    RunCommand() {
    }

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return session().run();
    }

    /** What was asked for, ready to run. */
    Session session() {
        later.check();
        GuestSource source = new GuestSource(guest, report.quiet);
        PcSpec.Builder pc = source.spec();
        boolean free = console.serial == null && console.display.equals("none");
        console.serial = free && source.served() ? SerialChoice.REQUESTS : console.serial;
        machine.apply(pc, source.cpus());
        policies.apply(pc);
        if (costs.cost != null) {
            pc.cost(costs.model(costs.cost));
        }
        limits.apply(pc);
        return new Session(pc, policies, costs, console, limits, report, Artefact.words(spec.commandLine().getParseResult()));
    }
}
