package org.jvmx.tools.doctor;

import java.io.File;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jvmx.error.BackendException;
import org.jvmx.kvm.Capability;
import org.jvmx.kvm.KvmSystem;
import org.jvmx.kvm.Virtualization;
import org.jvmx.tools.doctor.Finding.State;
import org.jvmx.vmx.Backend;

/** The host that this process runs on. */
public final class Host {
    private static final int JDK = 25;
    private static final long MEBIBYTE = 1 << 20;
    private static final long ENOUGH_MEMORY = 1024;

    private final Map<String, String> environment;

    /** This host. */
    public Host() {
        this(System.getenv());
    }

    Host(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Everything, in the order in which it matters. */
    public List<Finding> findings() {
        return List.of(jdk(), flags(), processors(), memory(), backends(), kvm(), cache(), maven(), packages(), terminal());
    }

    private static Finding jdk() {
        int feature = Runtime.version().feature();
        String text = "%s %s (%s) in %s".formatted(System.getProperty("java.vm.name"), Runtime.version(), System.getProperty("os.arch"),
                System.getProperty("java.home"));
        return new Finding("jdk", feature >= JDK ? State.GOOD : State.BAD,
                feature >= JDK ? text : text + ": needs JDK " + JDK + " or newer");
    }

    private static Finding flags() {
        List<String> arguments = ManagementFactory.getRuntimeMXBean().getInputArguments();
        String collectors = ManagementFactory.getGarbageCollectorMXBeans().stream().map(GarbageCollectorMXBean::getName)
                .collect(Collectors.joining(", "));
        boolean slow = arguments.contains("-Xint") || arguments.stream().anyMatch(flag -> flag.startsWith("-XX:TieredStopAtLevel="));
        boolean nativeAccess = arguments.stream().anyMatch(flag -> flag.startsWith("--enable-native-access"));
        String text = "collector %s; native access %s".formatted(collectors, nativeAccess ? "enabled" : "not enabled: start by ./jvmx");
        return new Finding("flags", slow ? State.BAD : State.GOOD,
                slow ? text + "; the JIT compiler is off or limited, guests will crawl" : text);
    }

    private static Finding processors() {
        int count = Runtime.getRuntime().availableProcessors();
        return new Finding("processors", count > 1 ? State.GOOD : State.NOTE,
                count > 1 ? count + " available" : "1 available: the JIT compiler competes with the guest");
    }

    /** The guest's memory is outside of the Java heap, so what the host has free counts. */
    private static Finding memory() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long free = available().orElse(system.getFreeMemorySize() / MEBIBYTE);
        String text = "%d MiB of %d MiB available to guests; Java heap up to %d MiB".formatted(free, system.getTotalMemorySize() / MEBIBYTE,
                Runtime.getRuntime().maxMemory() / MEBIBYTE);
        return new Finding("memory", free >= ENOUGH_MEMORY ? State.GOOD : State.NOTE, text);
    }

    private static Optional<Long> available() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemAvailable:")).map(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Finding backends() {
        String text = Backend.installed().stream()
                .map(backend -> backend.obstacle() == null ? backend.name() : backend.name() + " (" + backend.obstacle() + ")")
                .collect(Collectors.joining(", "));
        return new Finding("backends", text.isEmpty() ? State.BAD : State.GOOD, text.isEmpty() ? "none is installed" : text);
    }

    private static Finding kvm() {
        try (KvmSystem system = KvmSystem.open()) {
            Virtualization virtualization = Virtualization.ofHost();
            String missing = Arrays.stream(Capability.values()).filter(capability -> system.value(capability) == 0)
                    .map(capability -> capability + " (" + capability.meaning() + ")").collect(Collectors.joining(", "));
            String text =
                    "interface version %d, %d memory slots; %s; %s".formatted(system.apiVersion(), system.value(Capability.NR_MEMSLOTS),
                            missing.isEmpty() ? "all %d capabilities that are of use here".formatted(Capability.values().length)
                                    : "without " + missing,
                            virtualization.meaning());
            return new Finding("kvm", virtualization == Virtualization.NONE ? State.NOTE : State.GOOD, text);
        } catch (BackendException e) {
            return new Finding("kvm", State.NOTE, e.getMessage() + " (not needed: the software processor runs everything)");
        }
    }

    private Finding cache() {
        String home = environment.getOrDefault("HOME", "/tmp");
        Path cache = Path.of(environment.getOrDefault("XDG_CACHE_HOME", home + "/.cache")).resolve("jvmx");
        if (!Files.isDirectory(cache)) {
            return new Finding("cache", State.NOTE, cache + " does not exist yet; it is made on first use");
        }
        try (Stream<Path> files = Files.walk(cache)) {
            long bytes = files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
            boolean writable = Files.isWritable(cache);
            return new Finding("cache", writable ? State.GOOD : State.NOTE,
                    "%s, %d MiB%s".formatted(cache, bytes / MEBIBYTE, writable ? "" : ", not writable: every start is a cold one"));
        } catch (IOException e) {
            return new Finding("cache", State.NOTE, "%s cannot be read: %s".formatted(cache, e.getMessage()));
        }
    }

    private Finding maven() {
        return onPath("mvn").map(path -> new Finding("maven", State.GOOD, path.toString()))
                .orElse(new Finding("maven", State.NOTE, "no mvn on the PATH: needed only to build"));
    }

    private Finding packages() {
        return onPath("apt-get").map(path -> new Finding("packages", State.GOOD, path + ": 'jvmx run linux' can fetch its kernel"))
                .orElse(new Finding("packages", State.NOTE, "no apt-get: 'jvmx run linux' needs --kernel and --initrd"));
    }

    private Optional<Path> onPath(String command) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator)).filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, command)).filter(Files::isExecutable).findFirst();
    }

    private Finding terminal() {
        boolean present = System.console() != null && System.console().isTerminal();
        String kind = environment.getOrDefault("TERM", "unknown");
        return new Finding("terminal", present ? State.GOOD : State.NOTE,
                present ? kind + "; Ctrl-A x quits a guest" : "standard input is no terminal: guests get it line by line as it comes");
    }
}
