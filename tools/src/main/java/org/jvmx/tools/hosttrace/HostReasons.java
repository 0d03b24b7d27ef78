package org.jvmx.tools.hosttrace;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jvmx.vmx.ExitReason;

/** Exit reasons as the host's kernel spells them: VMX's in upper case, SVM's in lower case. */
final class HostReasons {
    private static final Map<String, ExitReason> SVM = new HashMap<>();

    static {
        SVM.put("hlt", ExitReason.HLT);
        SVM.put("io", ExitReason.IO_INSTRUCTION);
        SVM.put("npf", ExitReason.EPT_VIOLATION);
        SVM.put("intr", ExitReason.EXTERNAL_INTERRUPT);
        SVM.put("vintr", ExitReason.INTERRUPT_WINDOW);
        SVM.put("iret", ExitReason.NMI_WINDOW);
        SVM.put("nmi", ExitReason.EXCEPTION_NMI);
        SVM.put("vmmcall", ExitReason.VMCALL);
        SVM.put("pause", ExitReason.PAUSE_INSTRUCTION);
        SVM.put("shutdown", ExitReason.TRIPLE_FAULT);
        SVM.put("mwait", ExitReason.MWAIT_INSTRUCTION);
        SVM.put("monitor", ExitReason.MONITOR_INSTRUCTION);
        SVM.put("task_switch", ExitReason.TASK_SWITCH);
        SVM.put("avic_incomplete_ipi", ExitReason.APIC_WRITE);
        SVM.put("avic_unaccelerated_access", ExitReason.APIC_ACCESS);
    }

    private HostReasons() {
    }

    /** Our name of a host's; null if there is none. {@code writes} tells RDMSR from WRMSR where the host does not. */
    static ExitReason of(String name, boolean writes) {
        try {
            return ExitReason.valueOf(name);
        } catch (IllegalArgumentException _) {
            return svm(name.toLowerCase(Locale.ROOT), writes);
        }
    }

    private static ExitReason svm(String name, boolean writes) {
        if (name.equals("msr")) {
            return writes ? ExitReason.MSR_WRITE : ExitReason.MSR_READ;
        }
        if (name.matches("(read|write)_cr\\d+.*|cr\\d+_.*")) {
            return ExitReason.CR_ACCESS;
        }
        if (name.matches("(read|write)_dr\\d+.*")) {
            return ExitReason.DR_ACCESS;
        }
        ExitReason known = SVM.get(name);
        if (known != null) {
            return known;
        }
        try {
            return ExitReason.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException _) {
            return name.endsWith("excp") ? ExitReason.EXCEPTION_NMI : null;
        }
    }
}
