package org.jvmx.kvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What the host's processor has for virtual machines. */
public enum Virtualization {
    /** VT-x. */
    VT_X("vmx", "VT-x: KVM executes the real VMRESUME"),
    /** AMD-V. */
    AMD_V("svm", "AMD-V"),
    /** Neither: a KVM that is there all the same runs guests by paging tricks and emulates the rest. */
    NONE("", "no VT-x or AMD-V (no vmx or svm flag in /proc/cpuinfo), so this KVM is one by paging alone: 16-bit and small guests run, Linux is too slow to "
            + "be useful; take --backend software for it");

    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private final String flag;
    private final String meaning;

    Virtualization(String flag, String meaning) {
        this.flag = flag;
        this.meaning = meaning;
    }

    /** What it means for guests on KVM. */
    public String meaning() {
        return meaning;
    }

    /** That of this host. */
    public static Virtualization ofHost() {
        try (Stream<String> lines = Files.lines(PROCESSORS)) {
            return of(lines.filter(line -> line.startsWith("flags")).findFirst().orElse(""));
        } catch (IOException e) {
            return NONE;
        }
    }

    /** That of a processor with a line of flags as Linux writes it. */
    static Virtualization of(String flags) {
        List<String> words = Arrays.asList(flags.split("\\s+"));
        return words.contains(VT_X.flag) ? VT_X : words.contains(AMD_V.flag) ? AMD_V : NONE;
    }
}
