package org.jvmx.tools.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jvmx.tools.doctor.Finding;
import org.jvmx.tools.doctor.Host;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvmx doctor}. */
@Command(name = "doctor", description = "Look at what JVMX runs on: JDK, memory, KVM, caches, terminal.")
final class DoctorCommand implements Callable<Integer> {
    private static final int SCHEMA = 1;

    @Option(names = "--json", description = "As one JSON object.")
    private boolean json;

    /** For picocli. */
    DoctorCommand() {
    }

    @Override
    public Integer call() {
        List<Finding> findings = new Host().findings();
        System.out.print(json ? json(findings) : table(findings));
        return findings.stream().anyMatch(finding -> finding.state() == Finding.State.BAD) ? Failures.HOST : 0;
    }

    private static String table(List<Finding> findings) {
        StringBuilder text = new StringBuilder("jvmx " + Version.text() + System.lineSeparator());
        for (Finding finding : findings) {
            text.append("%-5s %-10s %s%n".formatted(finding.state().label(), finding.subject(), finding.text()));
        }
        return text.toString();
    }

    private static String json(List<Finding> findings) {
        StringBuilder text = new StringBuilder("{\"schema\":%d,\"version\":\"%s\",\"findings\":[".formatted(SCHEMA, Version.text()));
        String comma = "";
        for (Finding finding : findings) {
            text.append(comma)
                    .append("{\"subject\":\"%s\",\"state\":\"%s\",\"text\":\"%s\"}".formatted(finding.subject(), finding.state().label(),
                            finding.text().replace("\\", "\\\\").replace("\"", "\\\"")));
            comma = ",";
        }
        return text.append("]}").append(System.lineSeparator()).toString();
    }
}
