package org.jvmx.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lengths against this machine's processor, which fetches an instruction byte by byte before a page that it cannot read (x86-64 Linux with gcc). {@code
 * -Djvmx.lengths.cases} and {@code -Djvmx.lengths.seed} say how many and which cases.
 */
class SiliconLengthTest {
    private static final int LONGEST = Decoder.MAX_LENGTH;
    private static final int CODE_SIZE = 8;
    private static final int SIGILL = 4;
    private static final int SIGSEGV = 11;
    private static final int UNFINISHED = 0xff;
    private static final Path SOURCE = Path.of("src/test/c/lengths.c");

    /**
     * Extensions of other processors that ours does not offer: VEX, EVEX, XOP and REX2 prefixes, transactions, GFNI, key locker, direct stores, shadow stacks,
     * and what hangs on 0F01H, 0FAEH and 0FC7H.
     */
    private static final Pattern NOT_OFFERED = Pattern.compile("((66|67|f[0236]|2e|36|3e|26|64|65)|4[0-9a-f])*"
            + "(62|c[45]|8f|d5|c[67]f8|0f(01|38(cf|d[8-f]|f[5-9a-c])|3a(c[ef]|f0)|ae|c7)).*");

    @TempDir
    Path directory;

    @Test
    void theProcessorTakesAsManyBytes() throws IOException, InterruptedException {
        assumeTrue("Linux".equals(System.getProperty("os.name")) && "amd64".equals(System.getProperty("os.arch")), "not x86-64 Linux");
        List<byte[]> cases = cases(Integer.getInteger("jvmx.lengths.cases", 20_000), Long.getLong("jvmx.lengths.seed", 1));
        byte[] results = measure(cases);
        List<String> differences = new ArrayList<>();
        Decoder decoder = new Decoder();
        for (int n = 0; n < cases.size(); n++) {
            String difference = difference(decoder, cases.get(n), results[2 * n] & 0xff, results[2 * n + 1]);
            if (difference != null) {
                differences.add(HexFormat.of().formatHex(cases.get(n)) + "  " + difference);
            }
        }
        assertEquals(List.of(), differences.stream().limit(40).toList(), differences.size() + " differences");
    }

    private static String difference(Decoder decoder, byte[] bytes, int length, int signal) {
        Insn insn = decoder.decode(bytes, CODE_SIZE);
        if (length == UNFINISHED) {
            return "the processor did not come back";
        }
        if (insn == null) {
            boolean tooLong = decoder.outcome() == Decoder.Outcome.TOO_LONG;
            boolean agreed = signal == SIGILL || tooLong && length == LONGEST && signal == SIGSEGV;
            return agreed || NOT_OFFERED.matcher(HexFormat.of().formatHex(bytes)).matches() ? null
                    : "%s, but the processor takes %d bytes".formatted(decoder.outcome(), length);
        }
        if (signal == SIGILL) {
            boolean conditional =
                    insn.row.feature != null || insn.row.cpl0 || insn.mnemonic == Mnemonic.RSM || insn.mnemonic.name().startsWith("UD");
            return conditional ? null : insn.text(0) + " is undefined";
        }
        return insn.length == length ? null : "%s has %d bytes, but the processor takes %d".formatted(insn.text(0), insn.length, length);
    }

    private static List<byte[]> cases(int count, long seed) {
        SampleBytes generator = new SampleBytes(seed);
        List<Row> rows = OpcodeTable.rows().stream().filter(row -> !row.not64).toList();
        Decoder decoder = new Decoder();
        List<byte[]> cases = new ArrayList<>();
        for (int n = 0; cases.size() < count; n++) {
            byte[] bytes = n % 3 == 0 ? generator.noise() : generator.ofRow(rows.get(n % rows.size()), CODE_SIZE);
            if (harmless(decoder.decode(bytes, CODE_SIZE))) {
                cases.add(bytes);
            }
        }
        return cases;
    }

    /** Whether it neither enters the kernel by a way that no filter sees nor jumps into itself. */
    private static boolean harmless(Insn insn) {
        if (insn == null) {
            return true;
        }
        boolean relative = insn.operandCount == 1 && insn.kind(0) == OperandKind.RELATIVE;
        boolean into = relative && insn.immediate < 0 && insn.immediate >= -insn.length;
        return !into && insn.mnemonic != Mnemonic.SYSENTER && insn.mnemonic != Mnemonic.SYSCALL;
    }

    private byte[] measure(List<byte[]> cases) throws IOException, InterruptedException {
        Path program = directory.resolve("lengths");
        int compiled;
        try {
            compiled = run("gcc", "-O2", "-fno-stack-protector", "-fcf-protection=none", "-mfsgsbase", "-o", program.toString(),
                    SOURCE.toString());
        } catch (IOException missing) {
            compiled = 1;
        }
        assumeTrue(compiled == 0, "no gcc here that compiles the helper");
        byte[] input = new byte[cases.size() * LONGEST];
        for (int n = 0; n < cases.size(); n++) {
            System.arraycopy(cases.get(n), 0, input, n * LONGEST, LONGEST);
        }
        Path in = Files.write(directory.resolve("cases"), input);
        Path out = Files.write(directory.resolve("results"), new byte[2 * cases.size()]);
        int status = run(program.toString(), in.toString(), out.toString(), Integer.toString(cases.size()));
        assumeTrue(status != 3 && status != 4, "no filter of system calls, or no room in the address space");
        return Files.readAllBytes(out);
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        return process.waitFor();
    }
}
