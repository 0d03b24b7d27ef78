package org.jvmx.tools.diff;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jvmx.error.BackendException;
import org.jvmx.tools.pc.OptionalDevice;
import org.jvmx.vm.Machine;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.CpuidTable;
import org.jvmx.vmx.DebugFacility;

/**
 * QEMU's own translator (TCG) as the peer. The guest's memory and registers are brought there from our machine, so that no firmware runs; then QEMU either
 * runs by itself and logs its registers before each instruction, which is fast and includes interrupts, or is stepped through its gdb stub, which is slow and
 * takes none.
 */
final class Qemu implements Peer {
    /** The program that is looked for on the path. */
    static final String PROGRAM = "qemu-system-x86_64";

    private static final int TRIES = 100;
    private static final int TRY_MILLIS = 50;

    /** What QEMU 7.2's {@code max} offers that we may not, or may be told not to: its name, CPUID leaf, register (0 to 3: EAX to EDX) and bit. */
    private record Feature(String name, int leaf, int register, int bit) {
    }

    private static final List<Feature> FEATURES = List.of(
            new Feature("avx", 1, 2, 28), new Feature("f16c", 1, 2, 29), new Feature("fma", 1, 2, 12), new Feature("pcid", 1, 2, 17),
            new Feature("xsave", 1, 2, 26), new Feature("x2apic", 1, 2, 21), new Feature("rdrand", 1, 2, 30), new Feature("vme", 1, 3, 1),
            new Feature("tsc-deadline", 1, 2, 24), new Feature("monitor", 1, 2, 3), new Feature("ds", 1, 3, 21),
            new Feature("ht", 1, 3, 28),
            new Feature("acpi", 1, 3, 22), new Feature("avx2", 7, 1, 5), new Feature("rtm", 7, 1, 11), new Feature("hle", 7, 1, 4),
            new Feature("mpx", 7, 1, 14), new Feature("pcommit", 7, 1, 22), new Feature("smap", 7, 1, 20), new Feature("smep", 7, 1, 7),
            new Feature("invpcid", 7, 1, 10), new Feature("rdseed", 7, 1, 18), new Feature("sha-ni", 7, 1, 29),
            new Feature("umip", 7, 2, 2),
            new Feature("fsgsbase", 7, 1, 0), new Feature("erms", 7, 1, 9), new Feature("adx", 7, 1, 19), new Feature("bmi1", 7, 1, 3),
            new Feature("bmi2", 7, 1, 8), new Feature("clwb", 7, 1, 24), new Feature("clflushopt", 7, 1, 23), new Feature("pku", 7, 2, 3),
            new Feature("la57", 7, 2, 16), new Feature("vaes", 7, 2, 9), new Feature("vpclmulqdq", 7, 2, 10),
            new Feature("rdpid", 7, 2, 22),
            new Feature("pks", 7, 2, 31), new Feature("fsrm", 7, 3, 4), new Feature("svm", 0x8000_0001, 2, 2),
            new Feature("cr8legacy", 0x8000_0001, 2, 4), new Feature("abm", 0x8000_0001, 2, 5), new Feature("sse4a", 0x8000_0001, 2, 6),
            new Feature("3dnowprefetch", 0x8000_0001, 2, 8), new Feature("mmxext", 0x8000_0001, 3, 22),
            new Feature("3dnowext", 0x8000_0001, 3, 30), new Feature("3dnow", 0x8000_0001, 3, 31),
            new Feature("fxsr-opt", 0x8000_0001, 3, 25), new Feature("pdpe1gb", 0x8000_0001, 3, 26));

    private final boolean logged;
    private final Set<OptionalDevice> devices;
    private final long memory;
    private Process process;
    private GdbClient client;
    private QemuLog log;
    private StubPeer stub;

    /**
     * A QEMU to come.
     *
     * @param logged whether it runs by itself and logs
     */
    Qemu(boolean logged, long memory, Set<OptionalDevice> devices) {
        this.logged = logged;
        this.memory = memory;
        this.devices = devices;
    }

    @Override
    public String name() {
        return "qemu";
    }

    @Override
    public void start(Machine machine, DebugFacility facility) {
        int port = freePort();
        launch(port, machine.vcpus().getFirst().cpuid());
        client = connect(port);
        client.greet();
        new QemuTransfer(client, machine, facility).run();
        if (logged) {
            log = new QemuLog(process.getInputStream(), process::isAlive);
            client.ask("qRcmd," + HexFormat.of().formatHex("log cpu,fpu,int,nochain".getBytes(StandardCharsets.US_ASCII)));
            client.send("c");
        } else {
            stub = new StubPeer(name(), client, true);
        }
    }

    private void launch(int port, CpuidTable cpuid) {
        List<String> command = new ArrayList<>(List.of(PROGRAM, "-accel", "tcg", "-machine", "pc,hpet=off", "-cpu", model(cpuid),
                "-m", memory / 1024 + "K", "-nodefaults", "-display", "none", "-vga", "none", "-no-reboot", "-S",
                "-gdb", "tcp:127.0.0.1:" + port, "-device", "isa-debug-exit,iobase=0xf4,iosize=4"));
        if (devices.contains(OptionalDevice.PC_TESTDEV)) {
            command.addAll(List.of("-device", "pc-testdev"));
        }
        if (logged) {
            command.addAll(List.of("-singlestep", "-D", "/dev/stdout", "-icount", "shift=0,sleep=off"));
        }
        try {
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            throw new BackendException("%s is not to be found: install QEMU (Debian: apt-get install qemu-system-x86)"
                    .formatted(PROGRAM), e);
        }
    }

    /** A model that offers nothing that our guest does not see with us. */
    private static String model(CpuidTable cpuid) {
        StringBuilder model = new StringBuilder("max,vendor=GenuineIntel,family=6,model=143,stepping=8");
        Access answer = new Access();
        for (Feature feature : FEATURES) {
            cpuid.answer(feature.leaf(), 0, answer);
            int word = switch (feature.register()) {
                case 0 -> answer.eax();
                case 1 -> answer.ebx();
                case 2 -> answer.ecx();
                default -> answer.edx();
            };
            model.append((word >> feature.bit() & 1) == 0 ? ",-" + feature.name() : "");
        }
        return model.toString();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new BackendException("no port for QEMU's gdb stub is to be had: " + e.getMessage(), e);
        }
    }

    private GdbClient connect(int port) {
        IOException last = null;
        for (int n = 0; n < TRIES && process.isAlive(); n++) {
            try {
                return new GdbClient("127.0.0.1", port);
            } catch (IOException e) {
                last = e;
                pause();
            }
        }
        throw new BackendException("QEMU's gdb stub does not answer" + (process.isAlive() ? "" : ": QEMU has ended"), last);
    }

    private static void pause() {
        try {
            Thread.sleep(TRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while waiting for QEMU", e);
        }
    }

    @Override
    public boolean advance(ProcessorState state) {
        return logged ? log.next(state) : stub.advance(state);
    }

    @Override
    public int interrupt() {
        return logged ? log.interrupt() : -1;
    }

    @Override
    public boolean pushesResumeFlag() {
        return false;
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
        if (process != null) {
            process.destroyForcibly();
            try {
                process.waitFor(2, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
