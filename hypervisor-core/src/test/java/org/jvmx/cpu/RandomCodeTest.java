package org.jvmx.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;

/** Whatever bytes a guest runs, and whatever its tables hold, the processor leaves with a VM exit and nothing else. */
class RandomCodeTest {
    private static final int ROUNDS = 40;
    private static final int EXITS = 30;

    @Test
    void randomCodeIn64BitModeEndsInExits() {
        run(64);
    }

    @Test
    void randomCodeInProtectedModeEndsInExits() {
        run(32);
    }

    @Test
    void randomCodeInRealModeEndsInExits() {
        run(16);
    }

    private static void run(int bits) {
        SplittableRandom random = new SplittableRandom(bits);
        for (int round = 0; round < ROUNDS; round++) {
            try (TestGuest guest = bits == 64 ? TestGuest.mode64() : bits == 32 ? TestGuest.mode32() : TestGuest.mode16()) {
                if (bits != 16 && (round & 1) != 0) {
                    guest.user();
                }
                play(guest, random);
            }
        }
    }

    private static void play(TestGuest guest, SplittableRandom random) {
        guest.set(PinBasedControl.ACTIVATE_PREEMPTION_TIMER);
        guest.set(PrimaryControl.UNCONDITIONAL_IO_EXITING);
        guest.set(SecondaryControl.ENABLE_RDTSCP);
        guest.set(SecondaryControl.ENABLE_INVPCID);
        guest.set(SecondaryControl.ENABLE_XSAVES);
        guest.controls.preemptionTimer = 100;
        byte[] code = new byte[64];
        random.nextBytes(code);
        guest.host.write(TestGuest.CODE, code, 0, code.length);
        for (int n = 0; n < 16; n++) {
            guest.cpu.gpr[n] = n == Cpu.RSP ? TestGuest.STACK : random.nextInt(0x8000);
        }
        for (int n = 0; n < 8; n++) {
            guest.host.writeLong(TestGuest.GDT + 8L * random.nextInt(14), random.nextLong());
            guest.host.writeLong(TestGuest.IDT + 8L * random.nextInt(64), random.nextLong());
        }
        for (int n = 0; n < EXITS; n++) {
            long before = guest.processor.retired();
            guest.run();
            assertTrue(guest.processor.retired() - before <= 100);
            if (random.nextBoolean()) {
                guest.processor.complete(guest.exit);
            }
            if (random.nextInt(4) == 0) {
                guest.cpu.rip = TestGuest.CODE + random.nextInt(64);
            }
        }
    }
}
