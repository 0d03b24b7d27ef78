package org.jvmx.tools.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jvmx.error.ConfigException;
import org.jvmx.tools.pc.OptionalDevice;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.Irqchip;
import picocli.CommandLine.Option;

/** What it runs on. */
final class MachineOptions {
    @Option(names = {"-m",
        "--memory"}, paramLabel = "SIZE", defaultValue = "256M", description = "RAM: 256M, 1G, 64k... Default: ${DEFAULT-VALUE}.")
    ByteSize memory;

    @Option(names = {"-c", "--cpus", "-smp"}, paramLabel = "N", description = "Processors, 1 to " + MachineSpec.MAX_CPUS
            + ". Default: as many as a bundled guest needs, or 1.")
    Integer cpus;

    @Option(names = "--parallel", description = "A thread for each processor, on the host's clock: no run is like another.")
    boolean parallel;

    @Option(names = "--quantum", paramLabel = "N", defaultValue = ""
            + MachineSpec.DEFAULT_QUANTUM, description = "Instructions of a processor's turn, where there are several. Default: ${DEFAULT-VALUE}.")
    long quantum;

    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "software", description = "software, kvm, or auto (kvm where it is faster). Default: ${DEFAULT-VALUE}.")
    String backend;

    @Option(names = "--irqchip", paramLabel = "PLACE", defaultValue = "user", description = "Where interrupt controllers are: user (all are devices of JVMX), kernel (all in the host's kernel), split (local APICs there). The last two on kvm only. Default: ${DEFAULT-VALUE}.")
    String irqchip;

    @Option(names = {"--cpu",
        "-cpu"}, paramLabel = "MODEL[,+FEATURE,-FEATURE]", defaultValue = Backend.DEFAULT_MODEL, description = "The processor model. Default: ${DEFAULT-VALUE}.")
    String model;

    @Option(names = {"--seed",
        "-seed"}, paramLabel = "N", defaultValue = "0", description = "Where the guest's random numbers start. Default: 0.")
    long seed;

    @Option(names = "--clock", paramLabel = "KIND", description = "virtual (from retired instructions) or host. Default: virtual on software, host on kvm.")
    String clock;

    @Option(names = {"--device", "-device"}, paramLabel = "NAME", description = "An optional device: pc-testdev. Repeatable.")
    List<String> devices = new ArrayList<>();

    @Option(names = "--on-reset", paramLabel = "ACTION", defaultValue = "exit", description = "What happens when the guest resets itself: exit or reboot. Default: ${DEFAULT-VALUE}.")
    String onReset;

    @Option(names = "-no-reboot", hidden = true)
    boolean noReboot;

    @Option(names = "--interpret", description = "Never translate to bytecode; in this version nothing is.")
    boolean interpret;

    /** Tells the machine, which gets {@code wanted} processors if nobody said how many. */
    void apply(PcSpec.Builder pc, int wanted) {
        Backend chosen = backend();
        boolean counts = chosen.countsInstructions();
        pc.memory(memory.bytes()).model(model).seed(seed).backend(chosen).cpus(cpus == null ? wanted : cpus).quantum(quantum);
        if (parallel) {
            pc.parallel();
        }
        switch (clock != null ? clock : counts && !parallel ? "virtual" : "host") {
            case "virtual" -> {
                if (!counts) {
                    throw new ConfigException(
                            "--clock virtual counts instructions, which --backend %s cannot; use --clock host".formatted(chosen.name()));
                }
                if (parallel) {
                    throw new ConfigException(
                            "--clock virtual counts the instructions of one thread, --parallel has several; use --clock host");
                }
                pc.time(MachineSpec.Time.VIRTUAL);
            }
            case "host" -> pc.time(MachineSpec.Time.HOST).epochSeconds(Instant.now().getEpochSecond());
            default -> throw new ConfigException("--clock '%s' is not known: use virtual or host".formatted(clock));
        }
        pc.reboot(!noReboot && switch (onReset) {
            case "exit" -> false;
            case "reboot" -> true;
            default -> throw new ConfigException("--on-reset '%s' is not known: use exit or reboot".formatted(onReset));
        });
        for (String device : devices) {
            pc.device(device(device));
        }
    }

    private Backend backend() {
        Backend chosen = switch (backend) {
            case "auto" ->
                Backend.installed().stream().filter(Backend::recommended).findFirst().orElseGet(() -> PcSpec.backend("software"));
            default -> PcSpec.backend(backend);
        };
        Backend placed = chosen.with(irqchip());
        if (placed == null) {
            throw new ConfigException("--irqchip %s is not possible: backend %s has its interrupt controllers in user space"
                    .formatted(irqchip, chosen.name()));
        }
        return placed;
    }

    private Irqchip irqchip() {
        for (Irqchip place : Irqchip.values()) {
            if (place.name().toLowerCase(Locale.ROOT).equals(irqchip)) {
                return place;
            }
        }
        throw new ConfigException("--irqchip '%s' is not known: use user, split or kernel".formatted(irqchip));
    }

    private static OptionalDevice device(String text) {
        int comma = text.indexOf(',');
        String name = comma < 0 ? text : text.substring(0, comma);
        if (comma >= 0) {
            throw new ConfigException("--device %s: device %s has no settings".formatted(text, name));
        }
        return OptionalDevice.named(name)
                .orElseThrow(() -> new ConfigException("--device %s is not known: there is pc-testdev".formatted(name)));
    }
}
