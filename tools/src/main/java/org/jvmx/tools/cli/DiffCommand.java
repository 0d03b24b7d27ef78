package org.jvmx.tools.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jvmx.error.ConfigException;
import org.jvmx.tools.diff.Lockstep;
import org.jvmx.tools.diff.Peers;
import org.jvmx.tools.pc.PcSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jvmx diff}. */
@Command(name = "diff", description = "Run a guest on our processor and on another implementation, and find the first instruction that they disagree about.", sortOptions = false, footerHeading = "%nExit codes:%n", footer = {
    "  0 no divergence: the guest ended, halted, or the limit was reached; 18 a divergence;",
    "  2 bad usage or input; 10 the other implementation is missing or failed"})
final class DiffCommand implements Callable<Integer> {
    private static final int DIVERGED = 18;

    @Mixin
    private GuestOptions guest;
    @Mixin
    private MachineOptions machine;

    @Option(names = "--against", paramLabel = "PEER", defaultValue = "qemu", description = {
        "qemu (QEMU's TCG, which logs its registers while it runs), qemu-stub (QEMU stepped through its gdb stub: slow, but without",
        "interrupts), or gdb:HOST:PORT (a gdb stub whose guest stands where ours will). Default: ${DEFAULT-VALUE}."})
    private String against;

    @Option(names = "--max-instructions", paramLabel = "N", description = "Compare so many instructions.")
    private Long limit;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "Compare for so long: 30s, 5m...")
    private TimeSpan timeout;

    @Option(names = "--start-at", paramLabel = "ADDR", description = "Run our processor to this linear address first, and start the other one from there.")
    private String startAt;

    @Option(names = "--ignore", paramLabel = "REGISTER", split = ",", description = "Registers that are not compared: rax, cr2, cs.limit, dr6...")
    private List<String> ignored = new ArrayList<>();

    @Option(names = "--last", paramLabel = "N", defaultValue = "16", description = "Instructions to show before a divergence. Default: ${DEFAULT-VALUE}.")
    private int last;

    @Option(names = {"-q", "--quiet"}, description = "Say nothing but the result.")
    private boolean quiet;

    /** For picocli. */
    DiffCommand() {
    }

    @Override
    public Integer call() {
        if (last < 1) {
            throw new ConfigException("--last %d is not possible: give a number of at least 1".formatted(last));
        }
        PcSpec.Builder pc = new GuestSource(guest, quiet).spec();
        machine.apply(pc, 1);
        Lockstep.Options options = new Lockstep.Options(limit == null ? Long.MAX_VALUE : limit, startAt == null ? null : address(),
                Lockstep.registers(ignored), last, timeout == null ? null : timeout.duration());
        Lockstep.Result result = Peers.compare(options, against, pc);
        System.out.print(text(result));
        return switch (result.ending()) {
            case DIVERGED -> DIVERGED;
            case FAILED -> Failures.HOST;
            case ENDED, HALTED, LIMIT -> 0;
        };
    }

    private Long address() {
        try {
            return startAt.startsWith("0x") ? Long.parseUnsignedLong(startAt, 2, startAt.length(), 16) : Long.parseLong(startAt);
        } catch (NumberFormatException e) {
            throw new ConfigException("--start-at '%s' is no address: write it as 0x100000".formatted(startAt), e);
        }
    }

    private String text(Lockstep.Result result) {
        StringBuilder text = new StringBuilder();
        String ending = switch (result.ending()) {
            case DIVERGED -> "DIVERGED after %,d equal instructions: ";
            case FAILED -> "FAILED after %,d equal instructions: ";
            case ENDED, HALTED, LIMIT -> "no divergence in %,d instructions: ";
        };
        text.append(ending.formatted(result.compared())).append(result.text().stripTrailing()).append(System.lineSeparator());
        double seconds = result.nanos() / 1e9;
        text.append("compared with %s: %,d instructions in %.1f s, %,.0f a second%n".formatted(against, result.compared(), seconds,
                result.compared() / Math.max(seconds, 1e-9)));
        for (Map.Entry<String, Long> excuse : result.excused().entrySet()) {
            text.append("  taken over from the other: %s, %,d times%n".formatted(excuse.getKey(), excuse.getValue()));
        }
        return text.toString();
    }
}
