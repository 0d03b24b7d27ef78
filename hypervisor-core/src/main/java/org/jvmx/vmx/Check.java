package org.jvmx.vmx;

import java.util.List;

/**
 * One check of VM entry.
 *
 * @param id its name
 * @param section the section of the SDM that states it, which decides what a failure does
 * @param when when it must run
 * @param fields the fields that it reads; the first is the one to blame
 * @param predicate whether the check holds
 * @param legal what would be legal
 * @param hint what to do about it
 * @param qualification the exit qualification of a VM-entry failure by this check
 */
public record Check(String id, Section section, When when, List<VmcsField> fields, Predicate predicate, String legal, String hint,
        int qualification) {

    /** Whether a check holds. */
    @FunctionalInterface
    public interface Predicate {
        /** Whether the check holds for the current VMCS. */
        boolean holds(EntryState state);
    }

    /** When a check must run. */
    public enum When {
        /** If a field that it reads was written since the last successful entry. */
        CHANGED,
        /** At each entry: it reads memory or state that the processor changes in ways that matter. */
        ALWAYS,
        /** At each entry that injects an event; it says nothing about others. */
        INJECTING
    }

    /** What a failed check does to the VM entry. */
    public enum Outcome {
        INVALID_CONTROL, INVALID_HOST_STATE, INVALID_GUEST_STATE, MSR_LOAD_FAILURE
    }

    /** The sections of the SDM that list VM-entry checks, in their order. */
    public enum Section {
        EXECUTION_CONTROLS("VM-Execution Control Fields", Outcome.INVALID_CONTROL),
        EXIT_CONTROLS("VM-Exit Control Fields", Outcome.INVALID_CONTROL),
        ENTRY_CONTROLS("VM-Entry Control Fields", Outcome.INVALID_CONTROL),
        HOST_REGISTERS("Checks on Host Control Registers, MSRs, and SSP", Outcome.INVALID_HOST_STATE),
        HOST_SEGMENTS("Checks on Host Segment and Descriptor-Table Registers", Outcome.INVALID_HOST_STATE),
        ADDRESS_SPACE("Checks Related to Address-Space Size", Outcome.INVALID_HOST_STATE),
        GUEST_REGISTERS("Checks on Guest Control Registers, Debug Registers, and MSRs", Outcome.INVALID_GUEST_STATE),
        GUEST_SEGMENTS("Checks on Guest Segment Registers", Outcome.INVALID_GUEST_STATE),
        GUEST_TABLES("Checks on Guest Descriptor-Table Registers", Outcome.INVALID_GUEST_STATE),
        GUEST_RIP_RFLAGS("Checks on Guest RIP, RFLAGS, and SSP", Outcome.INVALID_GUEST_STATE),
        GUEST_NON_REGISTER("Checks on Guest Non-Register State", Outcome.INVALID_GUEST_STATE),
        GUEST_PDPTES("Checks on Guest Page-Directory-Pointer-Table Entries", Outcome.INVALID_GUEST_STATE),
        MSR_LOAD("Loading MSRs", Outcome.MSR_LOAD_FAILURE);

        private final String title;
        private final Outcome outcome;

        Section(String title, Outcome outcome) {
            this.title = title;
            this.outcome = outcome;
        }

        /** The SDM's title. */
        public String title() {
            return title;
        }

        /** What a failed check of this section does. */
        public Outcome outcome() {
            return outcome;
        }
    }

    static Check of(Section section, String id, List<VmcsField> fields, Predicate predicate, String legal, String hint) {
        return new Check(id, section, When.CHANGED, fields, predicate, legal, hint, 0);
    }

    Check always() {
        return new Check(id, section, When.ALWAYS, fields, predicate, legal, hint, qualification);
    }

    Check injecting() {
        return new Check(id, section, When.INJECTING, fields, predicate, legal, hint, qualification);
    }

    Check qualified(int exitQualification) {
        return new Check(id, section, when, fields, predicate, legal, hint, exitQualification);
    }

    CheckFailure failure(EntryState state) {
        VmcsField field = fields.getFirst();
        return new CheckFailure(id, section.title, field, state.get(field), legal, hint);
    }
}
