package org.jvmx.vmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntryCheckTest {
    private static final Map<String, Forges.Forge> FORGES = Forges.all();

    static List<Check> checks() {
        List<Check> all = new ArrayList<>(EntryChecks.list());
        all.addAll(MsrLoadChecks.ALL);
        all.add(MsrLoadChecks.WRITE);
        return all;
    }

    static Stream<Check> stateChecks() {
        return EntryChecks.list().stream();
    }

    static Stream<Check> msrChecks() {
        return checks().stream().filter(check -> check.section() == Check.Section.MSR_LOAD);
    }

    @Test
    void everyCheckHasAForgeAndAnIdOfItsOwn() {
        Set<String> ids = new LinkedHashSet<>();
        for (Check check : checks()) {
            assertTrue(ids.add(check.id()), check.id());
        }
        assertEquals(new TreeSet<>(ids), new TreeSet<>(FORGES.keySet()));
    }

    @Test
    void aLegalVmcsFailsNoCheck() {
        try (Rig rig = Rig.everything(); Rig software = Rig.software()) {
            assertEquals(Set.of(), failing(rig));
            assertEquals(Set.of(), failing(software));
            assertEquals(Vmx.SUCCEED, software.vmx.vmlaunch());
            assertNull(software.vmx.failure());
            assertEquals(ExitReason.HLT, software.vmx.exit().reason());
        }
    }

    @ParameterizedTest
    @MethodSource("stateChecks")
    void aForgedViolationIsFoundAndIsTheOnlyOne(Check check) {
        Forges.Forge forge = FORGES.get(check.id());
        try (Rig rig = Rig.everything()) {
            forge.change().accept(rig);
            Set<String> expected = new TreeSet<>(forge.with());
            expected.add(check.id());
            assertEquals(expected, failing(rig));
            int result = rig.vmx.vmlaunch();
            assertOutcome(check, forge, rig, result);
            rig.vmx.vmresume();
            assertEquals(VmxError.VMRESUME_NOT_LAUNCHED, rig.error(), "the launch state is as it was");
        }
    }

    @ParameterizedTest
    @MethodSource("stateChecks")
    void aViolationAfterASuccessfulEntryIsFoundByTheFieldsWritten(Check check) {
        Forges.Forge forge = FORGES.get(check.id());
        try (Rig rig = Rig.everything()) {
            assertEquals(Vmx.SUCCEED, rig.vmx.vmlaunch());
            forge.change().accept(rig);
            assertOutcome(check, forge, rig, rig.vmx.vmresume());
        }
    }

    @ParameterizedTest
    @MethodSource("stateChecks")
    void aCheckReadsNoFieldThatItDoesNotName(Check check) {
        try (Rig legal = Rig.everything(); Rig broken = Rig.everything()) {
            FORGES.get(check.id()).change().accept(broken);
            assertIndependent(check, legal);
            assertIndependent(check, broken);
        }
    }

    @Test
    void plainGuestsAndOrdinaryInterruptsFailNoCheckThatIsLeftOutForThem() {
        int plain = 0;
        for (Map.Entry<String, Forges.Forge> forge : FORGES.entrySet()) {
            try (Rig rig = Rig.everything()) {
                forge.getValue().change().accept(rig);
                EntryState state = rig.vmx.state();
                if (!EntryChecks.plain(state)) {
                    continue;
                }
                plain++;
                boolean interrupt = state.injecting() && EntryChecks.ordinaryInterrupt(state);
                for (Check check : EntryChecks.list()) {
                    if (check.when() == Check.When.ALWAYS || interrupt && check.when() == Check.When.INJECTING) {
                        assertTrue(check.predicate().holds(state), () -> check.id() + " fails under the forge of " + forge.getKey());
                    }
                }
            }
        }
        assertTrue(plain > 0);
    }

    private static void assertIndependent(Check check, Rig rig) {
        EntryState state = rig.vmx.state();
        boolean expected = check.predicate().holds(state);
        for (VmcsField field : VmcsField.values()) {
            if (check.fields().contains(field)) {
                continue;
            }
            long kept = state.vmcs().data[field.ordinal()];
            for (long other : new long[] {0, field.width().mask(), 1L << 17, 0xc09b, 3}) {
                state.vmcs().data[field.ordinal()] = other;
                assertEquals(expected, check.predicate().holds(state), () -> check.id() + " reads " + field);
            }
            state.vmcs().data[field.ordinal()] = kept;
        }
    }

    @ParameterizedTest
    @MethodSource("msrChecks")
    void aForgedMsrListFailsTheEntry(Check check) {
        try (Rig rig = Rig.software()) {
            FORGES.get(check.id()).change().accept(rig);
            assertEquals(Vmx.SUCCEED, rig.vmx.vmlaunch());
            assertEquals(check.id(), rig.vmx.failure().id());
            assertEquals(ExitReason.MSR_LOAD_FAIL, rig.vmx.exit().reason());
            assertTrue(rig.vmx.exit().entryFailure());
            assertEquals(1, rig.vmx.read(VmcsField.EXIT_QUALIFICATION), "the number of the entry");
            assertEquals(0x8000_0022L, rig.vmx.read(VmcsField.EXIT_REASON));
            rig.vmx.vmresume();
            assertEquals(VmxError.VMRESUME_NOT_LAUNCHED, rig.error(), "the launch state is as it was");
        }
    }

    @Test
    void aFailureTellsSectionFieldValueAndWhatIsLegal() {
        try (Rig rig = Rig.software()) {
            rig.set(VmcsField.GUEST_CR3, 1L << 50);
            rig.vmx.vmlaunch();
            assertEquals(new CheckFailure("guest.cr3.width", "Checks on Guest Control Registers, Debug Registers, and MSRs",
                    VmcsField.GUEST_CR3,
                    1L << 50, "no bit beyond the physical-address width", "Bit 63 is an operand of MOV to CR3 only."), rig.vmx.failure());
            rig.set(VmcsField.GUEST_CR3, 0);
            assertEquals(Vmx.SUCCEED, rig.vmx.vmlaunch());
            assertNull(rig.vmx.failure());
        }
    }

    private static void assertOutcome(Check check, Forges.Forge forge, Rig rig, int result) {
        String first = rig.vmx.failure().id();
        assertTrue(first.equals(check.id()) || forge.with().contains(first), first);
        switch (check.section().outcome()) {
            case INVALID_CONTROL -> assertError(VmxError.INVALID_CONTROL_FIELD, rig, result);
            case INVALID_HOST_STATE -> assertError(VmxError.INVALID_HOST_STATE, rig, result);
            default -> {
                assertEquals(Vmx.SUCCEED, result);
                assertTrue(rig.vmx.exit().entryFailure());
                assertEquals(ExitReason.INVALID_STATE, rig.vmx.exit().reason());
                assertEquals(0x8000_0021L, rig.vmx.read(VmcsField.EXIT_REASON));
                assertEquals(check.qualification(), rig.vmx.read(VmcsField.EXIT_QUALIFICATION));
            }
        }
    }

    private static void assertError(VmxError error, Rig rig, int result) {
        assertEquals(Vmx.FAIL_VALID, result);
        assertEquals(error, rig.error());
    }

    private static Set<String> failing(Rig rig) {
        EntryState state = rig.vmx.state();
        boolean injecting = state.injecting();
        Set<String> ids = new TreeSet<>();
        for (Check check : EntryChecks.list()) {
            if ((check.when() != Check.When.INJECTING || injecting) && !check.predicate().holds(state)) {
                ids.add(check.id());
            }
        }
        return ids;
    }
}
