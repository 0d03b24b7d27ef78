package org.jvmx.vmx;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.arch.Efer;
import org.jvmx.arch.Rflags;

/**
 * All VM-entry checks in the SDM's order, and which of them a written field concerns. An entry runs those whose fields were written since
 * the last successful entry of the VMCS, those that must always run and, where an event is injected, those about injection.
 */
final class EntryChecks {
    static final VmcsField[] FIELDS = VmcsField.values();

    private static final Check[] CHECKS = ordered();

    /** Words of a set of checks. */
    static final int WORDS = CHECKS.length + 63 >>> 6;

    /** By a field's ordinal: the checks that read it. */
    static final long[][] READERS = readers();

    /** All checks. */
    static final long[] EVERY = every();

    private static final long[] ALWAYS = set(Check.When.ALWAYS);
    private static final long[] INJECTING = set(Check.When.INJECTING);

    private EntryChecks() {
    }

    /** The checks of controls, host state and guest state; those of MSR lists are {@link MsrLoadChecks}. */
    static List<Check> list() {
        return List.of(CHECKS);
    }

    /** The first check that does not hold among those that must run, or null. */
    static Check firstFailing(EntryState state) {
        long[] dirty = state.vmcs().dirty;
        boolean plain = plain(state);
        boolean injecting = state.injecting() && !(plain && ordinaryInterrupt(state));
        for (int i = 0; i < dirty.length; i++) {
            long due = dirty[i] & ~INJECTING[i] | (plain ? 0 : ALWAYS[i]) | (injecting ? INJECTING[i] : 0);
            for (; due != 0; due &= due - 1) {
                Check check = CHECKS[(i << 6) + Long.numberOfTrailingZeros(due)];
                if (!check.predicate().holds(state)) {
                    return check;
                }
            }
        }
        return null;
    }

    /** Whether the guest is in the state of most entries, in which none of the checks that always run can fail: saves running them. */
    static boolean plain(EntryState s) {
        return s.activity() == Activity.ACTIVE && s.interruptibility() == 0 && s.get(VmcsField.GUEST_PENDING_DEBUG_EXCEPTIONS) == 0
                && s.get(VmcsField.VMCS_LINK_POINTER) == -1 && (s.get(VmcsField.TPR_THRESHOLD) == 0 || !s.on(PrimaryControl.USE_TPR_SHADOW))
                && (s.ept() || !s.pae()) && s.on(ExitControl.HOST_ADDRESS_SPACE_SIZE) && (s.root().efer() & Efer.LMA) != 0;
    }

    /** Whether the event to inject is an external interrupt that a plain guest takes, of which no check of injection can fail. */
    static boolean ordinaryInterrupt(EntryState s) {
        return (s.injected() & ~0xff) == Interruption.VALID && (s.get(VmcsField.GUEST_RFLAGS) & Rflags.IF) != 0;
    }

    private static Check[] ordered() {
        List<Check> list = new ArrayList<>();
        list.addAll(ControlChecks.ALL);
        list.addAll(HostChecks.ALL);
        list.addAll(GuestRegisterChecks.ALL);
        list.addAll(GuestSegmentChecks.ALL);
        list.addAll(GuestDescriptorTableChecks.ALL);
        list.addAll(GuestRipRflagsChecks.ALL);
        list.addAll(GuestNonRegisterChecks.ALL);
        list.addAll(PdpteChecks.ALL);
        return list.toArray(Check[]::new);
    }

    private static long[][] readers() {
        long[][] table = new long[FIELDS.length][WORDS];
        for (int i = 0; i < CHECKS.length; i++) {
            for (VmcsField field : CHECKS[i].fields()) {
                table[field.ordinal()][i >>> 6] |= 1L << i;
            }
        }
        return table;
    }

    private static long[] every() {
        long[] bits = new long[WORDS];
        for (int i = 0; i < CHECKS.length; i++) {
            bits[i >>> 6] |= 1L << i;
        }
        return bits;
    }

    private static long[] set(Check.When when) {
        long[] bits = new long[WORDS];
        for (int i = 0; i < CHECKS.length; i++) {
            if (CHECKS[i].when() == when) {
                bits[i >>> 6] |= 1L << i;
            }
        }
        return bits;
    }
}
