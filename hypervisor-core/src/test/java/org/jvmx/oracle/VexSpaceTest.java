package org.jvmx.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.jvmx.isa.Decoder;
import org.jvmx.isa.Insn;

/** Which VEX encodings are undefined: of every opcode, map, prefix, VEX.L and VEX.W the decoder says #UD where this machine's processor does. */
class VexSpaceTest {
    private static final int UD = 6;
    private static final int[] UNUSED_AND_USED = {15, 13};
    private static final int REGISTER = 0xd1;
    private static final int MEMORY = 0x16;
    private static final int VECTOR_INDEX = 0x14;
    private static final int[] FORMS = {REGISTER, MEMORY, VECTOR_INDEX};

    private final List<byte[]> encodings = new ArrayList<>();
    private final TreeMap<String, Integer> differences = new TreeMap<>();
    private final Decoder decoder = new Decoder();
    private int judged;

    @Test
    void whatIsUndefinedIsUndefinedHereToo() throws IOException, InterruptedException {
        try (Silicon silicon = new Silicon()) {
            Assumptions.assumeTrue(Silicon.flags().containsAll(List.of("avx2", "fma", "f16c", "bmi2")),
                    "this host has no AVX2, FMA, F16C or BMI2");
            for (int codeSize : new int[] {8, 4}) {
                enumerate(codeSize);
                for (int at = 0; at < encodings.size(); at += Silicon.BATCH) {
                    judge(silicon, encodings.subList(at, Math.min(encodings.size(), at + Silicon.BATCH)), codeSize);
                }
            }
            assertTrue(judged > 150_000, "judged " + judged);
            assertEquals(List.of(), List.copyOf(differences.keySet()));
        } catch (Silicon.Absent absent) {
            Assumptions.abort(absent.getMessage());
        }
    }

    private void enumerate(int codeSize) {
        encodings.clear();
        for (int number = 0; number < 4 * 4 * 2 * 2 * 256; number++) {
            int opcode = number & 0xff;
            int last = number >> 8 & 7 | number >> 4 & 0x80;
            boolean group = opcode >= 0x71 && opcode <= 0x73 || opcode == 0xae || opcode == 0xf3;
            for (int vvvv : UNUSED_AND_USED) {
                for (int form : FORMS) {
                    for (int digit = group ? 0 : 2; digit < (group && codeSize == 8 ? 8 : 3); digit++) {
                        byte[] bytes = new byte[Decoder.MAX_LENGTH];
                        bytes[0] = (byte) 0xc4;
                        bytes[1] = (byte) (0xe0 | number >> 12);
                        bytes[2] = (byte) (last | vvvv << 3);
                        bytes[3] = (byte) opcode;
                        bytes[4] = (byte) (form & ~0x38 | digit << 3);
                        bytes[5] = (byte) (form == VECTOR_INDEX ? 0x0e : 0);
                        encodings.add(bytes);
                    }
                }
            }
        }
    }

    private void judge(Silicon silicon, List<byte[]> some, int codeSize) throws IOException {
        MemorySegment cases = silicon.cases();
        for (int n = 0; n < some.size(); n++) {
            cases.asSlice((long) n * Case.SIZE, Case.SIZE).fill((byte) 0);
            Insn insn = decoder.decode(some.get(n), codeSize);
            Case.at(cases, n, Case.RIP, Case.CODE + 0x4000);
            Case.at(cases, n, Case.FLAGS, 0x202);
            Case.intAt(cases, n, Case.MXCSR, 0x1f80);
            Case.shortAt(cases, n, Case.FCW, 0x37f);
            Case.intAt(cases, n, Case.COMPATIBILITY, codeSize == 8 ? 0 : 1);
            for (int register = 0; register < 16; register++) {
                Case.at(cases, n, Case.GPR + 8 * register, Case.DATA + 0x200);
            }
            Case.bytes(cases, n, some.get(n), insn == null ? Decoder.MAX_LENGTH : insn.length);
        }
        silicon.start(some.size());
        silicon.await();
        for (int n = 0; n < some.size(); n++) {
            byte[] bytes = some.get(n);
            Insn insn = decoder.decode(bytes, codeSize);
            boolean undefined = Case.at(cases, n, Case.VECTOR) == UD && Case.at(cases, n, Case.RIP) == Case.CODE + 0x4000;
            if (notOffered(bytes)) {
                continue;
            }
            judged++;
            if (undefined != (insn == null)) {
                differences.merge("%s: %s here, %s in %d-bit code".formatted(Oracle.hex(bytes), undefined ? "undefined" : "defined",
                        insn == null ? "undefined" : insn, codeSize << 3), 1, Integer::sum);
            }
        }
    }

    /** What this machine may have and our processor does not offer. */
    private static boolean notOffered(byte[] bytes) {
        int map = bytes[1] & 0x1f;
        int opcode = bytes[3] & 0xff;
        boolean wide = (bytes[2] & 4) != 0;
        return switch (map) {
            case 1 -> opcode >= 0x41 && opcode <= 0x4b || opcode >= 0x90 && opcode <= 0x99;
            case 2 ->
                opcode >= 0x49 && opcode <= 0x53 || opcode >= 0x5c && opcode <= 0x5e || opcode == 0x6c || opcode >= 0xb0 && opcode <= 0xb5
                        || opcode >= 0xcb && opcode <= 0xd3 || wide && opcode >= 0xdc && opcode <= 0xdf || opcode >= 0xda && opcode <= 0xda
                        || opcode >= 0xe0 && opcode <= 0xef;
            case 3 -> opcode >= 0x30 && opcode <= 0x33 || wide && opcode == 0x44 || opcode == 0xce || opcode == 0xcf || opcode == 0xde;
            default -> false;
        };
    }
}
