package org.jvmx.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jvmx.error.JvmxException;
import org.jvmx.policy.Policies;
import org.jvmx.tools.pc.Pc;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicySwap;

/** Looks for policies whose source has changed, and puts the new ones in the place of the old ones. */
final class PolicyWatch implements AutoCloseable {
    private static final long LOOK_MILLIS = 200;

    private final Pc pc;
    private final Consumer<String> told;
    private final Consumer<PolicySwap> swapped;
    private final List<Source> sources = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);

    /** A file, what it held when it was looked at, and the name of the policy that was made of it. */
    private static final class Source {
        final String text;
        final Path file;
        byte[] content;
        String name;

        Source(PolicyArguments.Opened opened) {
            text = opened.text();
            file = Path.of(Policies.nameOf(text));
            content = read(file);
            name = opened.policy().name();
        }
    }

    private PolicyWatch(Pc pc, List<PolicyArguments.Opened> opened, Consumer<String> told, Consumer<PolicySwap> swapped) {
        this.pc = pc;
        this.told = told;
        this.swapped = swapped;
        opened.stream().filter(PolicyArguments.Opened::isSource).forEach(one -> sources.add(new Source(one)));
    }

    /**
     * Begins to watch.
     *
     * @param told hears of what was done, or why it was not
     * @param swapped hears of each policy that took over, on the vCPU's thread
     */
    static PolicyWatch begin(Pc pc, List<PolicyArguments.Opened> opened, Consumer<String> told, Consumer<PolicySwap> swapped) {
        PolicyWatch watch = new PolicyWatch(pc, opened, told, swapped);
        Thread.ofPlatform().daemon().name("policy watch").start(watch::run);
        return watch;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException _) {
            return new byte[0]; // an editor may be replacing it
        }
    }

    private void run() {
        try {
            while (!over.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                sources.forEach(this::look);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Source source) {
        byte[] now = read(source.file);
        if (now.length == 0 || Arrays.equals(now, source.content)) {
            return;
        }
        source.content = now;
        try {
            ExitPolicy fresh = Policies.standard().open(source.text);
            pc.post(() -> swap(source, fresh));
        } catch (JvmxException e) {
            told.accept(e.getMessage() + System.lineSeparator() + "jvmx: going on with the policy as it was");
        }
    }

    private void swap(Source source, ExitPolicy fresh) {
        try {
            pc.machine().swap(source.name, fresh);
            source.name = fresh.name();
            PolicySwap swap = pc.machine().swaps().getLast();
            told.accept("policy %s took over from %s after %,d VM exits, at %,d ns".formatted(swap.fresh(), swap.old(), swap.exits(),
                    swap.nanos()));
            swapped.accept(swap);
        } catch (JvmxException e) {
            told.accept(e.getMessage());
        }
    }

    @Override
    public void close() {
        over.countDown();
    }
}
