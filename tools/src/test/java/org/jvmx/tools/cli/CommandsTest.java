package org.jvmx.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
    private final PrintStream usualOut = System.out;
    private final PrintStream usualErr = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void release() {
        System.setOut(usualOut);
        System.setErr(usualErr);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void disasmTakesBytesInHexadecimal() {
        assertEquals(0, Main.execute("disasm", "--bits", "16", "--address", "0x7c00", "f390", "0f0b"));
        assertEquals(2, out().lines().count());
        assertTrue(out().lines().toList().get(1).matches(" *7c02: +0f 0b +ud2"), out());
    }

    @Test
    void disasmTakesAFile(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("code"), new byte[] {(byte) 0x90, (byte) 0xf4});
        assertEquals(0, Main.execute("disasm", "--offset", "1", file.toString()));
        assertTrue(out().strip().endsWith("hlt"), out());
    }

    @Test
    void disasmRefusesWhatIsNeitherFileNorBytes() {
        assertEquals(2, Main.execute("disasm", "no-such-file"));
        assertTrue(err().contains("'no-such-file' is neither a file nor bytes"), err());
    }

    @Test
    void aTraceIsSummarisedConvertedAndFiltered(@TempDir Path folder) {
        String binary = folder.resolve("trace").toString();
        String json = folder.resolve("trace.jsonl").toString();
        assertEquals(124, Main.execute("run", "hello", "--serial", "none", "--max-exits", "400", "--quiet", "--trace", binary));
        assertEquals(0, Main.execute("trace", binary, "--to", json));
        assertEquals(0, Main.execute("trace", binary));
        String summary = out();
        out.reset();
        assertEquals(0, Main.execute("trace", json));
        assertEquals(summary, out());
        assertTrue(summary.contains("IO_INSTRUCTION"), summary);
        out.reset();
        assertEquals(0, Main.execute("trace", json, "--reason", "IO_INSTRUCTION"));
        assertTrue(out().lines().skip(1).limit(10).allMatch(line -> line.contains("IO_INSTRUCTION")), out());
    }

    @Test
    void traceRefusesAnUnknownReason() {
        assertEquals(2, Main.execute("trace", "file", "--reason", "VMPANIC"));
        assertTrue(err().contains("there is no exit reason 'VMPANIC'"), err());
    }

    @Test
    void suiteWithoutATreeSaysSoInOneLine() {
        assertEquals(2, Main.execute("suite", "kvm-unit-tests"));
        assertEquals(1, err().lines().count(), err());
        assertTrue(err().contains("--tree"), err());
    }

    @Test
    void doctorHasOneScreenAndJson() {
        assertEquals(0, Main.execute("doctor"));
        assertTrue(out().lines().count() <= 24, out());
        out.reset();
        assertEquals(0, Main.execute("doctor", "--json"));
        assertTrue(out().startsWith("{\"schema\":1,"), out());
    }

    @Test
    void completionKnowsTheSubcommands() {
        assertEquals(0, Main.execute("completion"));
        assertTrue(out().contains("disasm") && out().contains("--max-exits"), "the script lacks a command or option");
    }
}
