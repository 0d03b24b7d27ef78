package org.jvmx.policy;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jvmx.vm.ExitHandler;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.Verdict;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.Interruption;

/**
 * Decides nothing and counts everything: exits by reason, and within a reason by exception vector, CPUID leaf, control register, port, model-specific
 * register or page, which is how hvpp's handlers keep their statistics (github.com/wbenny/hvpp). The counts are its report at the end of a run.
 */
@Described(summary = "decides nothing; counts exits by reason and by what they are about", source = "github.com/wbenny/hvpp, vmexit_stats")
public final class RecordExits implements ExitPolicy {
    private static final int PAGE_SHIFT = 12;

    private final int top;
    private final Map<String, long[]> counts = new TreeMap<>();

    /** With option {@code top}. */
    public RecordExits(PolicyOptions options) {
        top = options.integer("top", 40, 1, 100_000, "lines of the report, the most frequent first");
    }

    @Override
    public String name() {
        return "record";
    }

    @Override
    public Set<ExitReason> reasons() {
        return EnumSet.allOf(ExitReason.class);
    }

    @Override
    public Verdict decide(Exit exit, ExitHandler handler) {
        counts.computeIfAbsent(key(exit), _ -> new long[1])[0]++;
        return handler.handle(exit);
    }

    private static String key(Exit exit) {
        return exit.reason() + switch (exit.reason()) {
            case EXCEPTION_NMI -> " vector " + Interruption.vector(exit.interruptionInformation());
            case CPUID -> " leaf 0x" + Integer.toHexString(exit.access().eax());
            case CR_ACCESS -> " CR" + exit.crAccess().register();
            case IO_INSTRUCTION -> (exit.access().isWrite() ? " out 0x" : " in 0x") + Long.toHexString(exit.access().address());
            case MSR_READ, MSR_WRITE -> " MSR 0x" + Integer.toHexString((int) exit.access().address());
            case EPT_VIOLATION -> " page 0x" + Long.toHexString(exit.guestPhysicalAddress() >>> PAGE_SHIFT);
            default -> "";
        };
    }

    @Override
    public String report() {
        StringBuilder text = new StringBuilder();
        counts.entrySet().stream().sorted((a, b) -> Long.compare(b.getValue()[0], a.getValue()[0])).limit(top)
                .forEach(one -> text.append("%12d  %s%n".formatted(one.getValue()[0], one.getKey())));
        return text.toString();
    }
}
