package org.jvmx.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvmx.error.ImageException;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.IoQualification;

class ExitTraceTest {
    private static final TraceHeader HEADER = new TraceHeader("0.1", "software", "ab\"12", 42, 1 << 28, 1, List.of("one", "two"));

    @TempDir
    Path folder;

    private static final class Collected implements TraceSink {
        TraceHeader header;
        final List<String> records = new ArrayList<>();
        TraceFooter footer;

        @Override
        public void header(TraceHeader first) {
            header = first;
        }

        @Override
        public void record(long n, long[] fields) {
            assertEquals(records.size(), n);
            records.add(Arrays.toString(fields));
        }

        @Override
        public void footer(TraceFooter last) {
            footer = last;
        }
    }

    private static void out(Exit exit, int value) {
        exit.begin(ExitReason.IO_INSTRUCTION, IoQualification.of(0x3f8, 1, false, false, false, false), 1);
        exit.access().port(0x3f8, 1, true, value);
    }

    private static Exit random(SplittableRandom random) {
        Exit exit = new Exit();
        ExitReason[] reasons = ExitReason.values();
        exit.begin(reasons[random.nextInt(reasons.length)], random.nextLong(), random.nextInt(16));
        exit.physical(random.nextBoolean() ? random.nextLong() : 0);
        exit.linear(random.nextBoolean() ? random.nextLong() : 0);
        exit.interruption(random.nextInt(), random.nextInt());
        exit.idtVectoring(random.nextInt(), random.nextInt());
        exit.instruction(random.nextInt());
        switch (random.nextInt(4)) {
            case 0 -> exit.access().port(random.nextInt(0x10000), 4, random.nextBoolean(), random.nextInt());
            case 1 -> exit.access().memory(random.nextLong(), 8, random.nextBoolean(), random.nextLong());
            case 2 -> exit.access().cpuid(random.nextInt(), random.nextInt());
            default -> {
                exit.beginEntryFailure(ExitReason.INVALID_STATE, 4);
            }
        }
        return exit;
    }

    private Path write(String name, long seed, int count) throws IOException {
        Path file = folder.resolve(name);
        SplittableRandom random = new SplittableRandom(seed);
        try (ExitTrace trace = new ExitTrace(file, HEADER)) {
            long time = 0;
            for (int n = 0; n < count; n++) {
                time += random.nextInt(1000);
                trace.exited(0, time, random.nextLong(), random(random));
            }
        }
        return file;
    }

    private static Collected read(Path file) throws IOException {
        Collected collected = new Collected();
        TraceReader.read(file, collected);
        return collected;
    }

    @Test
    void bothFormsHoldTheSame() throws IOException {
        Collected json = read(write("a.jsonl", 1, 1500));
        Collected binary = read(write("a.trace", 1, 1500));
        assertEquals(HEADER, json.header);
        assertEquals(HEADER, binary.header);
        assertEquals(json.records, binary.records);
        assertEquals(json.footer, binary.footer);
        assertEquals(1500, json.footer.exits());
    }

    @Test
    void convertingThereAndBackChangesNoByte() throws IOException {
        Path json = write("a.jsonl", 2, 300);
        Path binary = folder.resolve("b.bin");
        Path again = folder.resolve("c.jsonl");
        TraceReader.convert(json, binary);
        TraceReader.convert(binary, again);
        assertEquals(Files.readString(json), Files.readString(again));
    }

    @Test
    void theHashIsThatOfTheCanonicalRecords() {
        TraceHash hash = new TraceHash();
        Exit exit = new Exit();
        out(exit, 0x41);
        hash.exited(0, 7, 0x7c00, exit);
        assertEquals(expectedHash(), hash.footer().traceHash());
    }

    /** The record by hand: reason 30, RIP and time, qualification, length, a write of one byte to port 3F8H. */
    private static String expectedHash() {
        long[] record = {30, 0, 7, 0x7c00, 0x3f8_0000, 0, 0, 0, 0, 0, 0, 1, 0, 1 | 1 << 4 | 1 << 8, 0x3f8, 0x41};
        ByteBuffer bytes = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(record);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatTheGuestWritesIsPartOfTheHash() {
        TraceHash one = new TraceHash();
        TraceHash other = new TraceHash();
        Exit exit = new Exit();
        out(exit, 1);
        one.exited(0, 0, 0, exit);
        out(exit, 2);
        other.exited(0, 0, 0, exit);
        assertFalse(one.footer().traceHash().equals(other.footer().traceHash()));
    }

    @Test
    void aLineHasOnlyTheFieldsOfItsReason() throws IOException {
        Path file = folder.resolve("t.jsonl");
        Exit exit = new Exit();
        try (ExitTrace trace = new ExitTrace(file, HEADER)) {
            out(exit, 0x41);
            trace.exited(0, 12, 0x7c00, exit);
            exit.begin(ExitReason.HLT, 0, 1);
            trace.exited(0, 13, 0x7c02, exit);
        }
        List<String> lines = Files.readAllLines(file);
        assertEquals("{\"n\":0,\"vcpu\":0,\"t\":12,\"rip\":\"0x7c00\",\"reason\":\"IO_INSTRUCTION\",\"qualification\":\"0x3f80000\","
                + "\"instructionLength\":1,\"access\":\"port-write-1\",\"address\":\"0x3f8\",\"data\":\"0x41\"}", lines.get(1));
        assertEquals("{\"n\":1,\"vcpu\":0,\"t\":13,\"rip\":\"0x7c02\",\"reason\":\"HLT\",\"instructionLength\":1}", lines.get(2));
        assertTrue(lines.get(3).startsWith("{\"exits\":2,\"counts\":{\"HLT\":1,\"IO_INSTRUCTION\":1},\"traceHash\":\""), lines.get(3));
    }

    @Test
    void aSummaryChecksTheFooter() throws IOException {
        TraceSummary summary = new TraceSummary();
        TraceReader.read(write("a.trace", 5, 100), summary);
        assertTrue(summary.complete());
        assertTrue(summary.text().contains("100 exits"), summary.text());
    }

    @Test
    void aTraceThatWasCutOffIsReadAsFarAsItGoes() throws IOException {
        byte[] whole = Files.readAllBytes(write("a.trace", 5, 100));
        Path cut = folder.resolve("cut.trace");
        Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
        TraceSummary summary = new TraceSummary();
        TraceReader.read(cut, summary);
        assertFalse(summary.complete());
        assertTrue(summary.result().exits() > 10);
        assertTrue(summary.text().contains("cut off"), summary.text());
    }

    @Test
    void whatIsNoTraceIsRefused() throws IOException {
        Path text = folder.resolve("t.txt");
        Files.writeString(text, "hello");
        assertThrows(ImageException.class, () -> TraceReader.read(text, new TraceSummary()));
        Files.writeString(text, "{\"schema\":9}\n");
        assertThrows(ImageException.class, () -> TraceReader.read(text, new TraceSummary()));
        Files.writeString(text, "{\"schema\":[[");
        assertThrows(ImageException.class, () -> TraceReader.read(text, new TraceSummary()));
    }

    @Test
    void aTraceWithoutAWholeHeaderOrWithEmptyWordsIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(write("a.trace", 5, 1));
        Path bad = folder.resolve("bad.trace");
        Files.write(bad, Arrays.copyOf(whole, 20));
        assertThrows(ImageException.class, () -> TraceReader.read(bad, new TraceSummary()));
        List<String> lines = Files.readAllLines(write("a.jsonl", 5, 1));
        Files.writeString(bad, lines.get(0).replace("\"version\"", "\"revision\""));
        String message = assertThrows(ImageException.class, () -> TraceReader.read(bad, new TraceSummary())).getMessage();
        assertTrue(message.contains("no version"), message);
        Files.write(bad, List.of(lines.get(0), lines.get(1).replaceFirst("\"reason\":\"[A-Z_]+", "\"reason\":\"")));
        assertThrows(ImageException.class, () -> TraceReader.read(bad, new TraceSummary()));
    }

    @Test
    void whatALineLacksIsNamed() throws IOException {
        List<String> lines = Files.readAllLines(write("a.jsonl", 5, 1));
        assertEquals(3, lines.size());
        for (String[] lack : new String[][] {{"policies", "no policies"}, {"reason", "no reason"}, {"counts", "no counts"}}) {
            Path bad = folder.resolve(lack[0] + ".trace");
            Files.write(bad, lines.stream().map(line -> line.replace('"' + lack[0] + '"', "\"other\"")).toList());
            String message = assertThrows(ImageException.class, () -> TraceReader.read(bad, new TraceSummary())).getMessage();
            assertTrue(message.contains(lack[1]), message);
        }
    }

    @Test
    void aBinaryRecordWithAnAccessOfNoKindIsRefused() throws IOException {
        Path bad = folder.resolve("bad.trace");
        try (OutputStream out = Files.newOutputStream(bad)) {
            BinaryTraceSink sink = new BinaryTraceSink(out);
            sink.header(HEADER);
            long[] fields = new long[TraceField.COUNT];
            fields[TraceField.ACCESS.ordinal()] = 9;
            sink.record(0, fields);
        }
        assertThrows(ImageException.class, () -> TraceReader.read(bad, new TraceSummary()));
    }

    @Test
    void statisticsAddUpByReason() {
        ExitStatistics statistics = new ExitStatistics();
        statistics.handled(0, ExitReason.HLT, 0, 9000);
        statistics.handled(0, ExitReason.CPUID, 5, 6);
        statistics.handled(0, ExitReason.CPUID, 10, 13);
        String table = statistics.table(true);
        assertTrue(table.contains("times are virtual"), table);
        assertTrue(table.contains("VM-EXIT    Samples  Samples%     Time%"), table);
        assertTrue(table.matches("(?s).*CPUID +2 +66\\.67% +0\\.04% +0\\.00us +0\\.00us +0\\.00us.*HLT +1 +33\\.33% +99\\.96% +9\\.00us.*"),
                table);
        assertTrue(table.contains("Total Samples:3, Total events handled time:9.00us."), table);
    }
}
