package org.jvmx.vmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExitTest {
    private final SplittableRandom random = new SplittableRandom(1);

    @Test
    void reasonsAndErrorsAreTheGoldenOnes() throws IOException {
        List<String> actual = new ArrayList<>();
        for (ExitReason reason : ExitReason.values()) {
            actual.add("exit,%d,%s,%s".formatted(reason.number(), reason, reason.title()));
        }
        for (VmxError error : VmxError.values()) {
            actual.add("error,%d,%s,%s".formatted(error.number(), error, error.title()));
        }
        assertEquals(Files.readAllLines(Path.of("src/test/golden/vmx-numbers.csv")), actual);
    }

    @Test
    void numbersLeadBackToTheirConstants() {
        for (ExitReason reason : ExitReason.values()) {
            assertSame(reason, ExitReason.of(reason.number() | Exit.ENTRY_FAILURE));
        }
        for (VmxError error : VmxError.values()) {
            assertSame(error, VmxError.of(error.number()));
        }
        assertNull(ExitReason.of(35));
        assertNull(ExitReason.of(0xffff));
        assertNull(VmxError.of(14));
        assertNull(VmxError.of(-1));
    }

    @Test
    void anIoQualificationKeepsItsParts() {
        for (int i = 0; i < 200; i++) {
            int port = random.nextInt(0x1_0000);
            int size = 1 << random.nextInt(3);
            boolean in = random.nextBoolean();
            boolean string = random.nextBoolean();
            boolean rep = random.nextBoolean();
            boolean immediate = random.nextBoolean();
            IoQualification io = new IoQualification(IoQualification.of(port, size, in, string, rep, immediate));
            assertEquals(port, io.port());
            assertEquals(size, io.size());
            assertEquals(in, io.in());
            assertEquals(string, io.string());
            assertEquals(rep, io.rep());
            assertEquals(immediate, io.immediate());
        }
    }

    @Test
    void controlAndDebugRegisterQualificationsKeepTheirParts() {
        CrAccess load = new CrAccess(CrAccess.mov(8, true, 15));
        assertEquals(List.of(8, CrAccess.MOV_TO_CR, 15), List.of(load.register(), load.type(), load.gpr()));
        CrAccess store = new CrAccess(CrAccess.mov(3, false, 2));
        assertEquals(List.of(3, CrAccess.MOV_FROM_CR, 2), List.of(store.register(), store.type(), store.gpr()));
        assertEquals(CrAccess.CLTS, new CrAccess(CrAccess.clts()).type());
        CrAccess lmsw = new CrAccess(CrAccess.lmsw(0xabcd, true));
        assertEquals(List.of(CrAccess.LMSW, 0xabcd), List.of(lmsw.type(), lmsw.lmswSource()));
        assertTrue(lmsw.lmswMemory());
        DrAccess dr = new DrAccess(DrAccess.mov(7, true, 9));
        assertEquals(List.of(7, 9), List.of(dr.register(), dr.gpr()));
        assertTrue(dr.fromDr());
        TaskSwitch task = new TaskSwitch(TaskSwitch.of(0x28, TaskSwitch.GATE));
        assertEquals(List.of(0x28, TaskSwitch.GATE), List.of(task.selector(), task.source()));
        assertEquals(0xc000_0028L, task.bits());
    }

    @Test
    void interruptionInformationIsCodedAsTheSdmSays() {
        int gp = Interruption.of(Interruption.HARDWARE_EXCEPTION, 13, true);
        assertEquals(0x8000_0b0d, gp);
        assertEquals(13, Interruption.vector(gp));
        assertEquals(Interruption.HARDWARE_EXCEPTION, Interruption.type(gp));
        assertTrue(Interruption.valid(gp) && Interruption.hasErrorCode(gp));
        assertFalse(Interruption.software(Interruption.HARDWARE_EXCEPTION));
    }

    @Test
    void qualificationsAreReadByTheirReason() {
        assertEquals(new IoQualification(3), ExitReason.IO_INSTRUCTION.view().of(3));
        assertEquals(new QualificationView.LinearAddress(0x1000), ExitReason.INVLPG.view().of(0x1000));
        assertNull(ExitReason.HLT.view().of(0));
    }

    @Test
    void aNewExitForgetsTheLast() {
        Exit exit = new Exit();
        exit.beginEntryFailure(ExitReason.INVALID_STATE, 4);
        assertEquals(0x8000_0021, exit.reasonField());
        exit.begin(ExitReason.EPT_VIOLATION, 1, 2);
        exit.physical(5);
        exit.access().memory(5, 2, false, 0);
        assertEquals(0xffff, exit.access().data(), "nobody answered yet");
        exit.access().answer(0x1_2345);
        assertEquals(0x2345, exit.access().data());
        assertTrue(exit.access().answered());
        exit.begin(ExitReason.HLT, 0, 1);
        assertEquals(0, exit.guestPhysicalAddress());
        assertFalse(exit.entryFailure());
        assertEquals(Access.Kind.NONE, exit.access().kind());
    }

    @Test
    void anAccessHoldsWhatTheGuestAsks() {
        Access access = new Access();
        access.port(0x3f8, 1, true, -1);
        assertEquals(0xffff_ffffL, access.data() | 0xff);
        access.msr(0xc000_0080, true, -5);
        assertEquals(0xc000_0080L, access.address());
        assertEquals(-5, access.data());
        access.cpuid(0x8000_0001, 3);
        assertEquals(List.of(0x8000_0001, 3), List.of(access.eax(), access.ecx()));
        access.answerCpuid(1, 2, 3, 4);
        assertEquals(List.of(1, 2, 3, 4), List.of(access.eax(), access.ebx(), access.ecx(), access.edx()));
    }
}
