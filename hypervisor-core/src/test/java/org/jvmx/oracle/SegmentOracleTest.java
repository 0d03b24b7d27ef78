package org.jvmx.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.jvmx.isa.FlagRule;
import org.jvmx.isa.Insn;
import org.jvmx.isa.OpcodeTable;
import org.jvmx.isa.Row;

/**
 * Segments, and 16-bit code, against the processor that the tests run on: Linux gives a program a local descriptor table, and with it 16-bit and 32-bit code,
 * expand-down and read-only data, segments that are small or not present. {@code -Djvmx.oracle.segments} says how many cases.
 *
 * <p>Instructions on x87, MMX and SSE registers are not run in 16-bit code: of the mode they see the address of their memory operand only, which the general
 * instructions here form in every way that there is, and the long mode oracle judges what they do with it.
 */
class SegmentOracleTest {
    private static final long DEFAULT = 20_000;
    private static final int BREAKPOINT = 3;
    private static final int PAGE_FAULT = 14;
    private static final int FETCH = 1 << 4;
    private static final long ENDLESS = -2;
    /** Linux calls each user access to its half a protection violation. */
    private static final long KERNEL = 0x7fff_ffff_f000L;
    private static final int MOST_FAILURES = 20;
    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;
    private static final String[] MODES = {"", "", "16-bit", "", "32-bit", "", "", "", "64-bit"};

    private final List<String> failures = new ArrayList<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<Long, Long> vectors = new TreeMap<>();

    @Test
    void segmentsAndSixteenBitCodeDoWhatThisProcessorDoes() throws IOException, InterruptedException {
        long cases = Long.getLong("jvmx.oracle.segments", DEFAULT);
        List<Row> rows = OpcodeTable.rows().stream().filter(SegmentGenerator::judges).toList();
        try (SegmentSilicon silicon = new SegmentSilicon(); SegmentSubject subject = new SegmentSubject(silicon.table)) {
            long seed = Long.getLong("jvmx.oracle.seed", 1);
            for (long n = 0; n < cases && failures.size() < MOST_FAILURES; n++) {
                Row row = rows.get((int) Math.unsignedMultiplyHigh(seed, rows.size()));
                one(silicon, subject, row, seed);
                seed += STEP;
            }
            System.out.printf("segment oracle on %s: %d rows; %s; ended in %s%n", Silicon.name(), rows.size(), counts, vectors);
            assertEquals(List.of(), failures, String.join(System.lineSeparator(), failures));
        } catch (Silicon.Absent absent) {
            System.out.println("segment oracle: skipped, " + absent.getMessage());
            Assumptions.abort(absent.getMessage());
        }
    }

    private void one(SegmentSilicon silicon, SegmentSubject subject, Row row, long seed) throws IOException {
        boolean segments = SegmentGenerator.SEGMENTS.contains(row.mnemonic);
        int size = !segments ? 2 : row.not64 ? 2 << (int) (seed & 1) : row.only64 ? 8 : new int[] {2, 4, 8, 8}[(int) seed & 3];
        SegmentCase input = new SegmentCase();
        Insn insn = new SegmentGenerator(seed).next(row, size, input);
        if (insn == null) {
            return;
        }
        SegmentCase theirs = input.copy();
        SegmentCase ours = input.copy();
        silicon.run(theirs);
        subject.run(ours);
        settle(input, theirs);
        if (theirs.get(SegmentCase.VECTOR) == ENDLESS) {
            counts.merge("no signal from the kernel for " + row.mnemonic, 1L, Long::sum);
            return;
        }
        for (SegmentCase side : List.of(theirs, ours)) {
            if (side.get(SegmentCase.VECTOR) == PAGE_FAULT && Long.compareUnsigned(side.get(SegmentCase.ADDRESS), KERNEL) >= 0) {
                side.set(SegmentCase.ERROR, side.get(SegmentCase.ERROR) | 1);
            }
        }
        counts.merge(MODES[size] + (segments ? " segments" : " general"), 1L, Long::sum);
        vectors.merge(theirs.get(SegmentCase.VECTOR), 1L, Long::sum);
        List<String> differences = differences(insn, theirs, ours);
        if (!differences.isEmpty()) {
            failures.add("seed %d, %s %s: %s %s%n  %s".formatted(seed, MODES[size], row, HexFormat.of().formatHex(input.code()), insn,
                    String.join("; ", differences)));
        }
    }

    /** In the helper process everything ends in a signal: in a breakpoint, where all went well. */
    private static void settle(SegmentCase input, SegmentCase theirs) {
        long vector = theirs.get(SegmentCase.VECTOR);
        long rip = theirs.get(SegmentCase.RIP);
        boolean fetch = vector == PAGE_FAULT && (theirs.get(SegmentCase.ERROR) & FETCH) != 0 && rip != input.get(SegmentCase.RIP);
        if (vector == BREAKPOINT) {
            theirs.set(SegmentCase.RIP, rip - 1);
        }
        if (vector == BREAKPOINT || fetch) {
            theirs.set(SegmentCase.VECTOR, -1);
            theirs.set(SegmentCase.ERROR, 0);
        }
        if (theirs.get(SegmentCase.VECTOR) != PAGE_FAULT) {
            theirs.set(SegmentCase.ADDRESS, 0);
        }
    }

    private static List<String> differences(Insn insn, SegmentCase theirs, SegmentCase ours) {
        List<String> found = new ArrayList<>();
        for (int n = 0; n < 16; n++) {
            compare(found, "register " + n, theirs.gpr(n), ours.gpr(n));
        }
        long flags = ~(insn.row.flags.undefined() | FlagRule.RF);
        compare(found, "rip", theirs.get(SegmentCase.RIP), ours.get(SegmentCase.RIP));
        compare(found, "flags", theirs.get(SegmentCase.FLAGS) & flags, ours.get(SegmentCase.FLAGS) & flags);
        for (int n = 0; n < 6; n++) {
            compare(found, "selector " + n, seen(theirs.selector(n)), seen(ours.selector(n)));
        }
        compare(found, "fs base", theirs.get(SegmentCase.FS), ours.get(SegmentCase.FS));
        compare(found, "gs base", theirs.get(SegmentCase.GS), ours.get(SegmentCase.GS));
        compare(found, "vector", theirs.get(SegmentCase.VECTOR), ours.get(SegmentCase.VECTOR));
        compare(found, "error code", theirs.get(SegmentCase.ERROR), ours.get(SegmentCase.ERROR));
        compare(found, "address", theirs.get(SegmentCase.ADDRESS), ours.get(SegmentCase.ADDRESS));
        for (int n = 0; n < 4; n++) {
            compare(found, "changed word " + n, theirs.get(SegmentCase.CHANGED + 8 * n), ours.get(SegmentCase.CHANGED + 8 * n));
        }
        compare(found, "memory", theirs.get(SegmentCase.DIGEST), ours.get(SegmentCase.DIGEST));
        return found;
    }

    /** The way through the kernel clears the privilege level of a null selector, as IRET to an outer level does. SDM Vol. 2, IRET. */
    private static int seen(int selector) {
        return (selector & ~3) == 0 ? 0 : selector;
    }

    private static void compare(List<String> found, String name, long theirs, long ours) {
        if (theirs != ours) {
            found.add("%s: silicon %x, ours %x".formatted(name, theirs, ours));
        }
    }
}
