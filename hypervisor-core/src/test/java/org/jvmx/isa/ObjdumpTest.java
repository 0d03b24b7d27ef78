package org.jvmx.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lengths, names and operands against the disassembler of binutils, on every row and on noise. */
class ObjdumpTest {
    private static final int SLOT = 32;
    private static final int NOP = 0x90;
    private static final int PER_ROW = 6;
    private static final int NOISE = 8_000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"8, i386:x86-64", "4, i386", "2, i8086"})
    void agreesWithObjdump(int codeSize, String machine) throws IOException {
        byte[] samples = samples(codeSize);
        Path file = Files.write(directory.resolve("samples"), samples);
        List<String> differences = new ArrayList<>();
        int compared = 0;
        try (BufferedReader lines = objdump(machine, file)) {
            Decoder decoder = new Decoder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split("\t");
                if (fields.length < 3 || addressOf(fields[0]) % SLOT != 0) {
                    continue;
                }
                compared++;
                int address = addressOf(fields[0]);
                int length = fields[1].trim().split(" +").length;
                Insn insn = decoder.decode(samples, address, Decoder.MAX_LENGTH, codeSize);
                String difference = ObjdumpDifferences.unexplained(insn, address, length, fields[2].trim());
                if (difference != null) {
                    differences.add(HexFormat.ofDelimiter(" ").formatHex(samples, address, address + 15) + "  " + difference);
                }
            }
        }
        assertTrue(compared > samples.length / SLOT - 100, "objdump showed " + compared);
        assertEquals(List.of(), differences);
    }

    private static byte[] samples(int codeSize) {
        SampleBytes generator = new SampleBytes(20_260_101L + codeSize);
        List<byte[]> samples = new ArrayList<>();
        for (Row row : OpcodeTable.rows()) {
            for (int n = 0; n < PER_ROW && !(codeSize == 8 ? row.not64 : row.only64); n++) {
                samples.add(generator.ofRow(row, codeSize));
            }
        }
        for (int n = 0; n < NOISE; n++) {
            samples.add(generator.noise());
        }
        byte[] image = new byte[SLOT * samples.size()];
        Arrays.fill(image, (byte) NOP);
        for (int n = 0; n < samples.size(); n++) {
            System.arraycopy(samples.get(n), 0, image, SLOT * n, Decoder.MAX_LENGTH);
        }
        return image;
    }

    private static BufferedReader objdump(String machine, Path file) {
        try {
            Process process = new ProcessBuilder("objdump", "-D", "-b", "binary", "-m", machine, "-M", "intel,intel64", "-w",
                    "--insn-width=16", file.toString()).redirectErrorStream(true).start();
            return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1));
        } catch (IOException missing) {
            assumeTrue(false, "no objdump here: nothing to compare with");
            throw new IllegalStateException(missing);
        }
    }

    private static int addressOf(String field) {
        String digits = field.trim();
        return digits.matches("[0-9a-f]+:") ? Integer.parseInt(digits.substring(0, digits.length() - 1), 16) : 1;
    }
}
