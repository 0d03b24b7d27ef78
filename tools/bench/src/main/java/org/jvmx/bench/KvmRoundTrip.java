package org.jvmx.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jvmx.bus.PortDevice;
import org.jvmx.kvm.KvmBackend;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuState;

/**
 * How long does an OUT of a guest on KVM take, with the exit, the device and the entry, in the machine's whole run loop; and how long in a loop in C that does
 * nothing at all about it? Both run in turn, so that they meet the same host. Run it with:
 * {@code java --enable-native-access=ALL-UNNAMED -cp CLASSES org.jvmx.bench.KvmRoundTrip [EXITS]}.
 */
public final class KvmRoundTrip {
    private static final int PORT = 0x80;
    private static final long CODE = 0x1000;
    private static final byte[] LOOP = {(byte) 0xe6, (byte) PORT, (byte) 0xeb, (byte) 0xfc};
    private static final int ROUNDS = 31;
    private static final int WARM_UP = 6;

    private final Machine machine;
    private int left;

    private KvmRoundTrip() {
        machine = new Machine(MachineSpec.of(new KvmBackend(), List.of(new MemoryRange(0, 1 << 20))));
        machine.memory().write(CODE, LOOP);
        machine.load(VcpuState.real16(0, CODE));
        machine.ports().map(PORT, 1, new PortDevice() {
            @Override
            public int in(int offset, int size) {
                return 0;
            }

            @Override
            public void out(int offset, int size, int value) {
                if (--left == 0) {
                    machine.stop(StopReason.powerOff());
                }
            }
        });
    }

    /** Nanoseconds of a round trip in the JVM. */
    private double run(int exits) {
        left = exits;
        long from = System.nanoTime();
        StopReason reason = machine.run();
        if (reason.kind() != StopReason.Kind.POWER_OFF) {
            throw new IllegalStateException(reason.message());
        }
        return (System.nanoTime() - from) / (double) exits;
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

    private static double runC(Path program, int exits) throws IOException {
        Process process =
                new ProcessBuilder(program.toString(), Integer.toString(exits)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        return Double.parseDouble(new String(process.getInputStream().readAllBytes()).strip());
    }

    private static void report(String which, int exits, double c, double java) {
        System.out.printf("round trip of a port write, %s of %d rounds of %d: C %.0f ns, jvmx %.0f ns, ratio %.3f%n", which, ROUNDS, exits,
                c, java, java / c);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Measures, and prints the medians and their ratio. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        String obstacle = new KvmBackend().obstacle();
        if (obstacle != null) {
            System.out.println("skipped: " + obstacle);
            return;
        }
        int exits = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5_000;
        Path folder = Files.createTempDirectory("jvmx-round-trip");
        KvmRoundTrip ours = new KvmRoundTrip();
        try {
            Path program = compile(folder);
            double[] java = new double[ROUNDS];
            double[] c = new double[ROUNDS];
            for (int n = -WARM_UP; n < ROUNDS; n++) {
                double inC = runC(program, exits);
                double inJava = ours.run(exits);
                if (n >= 0) {
                    c[n] = inC;
                    java[n] = inJava;
                }
            }
            report("median", exits, median(c), median(java));
            report("fastest", exits, Arrays.stream(c).min().orElseThrow(), Arrays.stream(java).min().orElseThrow());
        } catch (IOException e) {
            System.out.println("no comparison with C: " + e.getMessage());
            System.out.printf("round trip of a port write: jvmx %.0f ns%n", ours.run(exits));
        } finally {
            ours.machine.close();
            for (String name : new String[] {"round_trip", "round_trip.c"}) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.delete(folder);
        }
    }
}
