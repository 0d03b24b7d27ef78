package org.jvmx.tools.suite;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jvmx.loader.Format;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.tools.pc.OptionalDevice;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.tools.pc.SerialPeer;
import org.jvmx.vm.StopReason;

/** One test on a PC of its own in this process, with the device that all machines of kvm-unit-tests have. */
final class UnitTestRun {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final UnitTest test;
    private final Path tree;
    private final String environment;

    /** A run to come; {@code environment} is what the test is told, as {@code NAME=VALUE} words. */
    UnitTestRun(UnitTest test, Path tree, String environment) {
        this.test = test;
        this.tree = tree;
        this.environment = environment.isEmpty() ? "" : environment.replace(' ', '\n') + "\n";
    }

    /** Runs it to its end or its timeout. */
    Result run() {
        GuestImage image = GuestImage.detect(tree.resolve("x86").resolve(test.file()), Format.AUTO);
        PcSpec spec = PcSpec.of(image).append(test.arguments()).model(test.model()).memory(test.memory()).cpus(test.cpus()).device(OptionalDevice.PC_TESTDEV)
                .initrd(environment.getBytes(StandardCharsets.UTF_8)).serial(SerialPeer.to(output)).build();
        try (Pc pc = new Pc(spec); ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor()) {
            StopReason late = StopReason.of(StopReason.Kind.LIMIT, "the test's time is over");
            ScheduledFuture<?> timeout = watch.schedule(() -> pc.stop(late), test.timeout().toMillis(), TimeUnit.MILLISECONDS);
            Outcome outcome = pc.run();
            timeout.cancel(false);
            if (!outcome.reason().report().isEmpty()) {
                output.writeBytes(("\n" + outcome.reason().message() + "\n" + outcome.reason().report()).getBytes(StandardCharsets.UTF_8));
            }
            return Result.of(output(), outcome.reason(), outcome.wallNanos() / 1_000_000);
        }
    }

    /** What the test printed, and what is known about a bad end. */
    String output() {
        return output.toString(StandardCharsets.ISO_8859_1);
    }
}
