package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.jvmx.cpu.state.GuestFault;
import org.jvmx.isa.Decoder;

class SiliconVectorsTest {
    private static final long MEMORY = 0x1_ffc0;
    private static final int CONDITION_1 = 0x200;

    @Test
    void instructionsDoWhatTheProcessorDid() throws IOException {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.cr4 = 0x600;
            for (SiliconVectors.Vector vector : SiliconVectors.read()) {
                NastyNumbers numbers = vector.numbers();
                for (int n = 0; n < SiliconVectors.CASES; n++) {
                    FpuState before = FpuState.random(numbers);
                    FpuState after = run(rig, before, vector.hex());
                    if (vector.outcomes().length > SiliconVectors.CASES) {
                        checkNear(vector, n, after);
                    } else if ((int) vector.outcomes()[n] != after.digest()) {
                        throw new AssertionError("%s case %d%nbefore: %s%nafter: %s".formatted(vector.hex(), n, before, after));
                    }
                }
            }
        }
    }

    @Test
    void everyRowWasRecorded() throws IOException {
        List<String> recorded = SiliconVectors.read().stream().map(SiliconVectors.Vector::hex).toList();
        assertEquals(SiliconVectors.instructions(), recorded);
    }

    private static FpuState run(Rig rig, FpuState before, String hex) {
        before.load(rig, MEMORY);
        int fault = -1;
        try {
            rig.run(hex);
        } catch (GuestFault raised) {
            fault = raised.vector;
        }
        return FpuState.of(rig, MEMORY, fault);
    }

    /** At most one unit in the last place away; the direction of rounding is not compared. */
    private static void checkNear(SiliconVectors.Vector vector, int n, FpuState after) {
        long status = vector.outcomes()[3 * n] & ~CONDITION_1;
        int signExponent = (int) vector.outcomes()[3 * n + 1];
        long significand = vector.outcomes()[3 * n + 2];
        String which = new Decoder().decode(HexFormat.of().parseHex(vector.hex()), 8) + " case " + n;
        assertEquals(status, after.status & ~CONDITION_1, which);
        long distance = distance(signExponent, significand, after.signExponent[0], after.significand[0]);
        assertTrue(distance <= 1, () -> which + " got %04x:%016x".formatted(after.signExponent[0], after.significand[0]));
    }

    private static long distance(int exponentA, long a, int exponentB, long b) {
        boolean aroundPower = Math.abs(exponentA - exponentB) == 1 && (a == Long.MIN_VALUE && b == -1 || b == Long.MIN_VALUE && a == -1);
        boolean aroundLeast = (exponentA | exponentB) << 1 <= 2 && (a ^ b) < 0;
        if (aroundPower) {
            return 1;
        }
        return exponentA == exponentB || aroundLeast ? Math.abs(a - b) : Long.MAX_VALUE;
    }
}
