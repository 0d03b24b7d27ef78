package org.jvmx.oracle;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jvmx.isa.Feature;

/** This machine's processor, through a helper process that is compiled when the tests run. */
final class Silicon implements AutoCloseable {
    /** The most cases in one go. */
    static final int BATCH = 2048;

    private static final int HEADER = 0x1000;
    private static final Path SOURCE = Path.of("src/test/c/oracle.c");
    private static final Path TARGET = Path.of("target/oracle");

    private final Arena arena = Arena.ofShared();
    private final Process process;
    private final MemorySegment shared;
    private final Thread watch;
    private volatile long due = Long.MAX_VALUE;

    /** Thrown where this machine cannot be the oracle; the message says why. */
    static final class Absent extends Exception {
        private static final long serialVersionUID = 1;

        Absent(String reason) {
            super(reason);
        }
    }

    Silicon() throws IOException, InterruptedException, Absent {
        compile(SOURCE, TARGET.resolve("oracle"));
        Path file = Files.createTempFile(TARGET, "cases", "");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            shared = channel.map(FileChannel.MapMode.READ_WRITE, 0, HEADER + (long) BATCH * Case.SIZE, arena);
        }
        process = new ProcessBuilder(TARGET.resolve("oracle").toString(), file.toString()).redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        ask(0);
        if (!answered()) {
            throw new Absent(
                    process.waitFor() == 2 ? "the kernel does not enable FSGSBASE and XSAVE"
                            : "the helper process ends with " + process.exitValue());
        }
        Files.delete(file);
        watch = Thread.ofPlatform().daemon().start(this::watch);
    }

    /** Compiles a helper program, where this is a machine that it can run on. */
    static void compile(Path source, Path program) throws IOException, InterruptedException, Absent {
        if (!System.getProperty("os.name").equals("Linux") || !System.getProperty("os.arch").equals("amd64")) {
            throw new Absent("not x86-64 Linux");
        }
        Files.createDirectories(TARGET);
        List<String> command = List.of("gcc", "-O2", "-fno-stack-protector", "-fcf-protection=none", "-mfsgsbase", "-o", program.toString(),
                source.toString());
        Process compiler;
        try {
            compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException _) {
            throw new Absent("no gcc");
        }
        String output = new String(compiler.getInputStream().readAllBytes());
        if (compiler.waitFor() != 0) {
            throw new Absent("gcc fails: " + output.strip());
        }
    }

    /** The cases that {@link #start} runs, and after it their outcomes. */
    MemorySegment cases() {
        return shared.asSlice(HEADER);
    }

    /** Starts to run the first {@code count} cases. */
    void start(int count) throws IOException {
        due = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        ask(count);
    }

    private void ask(int count) throws IOException {
        shared.set(ValueLayout.JAVA_INT, 0, count);
        process.getOutputStream().write(1);
        process.getOutputStream().flush();
    }

    /** Waits for the end. */
    void await() throws IOException {
        boolean done = answered();
        due = Long.MAX_VALUE;
        if (!done) {
            throw new IOException("the helper process died or hung at case " + running());
        }
    }

    private boolean answered() throws IOException {
        return process.getInputStream().read() == 1;
    }

    /** The case that runs now, or ran last. */
    int running() {
        return shared.get(ValueLayout.JAVA_INT, 4);
    }

    private void watch() {
        while (process.isAlive()) {
            if (System.nanoTime() - due > 0 && due != Long.MAX_VALUE) {
                process.destroyForcibly();
            }
            try {
                Thread.sleep(500);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    @Override
    public void close() {
        watch.interrupt();
        process.destroyForcibly();
        arena.close();
    }

    // --- what this processor is

    /** Vendor, name and stepping. */
    static String name() throws IOException {
        return "%s, %s, family %s model %s stepping %s".formatted(line("vendor_id"), line("model name"), line("cpu family"), line("model"),
                line("stepping"));
    }

    static boolean intel() throws IOException {
        return line("vendor_id").equals("GenuineIntel");
    }

    /** What the kernel says of the processor's features. */
    static Set<String> flags() throws IOException {
        return new HashSet<>(Arrays.asList(line("flags").split(" ")));
    }

    /** The kernel's name of a feature. */
    static String flag(Feature feature) {
        return switch (feature) {
            case CLFSH -> "clflush";
            case SSE3 -> "pni";
            case SSE41 -> "sse4_1";
            case SSE42 -> "sse4_2";
            case SHA -> "sha_ni";
            case LAHF64 -> "lahf_lm";
            case LZCNT -> "abm";
            case PREFETCHW -> "3dnowprefetch";
            default -> feature.name().toLowerCase(Locale.ROOT);
        };
    }

    private static String line(String key) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(text -> text.matches(key + "\\s*:.*")).map(text -> text.substring(text.indexOf(':') + 1).strip())
                    .findFirst().orElse("?");
        }
    }
}
