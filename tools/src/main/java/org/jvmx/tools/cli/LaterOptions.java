package org.jvmx.tools.cli;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.error.ConfigException;
import picocli.CommandLine.Option;

/** Options whose names are settled and that have no meaning yet: refused, so that nobody believes they work. */
final class LaterOptions {
    @Option(names = "--disk", arity = "0..1", fallbackValue = "", hidden = true)
    private List<String> disks = new ArrayList<>();

    @Option(names = {"--net", "-net"}, arity = "0..1", fallbackValue = "", hidden = true)
    private List<String> networks = new ArrayList<>();

    @Option(names = "--translator-stat", arity = "0..1", fallbackValue = "", hidden = true)
    private String translatorStatistics;

    /** Refuses what was given. */
    void check() {
        refuse(!disks.isEmpty(), "--disk", "there are no disks");
        refuse(networks.stream().anyMatch(kind -> !kind.equals("none")), "--net", "the only network is 'none'");
        refuse(translatorStatistics != null, "--translator-stat", "there is no translator");
    }

    private static void refuse(boolean given, String option, String why) {
        if (given) {
            throw new ConfigException("%s has no meaning yet: in this version %s; leave it out".formatted(option, why));
        }
    }
}
