package org.jvmx.oracle;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jvmx.isa.Feature;
import org.jvmx.isa.Insn;
import org.jvmx.isa.OpcodeTable;
import org.jvmx.isa.Row;
import org.jvmx.isa.StateClass;

/**
 * Puts the same cases to this machine's processor and to ours. Cases come in groups, a group is one instruction with several states and follows from its own
 * seed: the run's seed is the first group's, each later one is a fixed step further. So a run that begins with a group's seed begins with that group.
 */
final class Oracle implements AutoCloseable {
    /** States of a group. */
    static final int GROUP = 16;

    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;
    private static final int MOST_FAILURES = 40;

    private final Arena arena = Arena.ofConfined();
    private final Silicon silicon;
    private final Subject subject = new Subject();
    private final Comparison comparison;
    private final MemorySegment inputs = arena.allocate((long) Silicon.BATCH * Case.SIZE, 64);
    private final MemorySegment ours = arena.allocate((long) Silicon.BATCH * Case.SIZE, 64);
    private final Insn[] insns = new Insn[Silicon.BATCH];
    private final long[] seeds = new long[Silicon.BATCH];
    private final List<Row> rows = new ArrayList<>();

    /** Rows that this run does not judge, by reason. */
    final Map<String, List<Row>> unjudged = new TreeMap<>();
    /** Cases that were compared, by family of instructions. */
    final Map<String, Long> counts = new TreeMap<>();
    /** Cases whose operands make the outcome undefined, by reason. */
    final Map<String, Long> undefined = new TreeMap<>();
    /** Cases that raised an exception in the helper process, by vector. */
    final Map<Long, Long> exceptions = new TreeMap<>();
    final List<String> failures = new ArrayList<>();
    private final Map<Row, Long> failing = new TreeMap<>((a, b) -> a.id - b.id);
    private final long[] judged = new long[OpcodeTable.rows().size()];

    Oracle(Silicon silicon) throws IOException {
        this.silicon = silicon;
        comparison = new Comparison(Silicon.intel());
        Set<String> flags = Silicon.flags();
        for (Row row : OpcodeTable.rows()) {
            String reason = Excuses.excused(row);
            Feature feature = row.feature;
            if (reason == null && row.state == StateClass.AVX && !flags.contains("avx")) {
                reason = "this host has no AVX";
            }
            if (reason == null && feature != null && feature != Feature.LM && !flags.contains(Silicon.flag(feature))) {
                reason = "this host has no " + feature;
            }
            if (reason == null) {
                rows.add(row);
            } else {
                unjudged.computeIfAbsent(reason, _ -> new ArrayList<>()).add(row);
            }
        }
    }

    /** Runs about that many cases. */
    void run(long seed, long cases) throws IOException {
        long next = seed;
        for (long done = 0; done < cases; done += Silicon.BATCH) {
            int count = (int) Math.min(Silicon.BATCH, (cases - done + GROUP - 1) / GROUP * GROUP);
            for (int at = 0; at < count; at += GROUP) {
                fill(at, next);
                next += STEP;
            }
            batch(count);
            judge(count);
            if (failures.size() >= MOST_FAILURES) {
                return;
            }
        }
    }

    private void fill(int at, long seed) {
        Generator generator = new Generator(seed);
        // Seeds are a golden ratio apart, so twice as many groups as there are rows reach each one.
        int number = (int) Math.unsignedMultiplyHigh(seed, rows.size());
        Insn insn = generator.instruction(rows.get(number));
        while (insn == null) {
            number = (number + 1) % rows.size();
            insn = generator.instruction(rows.get(number));
        }
        for (int n = at; n < at + GROUP; n++) {
            generator.state(insn, inputs, n);
            insns[n] = insn;
            seeds[n] = seed;
        }
    }

    private void batch(int count) throws IOException {
        long bytes = (long) count * Case.SIZE;
        MemorySegment.copy(inputs, 0, silicon.cases(), 0, bytes);
        MemorySegment.copy(inputs, 0, ours, 0, bytes);
        silicon.start(count);
        for (int n = 0; n < count; n++) {
            subject.run(ours, n);
        }
        silicon.await();
    }

    private void judge(int count) throws IOException {
        List<Integer> wrong = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            Row row = insns[n].row;
            String excuse = Excuses.excused(insns[n], (int) Case.at(inputs, n, Case.GPR + 8));
            if (excuse != null) {
                undefined.merge(excuse, 1L, Long::sum);
                continue;
            }
            comparison.normalize(insns[n], silicon.cases(), ours, n);
            judged[row.id]++;
            exceptions.merge(Case.at(silicon.cases(), n, Case.VECTOR), 1L, Long::sum);
            if (!Comparison.same(silicon.cases(), ours, n) && failing.merge(row, 1L, Long::sum) == 1) {
                wrong.add(n);
            }
        }
        for (int n : wrong) {
            if (failures.size() < MOST_FAILURES) {
                Insn insn = insns[n];
                failures.add(new Shrinker(this, insn).report(inputs.asSlice((long) n * Case.SIZE, Case.SIZE), seeds[n]));
            }
        }
    }

    /** Runs one case; whether both agree. The outcomes are the first ones in {@link #theirs} and {@link #mine}. */
    boolean agree(MemorySegment input, Insn insn) throws IOException {
        Case.copy(input, 0, silicon.cases(), 0);
        Case.copy(input, 0, ours, 0);
        silicon.start(1);
        subject.run(ours, 0);
        silicon.await();
        comparison.normalize(insn, silicon.cases(), ours, 0);
        return Comparison.same(silicon.cases(), ours, 0);
    }

    MemorySegment theirs() {
        return silicon.cases();
    }

    MemorySegment mine() {
        return ours;
    }

    // --- what came out

    static String family(Row row) {
        return switch (row.state) {
            case X87, X87_NOWAIT -> "x87";
            case MMX -> "MMX registers";
            case SSE, SSE_MMX -> row.feature.name();
            case AVX -> (row.mnemonic.name().endsWith("DQ") || row.feature == Feature.AES) && row.feature != Feature.AVX
                    ? row.feature + " (VEX)" : row.feature.name();
            case NONE -> row.feature != null ? row.feature.name() : Addressing.isString(row) ? "strings"
                    : row.cpl0 ? "privileged (#GP)" : switch (row.map) {
                        case ONE_BYTE -> "one-byte map";
                        case MAP_0F -> "two-byte map";
                        default -> row.map.bytes();
                    };
        };
    }

    /** Rows that should have been judged. */
    List<Row> missed() {
        return rows.stream().filter(row -> judged[row.id] == 0).toList();
    }

    /** All of it as text. */
    String report() {
        StringBuilder text = new StringBuilder();
        for (Row row : OpcodeTable.rows()) {
            counts.merge(family(row), judged[row.id], Long::sum);
        }
        long total = counts.values().stream().mapToLong(Long::longValue).sum();
        text.append("%,d cases over %,d of %,d rows%n".formatted(total, rows.size(), OpcodeTable.rows().size()));
        counts.values().removeIf(count -> count == 0);
        counts.forEach((family, count) -> text.append("  %-18s %,12d%n".formatted(family, count)));
        text.append("outcomes by vector (-1 is none): ").append(exceptions).append("\n");
        undefined.forEach((reason, count) -> text.append("not compared, %s: %,d%n".formatted(reason, count)));
        unjudged.forEach((reason, list) -> text.append("not judged, ").append(reason).append(": ")
                .append(String.join(" ", new TreeSet<>(list.stream().map(row -> row.mnemonic.name()).toList()))).append("\n"));
        missed().forEach(row -> text.append("never judged: ").append(row).append("\n"));
        failing.forEach((row, count) -> text.append("disagrees %,d times of %,d: %s%n".formatted(count, judged[row.id], row)));
        failures.forEach(text::append);
        return text.toString();
    }

    static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    @Override
    public void close() {
        subject.close();
        arena.close();
    }
}
