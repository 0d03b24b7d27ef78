package org.jvmx.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;
import static org.jvmx.vmx.VmcsField.*;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Reg;
import org.jvmx.kvm.KvmBackend;
import org.jvmx.software.SoftwareBackend;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/**
 * The same random guests make the same exits on KVM and on the software processor. What hardware leaves open is not compared:
 * <ul>
 * <li>exits that KVM keeps to itself (CPUID, control registers, exceptions), and host interrupts, which only KVM has;
 * <li>RIP before an exit's instruction is finished: KVM has gone on already after a write to memory and after HLT;
 * <li>the instruction's length, the linear address, and whether a port access was a string instruction: KVM does not tell;
 * <li>RIP between the accesses of one instruction.
 * </ul>
 */
class DifferentialTest {
    private static final int PROGRAMS = 12;
    private static final int STEPS = 40;
    private static final int STRINGS = 0x20;
    private static final int BOTH = 0x100;

    private static void program(Assembler asm, Mode mode, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BackendKit.device(asm, mode).op(MOV, EAX, random.nextInt()).op(MOV, ECX, random.nextInt()).op(MOV, EBP, random.nextInt());
        for (int n = 0; n < STEPS; n++) {
            int at = random.nextInt(64);
            switch (random.nextInt(11)) {
                case 0 -> asm.op(OUT, TinyGuest.PORT + random.nextInt(8), random.nextBoolean() ? AL : EAX);
                case 1 -> asm.op(IN, random.nextBoolean() ? AX : EAX, TinyGuest.PORT + random.nextInt(8));
                case 2 -> asm.op(MOV, DX, 0x300 + at).op(OUT, DX, AX);
                case 3 -> asm.op(MOV, DX, 0x300 + at).op(IN, AL, DX);
                case 4 -> asm.op(MOV, BackendKit.atDevice(mode).disp(at), random.nextBoolean() ? ECX : CX);
                case 5 -> asm.op(MOV, random.nextBoolean() ? EAX : AH, BackendKit.atDevice(mode).disp(at));
                case 6 -> asm.op(ADD, EAX, BackendKit.atDevice(mode).disp(at)).op(ADC, ECX, EAX);
                case 7 -> asm.op(XOR, BackendKit.atDevice(mode).disp(BOTH + at), ECX);
                case 8 -> asm.op(MOVZX, ECX, BackendKit.atDevice(mode).disp(at).b()).op(ROL, EBP, 5);
                case 9 -> asm.op(IMUL, EAX, EBP).op(SUB, ECX, EAX).op(BSWAP, ECX);
                default -> strings(asm, mode, random);
            }
        }
        asm.op(HLT);
    }

    private static void strings(Assembler asm, Mode mode, SplittableRandom random) {
        Reg count = mode == Mode.LONG ? RCX : mode == Mode.PROTECTED ? ECX : CX;
        asm.op(MOV, DX, STRINGS).op(MOV, EDI, (int) TinyGuest.DATA).op(PUSH, count)
                .op(MOV, ECX, 1 + random.nextInt(5)).rep().op(random.nextBoolean() ? INSB : INSD).op(POP, count);
    }

    private static List<String> trace(Backend backend, Mode mode, long seed) {
        List<String> lines = new ArrayList<>();
        SplittableRandom answers = new SplittableRandom(~seed);
        try (TinyGuest guest = new TinyGuest(backend, mode)) {
            guest.code(asm -> program(asm, mode, seed));
            Exit exit = guest.enter();
            while (exit.reason() != ExitReason.HLT) {
                lines.add(line(exit, answers));
                Access access = exit.access();
                boolean whole = access.address() != STRINGS && access.address() < TinyGuest.MMIO + BOTH;
                if (guest.vmx.complete()) {
                    lines.add(whole ? "  done, rip %x".formatted(guest.get(GUEST_RIP)) : "");
                    exit = guest.enter();
                }
            }
            guest.vmx.complete();
            lines.add("halted at %x, rflags %x".formatted(guest.get(GUEST_RIP), guest.get(GUEST_RFLAGS)));
            for (int n = 0; n < 8; n++) {
                lines.add("  %d = %x".formatted(n, n == 4 ? guest.get(GUEST_RSP) : guest.vmx.registers().gpr(n)));
            }
            for (int n = 0; n < 20; n += 4) {
                lines.add("  memory %x".formatted(guest.host.readInt(guest.at(TinyGuest.DATA) + n)));
            }
        }
        lines.removeIf(String::isEmpty);
        return lines;
    }

    private static String line(Exit exit, SplittableRandom answers) {
        Access access = exit.access();
        boolean write = access.isWrite();
        String text = "%s %x size %d %s %x".formatted(exit.reason(), access.address(), access.size(), write ? "write" : "read",
                write ? access.data() : 0);
        if (write) {
            access.accept();
        } else {
            access.answer(answers.nextLong());
        }
        return text;
    }

    @ParameterizedTest
    @EnumSource
    void bothBackendsMakeTheSameExits(Mode mode) {
        Backend kvm = new KvmBackend();
        assumeTrue(kvm.obstacle() == null, kvm::obstacle);
        int exits = 0;
        for (long seed = 1; seed <= PROGRAMS; seed++) {
            List<String> expected = trace(new SoftwareBackend(), mode, seed);
            assertEquals(String.join("\n", expected), String.join("\n", trace(kvm, mode, seed)), "seed " + seed);
            exits += expected.size();
        }
        assertTrue(exits > PROGRAMS * STEPS, "too few exits to tell anything: " + exits);
    }
}
