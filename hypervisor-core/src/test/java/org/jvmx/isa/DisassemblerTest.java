package org.jvmx.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DisassemblerTest {
    private static String text(int codeSize, String hex) {
        return new Decoder().decode(HexFormat.of().parseHex(hex.replace(" ", "")), codeSize).text(0x1000);
    }

    @Test
    void writesIntelSyntax() {
        assertEquals("add    DWORD PTR [rbx+rcx*4+0x8],0x5", text(8, "83 44 8b 08 05"));
        assertEquals("lea    rax,[rip+0x10]        # 0x1017", text(8, "48 8d 05 10 00 00 00"));
        assertEquals("je     0x1000", text(8, "74 fe"));
        assertEquals("rep movs DWORD PTR es:[rdi],DWORD PTR ds:[rsi]", text(8, "f3 a5").replaceAll(" +", " "));
        assertEquals("mov    eax,gs:0x30", text(4, "65 a1 30 00 00 00").replace("DWORD PTR ", ""));
        assertEquals("jmp    0x8:0x12345678", text(4, "ea 78 56 34 12 08 00"));
        assertEquals("lock cmpxchg8b QWORD PTR [si]", text(2, "f0 0f c7 0c"));
    }

    @Test
    void listingGoesOnAfterBytesThatAreNoInstruction() {
        String listing = Disassembler.listing(new byte[] {0x06, (byte) 0xf4}, 0, 2, 8, 0x7c00, 10);
        assertEquals("7c00: 06 (bad)\n7c01: f4 hlt", listing.replaceAll("(?m)^ +| +$", "").replaceAll(" +", " ").trim());
    }
}
