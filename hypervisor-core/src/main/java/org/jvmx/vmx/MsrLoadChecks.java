package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import java.util.List;
import org.jvmx.arch.Msr;
import org.jvmx.vmx.Check.Section;

/** SDM Vol. 3, "Loading MSRs": what each entry of the VM-entry MSR-load list must not be. The processor refuses the rest. */
final class MsrLoadChecks {
    private static final int SMM_MONITOR_CTL = 0x9b;
    private static final int X2APIC_PREFIX = 8;
    private static final List<VmcsField> FIELDS = List.of(ENTRY_MSR_LOAD_ADDRESS, ENTRY_MSR_LOAD_COUNT);

    static final List<Check> ALL = List.of(
            check("msr-load.segment-base", s -> s.msrIndex() != Msr.FS_BASE && s.msrIndex() != Msr.GS_BASE,
                    "not IA32_FS_BASE or IA32_GS_BASE", "The guest-state area has these."),
            check("msr-load.x2apic",
                    s -> s.msrIndex() >>> 8 != X2APIC_PREFIX, "not an MSR of the x2APIC", "Have the APIC written otherwise."),
            check("msr-load.smm", s -> s.msrIndex() != SMM_MONITOR_CTL, "not IA32_SMM_MONITOR_CTL", "It is written in SMM only."),
            check("msr-load.model-specific", s -> s.msrIndex() != Msr.BIOS_UPDT_TRIG && s.msrIndex() != Msr.BIOS_SIGN_ID,
                    "not a microcode update", "Load microcode before VMX."),
            check("msr-load.reserved",
                    s -> s.msrReserved() == 0, "bits 63:32 of the entry are 0", "The index is followed by four zero bytes."));

    /** The last check of all: WRMSR itself. */
    static final Check WRITE = check("msr-load.wrmsr", s -> false, "an MSR and a value that WRMSR takes", "Look at the list's entry.");

    private MsrLoadChecks() {
    }

    private static Check check(String id, Check.Predicate predicate, String legal, String hint) {
        return Check.of(Section.MSR_LOAD, id, FIELDS, predicate, legal, hint);
    }
}
