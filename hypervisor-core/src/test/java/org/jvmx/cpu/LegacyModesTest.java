package org.jvmx.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Assembler;

/** Paging without IA-32e mode, expand-down segments, and the way between real-address and protected mode. */
class LegacyModesTest {
    private static final long PAGING = 1L << 31;
    private static final long WRITE_PROTECT = 1 << 16;
    private static final long PSE = 1 << 4;
    private static final long PAE = 1 << 5;
    private static final int GP = 13;
    private static final int PF = 14;
    /** Bits of a page fault's error code. */
    private static final int PRESENT = 1;
    private static final int WRITE = 2;
    private static final int RESERVED = 8;
    private static final int ACCESSED = 0x20;
    private static final int DIRTY = 0x40;
    /** The second 4 MiB, whose translation is what is tested; the first ones are mapped to themselves. */
    private static final int PLACE = 0x40_0000;
    private static final long TABLE = TestGuest.TABLES + 0x1000;
    private static final long FRAME = 0x1_8000;

    /** 32-bit paging: code and tables in a 4 MiB page, and a directory entry for {@link #PLACE}. */
    private static TestGuest paged(int entry, Consumer<Assembler> program) {
        TestGuest guest = TestGuest.mode32().code(32, program);
        guest.host.writeInt(TestGuest.TABLES, 0x83);
        guest.host.writeInt(TestGuest.TABLES + 4, entry);
        guest.host.writeInt(FRAME, 0x1234_5678);
        guest.cpu.cr3 = TestGuest.TABLES;
        guest.cpu.cr4 |= PSE;
        guest.cpu.cr0 |= PAGING;
        guest.cpu.modeChanged();
        return guest;
    }

    /** PAE paging: the same with 2 MiB pages. */
    private static TestGuest extended(long entry, Consumer<Assembler> program) {
        TestGuest guest = TestGuest.mode32().code(32, program);
        guest.host.writeLong(TABLE, 0x83);
        guest.host.writeLong(TABLE + 8L * (PLACE >> 21), entry);
        guest.host.writeLong(TestGuest.TABLES, TABLE | 1);
        guest.cpu.pdpte[0] = TABLE | 1;
        guest.cpu.cr3 = TestGuest.TABLES;
        guest.cpu.cr4 |= PAE;
        guest.cpu.cr0 |= PAGING;
        guest.cpu.modeChanged();
        return guest;
    }

    private static void read(Assembler code) {
        code.op(MOV, EAX, mem(PLACE).d()).op(HLT);
    }

    private static void write(Assembler code) {
        code.op(MOV, mem(PLACE).d(), EAX).op(HLT);
    }

    private static void assertFault(TestGuest guest, int vector, int errorCode) {
        guest.run();
        assertEquals(vector, guest.vector());
        assertEquals(errorCode, guest.host.readInt(guest.cpu.gpr[Cpu.RSP]));
    }

    /** SDM Vol. 3, "32-Bit Paging". */
    @Test
    void withPseADirectoryEntryMapsFourMebibytes() {
        try (TestGuest guest = paged(0x83, code -> code.op(MOV, EAX, mem(PLACE + (int) FRAME).d()).op(HLT))) {
            guest.run();
            assertEquals(0x1234_5678, guest.cpu.gpr[Cpu.RAX]);
            assertEquals(0x83 | ACCESSED, guest.host.readInt(TestGuest.TABLES + 4));
        }
    }

    /** SDM Vol. 3, "32-Bit Paging": bit 21 of an entry that maps a page is reserved. */
    @Test
    void aReservedBitOfAFourMebibytePageFaults() {
        try (TestGuest guest = paged(0x83 | 1 << 21, LegacyModesTest::read)) {
            assertFault(guest, PF, PRESENT | RESERVED);
            assertEquals(PLACE, guest.cpu.cr2);
        }
    }

    /** SDM Vol. 3, "Accessed and Dirty Flags". */
    @Test
    void aReadSetsAccessedAndAWriteDirtyToo() {
        try (TestGuest guest = paged((int) TABLE | 3, LegacyModesTest::read)) {
            guest.host.writeInt(TABLE, (int) FRAME | 3);
            guest.run();
            assertEquals(0x1234_5678, guest.cpu.gpr[Cpu.RAX]);
            assertEquals(TABLE | 3 | ACCESSED, guest.host.readInt(TestGuest.TABLES + 4));
            assertEquals(FRAME | 3 | ACCESSED, guest.host.readInt(TABLE));
        }
        try (TestGuest guest = paged((int) TABLE | 3, LegacyModesTest::write)) {
            guest.host.writeInt(TABLE, (int) FRAME | 3);
            guest.run();
            assertEquals(FRAME | 3 | ACCESSED | DIRTY, guest.host.readInt(TABLE));
        }
    }

    /** SDM Vol. 3, "Determination of Access Rights". */
    @Test
    void writeProtectionHoldsForTheSupervisorOnlyWithWp() {
        try (TestGuest guest = paged((int) TABLE | 3, LegacyModesTest::write)) {
            guest.host.writeInt(TABLE, (int) FRAME | 1);
            guest.cpu.gpr[Cpu.RAX] = 5;
            guest.run();
            assertEquals(5, guest.host.readInt(FRAME));
        }
        try (TestGuest guest = paged((int) TABLE | 3, LegacyModesTest::write)) {
            guest.host.writeInt(TABLE, (int) FRAME | 1);
            guest.cpu.cr0 |= WRITE_PROTECT;
            guest.cpu.modeChanged();
            assertFault(guest, PF, PRESENT | WRITE);
            assertEquals(0x1234_5678, guest.host.readInt(FRAME));
        }
    }

    /** SDM Vol. 3, "PAE Paging": bits 20:13 of an entry that maps a 2 MiB page are reserved, and bit 63 where EFER.NXE is 0. */
    @Test
    void reservedBitsOfATwoMebibytePageFault() {
        for (long bit : new long[] {1 << 13, 1 << 20, 1L << 62, 1L << 63}) {
            try (TestGuest guest = extended(0x83 | bit, LegacyModesTest::read)) {
                assertFault(guest, PF, PRESENT | RESERVED);
            }
        }
    }

    /** SDM Vol. 3, "PDPTE Registers": they are loaded by MOV to CR3, and INVLPG does not look at memory. */
    @Test
    void pageDirectoryPointersAreReadWhenCr3IsLoaded() {
        Consumer<Assembler> program = code -> {
            code.op(MOV, mem((int) TestGuest.TABLES).d(), (int) TABLE + 0x1001).op(INVLPG, mem(PLACE)).op(MOV, EAX, mem(PLACE).d());
            code.op(MOV_CR, ECX, CR3).op(MOV_CR, CR3, ECX).op(MOV, EBX, mem(PLACE).d()).op(HLT);
        };
        try (TestGuest guest = extended(0x83, program)) {
            guest.host.writeLong(TABLE + 0x1000, 0x83);
            guest.host.writeLong(TABLE + 0x1000 + 8L * (PLACE >> 21), TABLE + 0x2000 | 3);
            guest.host.writeLong(TABLE + 0x2000, FRAME | 3);
            guest.host.writeInt(FRAME, 0x1234_5678);
            guest.host.writeInt(0, 0x77);
            guest.run();
            assertEquals(0x77, guest.cpu.gpr[Cpu.RAX]);
            assertEquals(0x1234_5678, guest.cpu.gpr[Cpu.RBX]);
        }
    }

    /** SDM Vol. 3, "Limit Checking": the valid offsets of an expand-down segment are those above its limit. */
    @Test
    void expandDownSegmentsAreValidAboveTheirLimit() {
        int[][] offsetsAndVectors = {{0xffd, GP}, {0xfff, GP}, {0x1000, 0}, {0xfffe, 0}, {0xffff, GP}};
        for (int[] pair : offsetsAndVectors) {
            try (TestGuest guest = TestGuest.mode32().code(32, code -> code.op(MOV_SREG, DS, AX).op(MOV, CX, mem(EBX)).op(HLT))) {
                guest.host.writeLong(TestGuest.GDT + TestGuest.GATE, TestGuest.system(0x97, 0, 0xfff));
                guest.cpu.gpr[Cpu.RAX] = TestGuest.GATE;
                guest.cpu.gpr[Cpu.RBX] = pair[0];
                guest.run();
                boolean faulted = guest.cpu.rip >= TestGuest.HANDLERS;
                assertEquals(pair[1], faulted ? guest.vector() : 0, () -> "offset 0x%x".formatted(pair[0]));
            }
        }
    }

    /** SDM Vol. 3, "Switching Back to Real-Address Mode": segment registers keep limits that protected mode has given them. */
    @Test
    void limitsOfProtectedModeStayInRealAddressMode() {
        Consumer<Assembler> program = code -> {
            code.op(MOV_CR, EAX, CR0).op(INC, AX).op(MOV_CR, CR0, EAX).op(MOV, BX, TestGuest.DATA).op(MOV_SREG, DS, BX);
            code.op(DEC, AX).op(MOV_CR, CR0, EAX).op(XOR, BX, BX).op(MOV_SREG, DS, BX);
            code.op(MOV, ECX, mem((int) FRAME).d()).op(HLT);
        };
        try (TestGuest guest = TestGuest.mode16().code(16, program)) {
            guest.host.writeInt(FRAME, 0x1234_5678);
            guest.run();
            assertEquals(0, guest.cpu.cr0 & 1);
            assertEquals(0, guest.cpu.selector[Cpu.DS]);
            assertEquals(0x1234_5678, guest.cpu.gpr[Cpu.RCX]);
        }
    }
}
