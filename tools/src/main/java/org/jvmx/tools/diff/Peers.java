package org.jvmx.tools.diff;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.tools.server.Address;

/** The other implementations that there are. */
public final class Peers {
    private static final String STUB = "gdb:";

    private Peers() {
    }

    /**
     * Runs a guest against one of them: {@code qemu}, {@code qemu-stub} or {@code gdb:HOST:PORT}.
     *
     * @throws org.jvmx.error.JvmxException if there is none of that name, or the guest cannot be loaded
     */
    public static Lockstep.Result compare(Lockstep.Options options, String name, PcSpec.Builder guest) {
        PcSpec spec = guest.build();
        if (spec.cpus() != 1 || !spec.backend().countsInstructions()) {
            throw new ConfigException("what is compared is one processor of the software backend: leave --cpus and --backend out");
        }
        try (Peer peer = open(name, spec)) {
            return new Lockstep(options, peer).run(guest);
        }
    }

    /** Whether the program of a peer that is started by us is on the path. */
    static boolean installed(String name) {
        String program = name.startsWith("qemu") ? Qemu.PROGRAM : name;
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private static Peer open(String name, PcSpec spec) {
        if (name.startsWith(STUB)) {
            return stub(Address.parse(name.substring(STUB.length())));
        }
        return switch (name) {
            case "qemu" -> new Qemu(true, spec.memory(), spec.devices());
            case "qemu-stub" -> new Qemu(false, spec.memory(), spec.devices());
            default -> throw new ConfigException("--against '%s' is not known: use qemu, qemu-stub or gdb:HOST:PORT".formatted(name));
        };
    }

    private static Peer stub(Address address) {
        try {
            GdbClient client = new GdbClient(address.host(), address.port());
            client.greet();
            return new StubPeer(STUB + address, client, false);
        } catch (IOException e) {
            throw new BackendException("no gdb stub answers at %s: %s".formatted(address, e.getMessage()), e);
        }
    }
}
