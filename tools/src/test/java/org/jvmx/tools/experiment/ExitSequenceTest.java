package org.jvmx.tools.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

class ExitSequenceTest {
    private static ExitSequence of(Object... ripsAndReasons) {
        ExitSequence sequence = new ExitSequence();
        Exit exit = new Exit();
        for (int n = 0; n < ripsAndReasons.length; n += 2) {
            exit.begin((ExitReason) ripsAndReasons[n + 1], 0, 1);
            sequence.exited(0, 0, (Integer) ripsAndReasons[n], exit);
        }
        return sequence;
    }

    @Test
    void theFirstDifferenceIsFound() {
        ExitSequence first = of(1, ExitReason.HLT, 2, ExitReason.CPUID, 3, ExitReason.HLT);
        ExitSequence second = of(1, ExitReason.HLT, 2, ExitReason.HLT, 9, ExitReason.HLT);
        ExitSequence.Parting parting = first.parting(second);
        assertEquals(1, parting.index());
        assertEquals("CPUID at 0x2 on vCPU 0", parting.first().toString());
        assertEquals("HLT at 0x2 on vCPU 0", parting.second().toString());
    }

    @Test
    void aRunThatEndsEarlierPartsThere() {
        ExitSequence.Parting parting = of(1, ExitReason.HLT).parting(of(1, ExitReason.HLT, 2, ExitReason.HLT));
        assertEquals(1, parting.index());
        assertNull(parting.first());
    }

    @Test
    void equalRunsDoNotPart() {
        assertNull(of(1, ExitReason.HLT).parting(of(1, ExitReason.HLT)));
    }
}
