package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ExchangeTest {
    private static final long DATA = 0x4000;

    private static Rig rig() {
        Rig rig = Rig.mode64();
        rig.cpu.gpr[Cpu.RSI] = DATA;
        rig.store(DATA, 8, 0x1111_2222_3333_4444L);
        rig.store(DATA + 8, 8, 0x5555_6666_7777_8888L);
        return rig;
    }

    @Test
    void xaddOfARegisterToItselfDoublesIt() {
        try (Rig rig = rig()) {
            rig.cpu.gpr[Cpu.RBX] = 21;
            rig.run("0fc1db");
            assertEquals(42, rig.cpu.gpr[Cpu.RBX]);
        }
    }

    @Test
    void xaddLeavesTheOldMemoryInTheRegister() {
        try (Rig rig = rig()) {
            rig.cpu.gpr[Cpu.RBX] = 1;
            rig.run("480fc11e");
            assertEquals(0x1111_2222_3333_4444L, rig.cpu.gpr[Cpu.RBX]);
            assertEquals(0x1111_2222_3333_4445L, rig.load(DATA, 8));
        }
    }

    @Test
    void xchgMayUseItsAddressRegister() {
        try (Rig rig = rig()) {
            rig.run("488736");
            assertEquals(0x1111_2222_3333_4444L, rig.cpu.gpr[Cpu.RSI]);
            assertEquals(DATA, rig.load(DATA, 8));
        }
    }

    @Test
    void cmpxchgStoresOnlyIfEqual() {
        try (Rig rig = rig()) {
            rig.cpu.gpr[Cpu.RAX] = 0x3333_4444L;
            rig.cpu.gpr[Cpu.RBX] = 7;
            rig.run("0fb11e");
            assertEquals(true, rig.cpu.zf());
            assertEquals(7, rig.load(DATA, 4));
            rig.run("0fb11e");
            assertEquals(false, rig.cpu.zf());
            assertEquals(7, rig.cpu.gpr[Cpu.RAX]);
        }
    }

    @Test
    void cmpxchg16bWantsAlignedMemory() {
        try (Rig rig = rig()) {
            rig.cpu.gpr[Cpu.RAX] = 0x1111_2222_3333_4444L;
            rig.cpu.gpr[Cpu.RDX] = 0x5555_6666_7777_8888L;
            rig.cpu.gpr[Cpu.RBX] = 1;
            rig.cpu.gpr[Cpu.RCX] = 2;
            assertEquals(13, rig.fault("480fc74e08"));
            rig.run("480fc70e");
            assertEquals(1, rig.load(DATA, 8));
            assertEquals(2, rig.load(DATA + 8, 8));
            rig.run("480fc70e");
            assertEquals(1, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(2, rig.cpu.gpr[Cpu.RDX]);
            assertEquals(false, rig.cpu.zf());
        }
    }

    @Test
    void cmpxchg8bComparesTwoHalves() {
        try (Rig rig = rig()) {
            rig.cpu.gpr[Cpu.RAX] = 0xffff_ffff_3333_4444L;
            rig.cpu.gpr[Cpu.RDX] = 0xffff_ffff_1111_2222L;
            rig.cpu.gpr[Cpu.RBX] = 1;
            rig.cpu.gpr[Cpu.RCX] = 2;
            rig.cpu.statusFlags(0x895);
            rig.run("0fc70e");
            assertEquals(0x2_0000_0001L, rig.load(DATA, 8));
            assertEquals(0x8d7, rig.cpu.flags());
        }
    }

    @Test
    void aFaultBeforeTheStoreChangesNothing() {
        try (Rig rig = Rig.paged()) {
            rig.map(0x4000, 1);
            rig.cpu.gpr[Cpu.RSI] = DATA;
            rig.cpu.gpr[Cpu.RAX] = 5;
            assertEquals(14, rig.fault("480fb11e"));
            assertEquals(5, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(3, rig.cpu.fault.errorCode);
        }
    }
}
