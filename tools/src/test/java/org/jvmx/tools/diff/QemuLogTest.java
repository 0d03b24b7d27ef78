package org.jvmx.tools.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class QemuLogTest {
    private static final String SYSTEM = """
            ES =0000 00000000 0000ffff 00009300
            CS =0008 00001000 ffffffff 00cf9a00
            SS =0000 00000000 0000ffff 00009300
            DS =0000 00000000 0000ffff 00009300
            FS =0000 00000000 0000ffff 00009300
            GS =0000 00000000 0000ffff 00009300
            LDT=0050 00002000 00000077 00008200
            TR =0040 00003000 00000067 00008b00
            GDT=     00000500 0000001f
            IDT=     00000600 000003ff
            CR0=60000011 CR2=00001234 CR3=00005000 CR4=00000620
            DR0=0000000000000001 DR1=0000000000000002 DR2=0000000000000003 DR3=0000000000000004\s
            DR6=00000000ffff0ff0 DR7=0000000000000400
            CCS=00000000 CCD=00000010 CCO=EFLAGS
            EFER=0000000000000500
            """;
    private static final String FLOATING = """
            FCW=037f FSW=3800 [ST=7] FTW=80 MXCSR=00001f80
            FPR0=0000000000000000 0000 FPR1=0000000000000000 0000
            FPR2=0000000000000000 0000 FPR3=0000000000000000 0000
            FPR4=0000000000000000 0000 FPR5=0000000000000000 0000
            FPR6=0000000000000000 0000 FPR7=8000000000000000 3fff
            XMM00=0000000000000002 0000000000000001 XMM01=0000000000000000 0000000000000000
            XMM02=0000000000000000 0000000000000000 XMM03=0000000000000000 0000000000000000
            XMM04=0000000000000000 0000000000000000 XMM05=0000000000000000 0000000000000000
            XMM06=0000000000000000 0000000000000000 XMM07=0000000000000000 0000000000000007
            """;

    private static String general(int eip) {
        return """
                EAX=00000001 EBX=00000002 ECX=00000003 EDX=00000004
                ESI=00000005 EDI=00000006 EBP=00000007 ESP=00000008
                EIP=%08x EFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0
                """.formatted(eip);
    }

    private static QemuLog log(String text) {
        return new QemuLog(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)), () -> false);
    }

    @Test
    void allRegistersOfADumpAreRead() {
        ProcessorState state = new ProcessorState();
        assertTrue(log(general(0x7c00) + SYSTEM + FLOATING).next(state));
        long[] general = {1, 3, 4, 2, 8, 7, 5, 6};
        for (int n = 0; n < general.length; n++) {
            assertEquals(general[n], state.value[n], ProcessorState.name(n));
        }
        assertEquals(0x7c00, state.value[ProcessorState.RIP]);
        assertEquals(0x46, state.value[ProcessorState.RFLAGS]);
        assertEquals(8, state.value[ProcessorState.SELECTOR + ProcessorState.CS]);
        assertEquals(0x1000, state.value[ProcessorState.BASE + ProcessorState.CS]);
        assertEquals(0xffff_ffffL, state.value[ProcessorState.LIMIT + ProcessorState.CS]);
        assertEquals(0xc09a, state.value[ProcessorState.RIGHTS + ProcessorState.CS]);
        assertEquals(0x50, state.value[ProcessorState.SELECTOR + 6]);
        assertEquals(0x1f, state.value[ProcessorState.GDTR_LIMIT]);
        assertEquals(0x600, state.value[ProcessorState.IDTR_BASE]);
        assertEquals(0x620, state.value[ProcessorState.CR4]);
        assertEquals(0x500, state.value[ProcessorState.EFER]);
        assertEquals(4, state.value[ProcessorState.DR + 3]);
        assertEquals(0x400, state.value[ProcessorState.DR7]);
        assertEquals(0x3fff, state.value[ProcessorState.ST + 1]);
        assertEquals(1, state.value[ProcessorState.XMM]);
        assertEquals(2, state.value[ProcessorState.XMM + 1]);
        assertFalse(state.known[8]);
    }

    @Test
    void aDumpThatBelongsToAnEventIsNoInstruction() {
        String event = "     0: v=0e e=0002 i=0 cpl=0 IP=0008:00000001 pc=00001001 SP=0000:00000008 CR2=00001234\n" + general(1) + SYSTEM;
        QemuLog log = log(general(1) + SYSTEM + FLOATING + event + general(2) + SYSTEM + FLOATING);
        ProcessorState state = new ProcessorState();
        assertTrue(log.next(state));
        assertEquals(1, state.value[ProcessorState.RIP]);
        assertTrue(log.next(state));
        assertEquals(2, state.value[ProcessorState.RIP]);
        assertEquals(-1, log.interrupt());
        assertFalse(log.next(state));
    }

    @Test
    void anInterruptIsToldWithTheStateAfterIt() {
        QemuLog log = log(general(1) + SYSTEM + FLOATING + "Servicing hardware INT=0x73\n" + general(2) + SYSTEM + FLOATING);
        ProcessorState state = new ProcessorState();
        assertTrue(log.next(state));
        assertEquals(-1, log.interrupt());
        assertTrue(log.next(state));
        assertEquals(0x73, log.interrupt());
    }
}
