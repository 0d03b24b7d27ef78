package org.jvmx.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jvmx.bus.PortDevice;
import org.jvmx.kvm.KvmBackend;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuState;

/**
 * How long does an IN or OUT of a guest on KVM take, with the exit, the device and the entry, in the machine's whole run loop; and how long in a loop in C that
 * only looks at the exit and answers it? Both run in turn, so that they meet the same host; a figure is the median over rounds, and the ratio the median of
 * the ratios of neighbours, by the clock and in processor time, which a busy host disturbs less. Best pinned to one processor, {@code taskset -c 1}:
 * {@code java --enable-native-access=ALL-UNNAMED -cp CLASSES org.jvmx.bench.KvmRoundTrip [EXITS [ROUNDS]]}.
 */
public final class KvmRoundTrip {
    private static final int PORT = 0x80;
    private static final long CODE = 0x1000;
    private static final byte[] LOOP = {(byte) 0xe4, (byte) PORT, (byte) 0xe6, (byte) PORT, (byte) 0xeb, (byte) 0xfa};
    private static final int WARM_UP_EXITS = 200_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Machine machine;
    private int left;
    private int next;
    private int written;

    private KvmRoundTrip() {
        machine = new Machine(MachineSpec.of(new KvmBackend(), List.of(new MemoryRange(0, 1 << 20))));
        machine.memory().write(CODE, LOOP);
        machine.load(VcpuState.real16(0, CODE));
        machine.ports().map(PORT, 1, new PortDevice() {
            @Override
            public int in(int offset, int size) {
                count();
                return next++;
            }

            @Override
            public void out(int offset, int size, int value) {
                written = value;
                count();
            }
        });
    }

    private void count() {
        if (--left == 0) {
            machine.stop(StopReason.powerOff());
        }
    }

    /** Nanoseconds of a round trip. */
    private record Cost(double time, double work) {
    }

    private Cost run(int exits) {
        left = exits;
        long from = System.nanoTime();
        long worked = THREADS.getCurrentThreadCpuTime();
        StopReason reason = machine.run();
        if (reason.kind() != StopReason.Kind.POWER_OFF || (written + 1 & 0xff) != (next & 0xff)) {
            throw new IllegalStateException(reason.message() + ", " + written + " came back of " + (next - 1));
        }
        double work = (THREADS.getCurrentThreadCpuTime() - worked) / (double) exits;
        return new Cost((System.nanoTime() - from) / (double) exits, work);
    }

    private static Path compile(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("round_trip.c");
        try (InputStream text = KvmRoundTrip.class.getResourceAsStream("round_trip.c")) {
            Files.copy(text, source);
        }
        Path program = folder.resolve("round_trip");
        int code = new ProcessBuilder("gcc", "-O2", "-o", program.toString(), source.toString()).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IOException("gcc fails with " + code);
        }
        return program;
    }

    /** The loop in C, which waits for orders. */
    private record InC(Process process, BufferedReader results, Writer orders) implements AutoCloseable {
        static InC start(Path program) throws IOException {
            Process process = new ProcessBuilder(program.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            return new InC(process, process.inputReader(), process.outputWriter());
        }

        Cost run(int exits) throws IOException {
            orders.write(exits + "\n");
            orders.flush();
            String line = results.readLine();
            if (line == null) {
                throw new IOException("the program in C has ended");
            }
            String[] words = line.split(" ");
            return new Cost(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
        }

        @Override
        public void close() throws IOException {
            orders.close();
            results.close();
        }
    }

    private static double quantile(double[] values, double part) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.round(part * (sorted.length - 1))];
    }

    private static void report(String which, double[] values, String format) {
        System.out.printf("  %-6s median " + format + ", quartiles " + format + " to " + format + ", least " + format + "%n", which,
                quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75), quantile(values, 0));
    }

    private static void compare(KvmRoundTrip ours, InC theirs, int exits, int rounds) throws IOException {
        ours.run(WARM_UP_EXITS);
        theirs.run(WARM_UP_EXITS / 10);
        Cost[] java = new Cost[rounds];
        Cost[] c = new Cost[rounds];
        for (int n = 0; n < rounds; n++) {
            c[n] = theirs.run(exits);
            java[n] = ours.run(exits);
        }
        System.out.printf("round trip of a port access: %d rounds of %d exits each%n", rounds, exits);
        report("by the clock", c, java, Cost::time);
        report("of the processor", c, java, Cost::work);
    }

    private static void report(String which, Cost[] c, Cost[] java, ToDoubleFunction<Cost> kind) {
        double[] inC = Arrays.stream(c).mapToDouble(kind).toArray();
        double[] inJava = Arrays.stream(java).mapToDouble(kind).toArray();
        double[] ratio = IntStream.range(0, c.length).mapToDouble(n -> inJava[n] / inC[n]).toArray();
        System.out.println(which);
        report("C", inC, "%.0f ns");
        report("jvmx", inJava, "%.0f ns");
        report("ratio", ratio, "%.3f");
        System.out.printf("  of the medians %.3f, of the least %.3f%n", quantile(inJava, 0.5) / quantile(inC, 0.5),
                quantile(inJava, 0) / quantile(inC, 0));
    }

    /** Measures, and prints medians, spread and ratio. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        String obstacle = new KvmBackend().obstacle();
        if (obstacle != null) {
            System.out.println("skipped: " + obstacle);
            return;
        }
        int exits = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 300;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_001;
        Path folder = Files.createTempDirectory("jvmx-round-trip");
        KvmRoundTrip ours = new KvmRoundTrip();
        try (InC theirs = InC.start(compile(folder))) {
            compare(ours, theirs, exits, rounds);
        } catch (IOException e) {
            System.out.println("no comparison with C: " + e.getMessage());
            System.out.printf("round trip of a port access: jvmx %.0f ns%n", ours.run(exits).time());
        } finally {
            ours.machine.close();
            for (String name : new String[] {"round_trip", "round_trip.c"}) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.delete(folder);
        }
    }
}
