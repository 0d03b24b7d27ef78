package org.jvmx.vmx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of VMCS fields and entry checks in the resources are those of the code; {@code -Djvmx.rewrite=true} writes them anew. */
class GeneratedTablesTest {
    private static final Path RESOURCES = Path.of("src/main/resources/org/jvmx/vmx");

    @Test
    void vmcsFieldsAreUpToDate() throws IOException {
        CapabilityMsrs software = CapabilityMsrs.software(0);
        List<String> lines = new ArrayList<>();
        lines.add("# VMCS fields");
        lines.add("");
        lines.add("Generated from `VmcsField`; tables are those of SDM Vol. 3, appendix \"Field Encoding in VMCS\"."
                + " Test of all: `VmcsFieldTest`, access by `VmxOperationTest`.");
        String table = "";
        for (VmcsField field : VmcsField.values()) {
            if (!table.equals(field.table())) {
                table = field.table();
                lines.addAll(List.of("", "## " + table, "", "| encoding | field | exists with | software | read by checks |",
                        "|---|---|---|---|---|"));
            }
            String needs = field.needs().stream().map(Control::name).collect(Collectors.joining(" or "));
            String encoding = field.width() == VmcsField.Width.W64 ? "%04XH, %04XH".formatted(field.encoding(), field.encoding() | 1)
                    : "%04XH".formatted(field.encoding());
            lines.add("| %s | %s | %s | %s | %d |".formatted(encoding, field, needs.isEmpty() ? "always" : needs,
                    software.has(field) ? "yes" : "no",
                    EntryCheckTest.checks().stream().filter(check -> check.fields().contains(field)).count()));
        }
        assertFresh("vmcs-fields.md", lines);
    }

    @Test
    void entryChecksAreUpToDate() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("# VM-entry checks");
        lines.add("");
        lines.add("Generated from the checks, in the order in which they run. Each is broken by the forge of"
                + " its name in `EntryCheckTest`.");
        Check.Section section = null;
        for (Check check : EntryCheckTest.checks()) {
            if (check.section() != section) {
                section = check.section();
                lines.addAll(List.of("", "## " + section.title(), "", "A failure is " + outcome(section) + ".", "",
                        "| id | field | legal | runs | test |", "|---|---|---|---|---|"));
            }
            String qualification = check.qualification() == 0 ? "" : " (qualification " + check.qualification() + ")";
            lines.add("| %s | %s | %s%s | %s | EntryCheckTest[%s] |".formatted(check.id(), check.fields().getFirst(), check.legal(),
                    qualification,
                    runs(check.when()), check.id()));
        }
        assertFresh("entry-checks.md", lines);
    }

    private static String outcome(Check.Section section) {
        return switch (section.outcome()) {
            case INVALID_CONTROL -> "VM-instruction error 7";
            case INVALID_HOST_STATE -> "VM-instruction error 8";
            case INVALID_GUEST_STATE -> "a VM exit with reason 33";
            case MSR_LOAD_FAILURE -> "a VM exit with reason 34 and the number of the entry as its qualification";
        };
    }

    private static String runs(Check.When when) {
        return switch (when) {
            case CHANGED -> "if written";
            case ALWAYS -> "always";
            case INJECTING -> "with an injection";
        };
    }

    private static void assertFresh(String name, List<String> lines) throws IOException {
        Path file = RESOURCES.resolve(name);
        String text = String.join("\n", lines) + "\n";
        if (Boolean.getBoolean("jvmx.rewrite")) {
            Files.writeString(file, text);
        }
        assertEquals(text, Files.readString(file), name + " is stale: run the test with -Djvmx.rewrite=true");
    }
}
