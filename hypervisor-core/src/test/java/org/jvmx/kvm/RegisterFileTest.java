package org.jvmx.kvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.vmx.DebugFacility;

/** What is written back to KVM is what KVM tells afterwards. */
class RegisterFileTest {
    @BeforeEach
    void needsKvm() {
        String obstacle = new KvmBackend().obstacle();
        assumeTrue(obstacle == null, obstacle);
    }

    /** A bare virtual processor. */
    private record Bare(KvmSystem system, int machine, Vcpu vcpu) implements AutoCloseable {
        static Bare open() {
            KvmSystem system = KvmSystem.open();
            int machine = system.createMachine();
            return new Bare(system, machine, new Vcpu(system, machine));
        }

        /** Registers in memory shared with KVM are only taken over by KVM_RUN, so none are shared here. */
        RegisterFile registers() {
            return new RegisterFile(vcpu, 0, true);
        }

        @Override
        public void close() {
            vcpu.close();
            system.calls().close(machine);
            system.close();
        }
    }

    @Test
    void pageDirectoryPointersAreThoseOfTheFields() {
        try (Bare bare = Bare.open()) {
            assumeTrue(bare.system.offers(Capability.SREGS2), "KVM tells no page-directory-pointer-table entries");
            RegisterFile registers = bare.registers();
            registers.system(RegisterFile.CR4, Cr4.PAE);
            registers.system(RegisterFile.CR0, Cr0.PE | Cr0.PG | Cr0.ET);
            for (int n = 0; n < 4; n++) {
                registers.pointer(n, 0x1001L + 0x1000 * n, new long[4]);
            }
            registers.flush();
            registers.ran();
            assumeTrue((registers.system(RegisterFile.CR0) & Cr0.PG) != 0, "this KVM has no PAE paging: it takes CR0.PG away");
            assertArrayEquals(new long[] {0x1001, 0x2001, 0x3001, 0x4001},
                    LongStream.range(0, 4).map(n -> registers.pointer((int) n)).toArray());
            assertEquals(Cr4.PAE, registers.system(RegisterFile.CR4));
            registers.pointer(2, 0x7001, new long[4]);
            registers.flush();
            registers.ran();
            assertArrayEquals(new long[] {0x1001, 0x2001, 0x7001, 0x4001},
                    LongStream.range(0, 4).map(n -> registers.pointer((int) n)).toArray());
        }
    }

    /** The older of KVM's two ways to tell floating-point state, and the newer one, which it must agree with. */
    @Test
    void bothWaysToTellFloatingPointStateAreTheSameState() {
        try (Bare bare = Bare.open()) {
            SplittableRandom random = new SplittableRandom(5);
            FloatingPoint extended = new FloatingPoint(bare.vcpu, true);
            FloatingPoint plain = new FloatingPoint(bare.vcpu, false);
            byte[] image = new byte[DebugFacility.FLOATING_POINT_IMAGE];
            extended.save(image);
            for (int n = 160; n < 416; n++) {
                image[n] = (byte) random.nextInt();
            }
            image[0] = 0x7f;
            image[4] = (byte) 0xc3;
            image[3] = 0x30;
            image[24] = (byte) 0x80;
            image[25] = 0x3f;
            image[32] = 0x55;
            image[41] = 0x40;
            extended.load(image);
            byte[] read = new byte[image.length];
            plain.save(read);
            assertArrayEquals(known(image), known(read));
            image[3] = 0x38;
            image[160] ^= 0x11;
            plain.load(image);
            extended.save(read);
            assertArrayEquals(known(image), known(read));
        }
    }

    /** Without what software may put into an image, and MXCSR, which the older way neither tells nor takes, and its mask. */
    private static byte[] known(byte[] image) {
        byte[] kept = image.clone();
        for (int n = 0; n < 8; n++) {
            kept[24 + n] = 0;
        }
        for (int n = 416; n < kept.length; n++) {
            kept[n] = 0;
        }
        for (int register = 0; register < 8; register++) {
            for (int n = 10; n < 16; n++) {
                kept[32 + 16 * register + n] = 0;
            }
        }
        return kept;
    }

    @Test
    void debugRegistersAndEventsAreReadAsTheyWereWritten() {
        try (Bare bare = Bare.open()) {
            RegisterFile registers = bare.registers();
            for (int n = 0; n < 4; n++) {
                registers.debug(8L * n, 0x1000L * (n + 1));
            }
            registers.debug(RegisterFile.DR6, 0xffff_4ff0L);
            registers.debug(RegisterFile.DR7, 0x0001_0402L);
            EventFile events = new EventFile(registers);
            events.interruptibility(8);
            registers.gpr(3, 0x1234_5678_9abcL);
            registers.listed(RegisterFile.SYSENTER_EIP, 0x5678);
            registers.flush();
            registers.ran();
            for (int n = 0; n < 4; n++) {
                assertEquals(0x1000L * (n + 1), registers.debug(8L * n));
            }
            assertEquals(0xffff_4ff0L, registers.debug(RegisterFile.DR6));
            assertEquals(0x0001_0402L, registers.debug(RegisterFile.DR7));
            assertEquals(8, events.interruptibility());
            assertEquals(0x1234_5678_9abcL, registers.gpr(3));
            assertEquals(0x5678, registers.listed(RegisterFile.SYSENTER_EIP));
        }
    }
}
