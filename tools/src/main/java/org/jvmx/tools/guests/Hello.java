package org.jvmx.tools.guests;

import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.List;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.isa.Label;
import org.jvmx.vm.Hypercall;

/** The guest {@code hello}: a prompt on the serial port with commands that show what a virtual machine is. */
final class Hello extends LongModeKernel {
    private static final int LINE = 80;
    private static final int BACKSPACE = 8;
    private static final int DELETE = 127;
    private static final int BRAND = 0x8000_0002;
    private static final long UNMAPPED = 0xc0_ffee_0000L;
    private static final int MEMORY_MAP_LENGTH = 44;
    private static final int LOADER_NAME = 64;
    /** The first four letters of the monitor's name in CPUID. */
    private static final int SIGNATURE = 'J' | 'V' << 8 | 'M' << 16 | 'X' << 24;

    private record Command(String name, String argument, String description, Runnable code) {
    }

    private final List<Command> commands = List.of(
            new Command("help", "", "this list", this::help),
            new Command("info", "", "processor, memory, ticks and VM exits", this::info),
            new Command("mem", "", "the memory map", this::memoryMap),
            new Command("ticks", "", "timer interrupts so far", this::ticks),
            new Command("echo", "TEXT", "repeats TEXT", this::echo),
            new Command("fault", "", "touches unmapped memory and catches the page fault", this::fault),
            new Command("crash", "", "breaks its own exception handling: a triple fault", this::crash),
            new Command("reset", "", "resets the machine", this::reset),
            new Command("exit", "N", "leaves with the exit code 2 N + 1", this::exit),
            new Command("poweroff", "", "switches the machine off", this::powerOff));

    @Override
    void body() {
        Label shell = asm.newLabel();
        print("\nHello from a 64-bit kernel inside a Java virtual machine. Type help.\n");
        asm.bind(shell);
        print("hello> ");
        asm.op(CALL, at("read_line")).op(CALL, at("run_command")).op(JMP, shell);
        readLine();
        runCommand();
        for (Command command : commands) {
            asm.bind("do_" + command.name());
            command.code().run();
            asm.op(RET);
        }
        asm.bind("table");
        for (Command command : commands) {
            asm.address(text(command.name()), 4, 0).address(at("do_" + command.name()), 4, 0);
        }
        asm.dq(0);
    }

    @Override
    void variables() {
        reserve("line", LINE);
        reserve("name", 49);
    }

    /** Reads a line with echo, up to carriage return or line feed, to the zero-terminated variable; backspace takes a character back. */
    private void readLine() {
        Label next = asm.newLabel();
        Label erase = asm.newLabel();
        Label done = asm.newLabel();
        asm.bind("read_line").op(XOR, EBX, EBX);
        asm.bind(next).op(CALL, at("get"));
        asm.op(CMP, AL, '\r').op(JZ, done).op(CMP, AL, '\n').op(JZ, done);
        asm.op(CMP, AL, BACKSPACE).op(JZ, erase).op(CMP, AL, DELETE).op(JZ, erase);
        asm.op(CMP, AL, ' ').op(JB, next).op(CMP, EBX, LINE - 1).op(JAE, next);
        asm.op(MOV, mem(RBX).plus(at("line")), AL).op(INC, EBX).op(CALL, at("put")).op(JMP, next);
        asm.bind(erase).op(TEST, EBX, EBX).op(JZ, next).op(DEC, EBX);
        print("\b \b");
        asm.op(JMP, next);
        asm.bind(done).op(MOV, mem(RBX).plus(at("line")).b(), 0);
        print("\n");
        asm.op(RET);
    }

    /** Calls the command that the line begins with, RSI at what follows its name. */
    private void runCommand() {
        Label entry = asm.newLabel();
        Label compare = asm.newLabel();
        Label nameEnds = asm.newLabel();
        Label other = asm.newLabel();
        Label skip = asm.newLabel();
        Label found = asm.newLabel();
        Label none = asm.newLabel();
        asm.bind("run_command").op(MOV, EBX, at("table")).op(CMP, value("line").b(), 0).op(JZ, none);
        asm.bind(entry).op(MOV, EDI, mem(RBX)).op(MOV, ESI, at("line")).op(ADD, EBX, 8).op(TEST, EDI, EDI).op(JNZ, compare);
        print("no such command; type help\n");
        asm.bind(none).op(RET);
        asm.bind(compare).op(MOV, AL, mem(RDI)).op(TEST, AL, AL).op(JZ, nameEnds).op(CMP, AL, mem(RSI)).op(JNZ, other);
        asm.op(INC, ESI).op(INC, EDI).op(JMP, compare).bind(other).op(JMP, entry);
        asm.bind(nameEnds).op(CMP, mem(RSI).b(), ' ').op(JA, other);
        asm.bind(skip).op(CMP, mem(RSI).b(), ' ').op(JNZ, found).op(INC, ESI).op(JMP, skip);
        asm.bind(found).op(MOV, EAX, mem(RBX, -4)).op(JMP, RAX);
    }

    private void help() {
        StringBuilder text = new StringBuilder();
        for (Command command : commands) {
            text.append("  %-10s %s%n".formatted(command.name() + " " + command.argument(), command.description()));
        }
        print(text.toString().replace("\r", ""));
    }

    private void info() {
        processor();
        mode();
        print("  loader     ");
        asm.op(MOV, EAX, value("boot_information")).op(MOV, ESI, mem(RAX, LOADER_NAME)).op(CALL, at("print"));
        print("\n");
        asm.op(CALL, at("do_mem"));
        print("  timer      ");
        asm.op(CALL, at("do_ticks"));
        exits();
    }

    /** Vendor and brand by CPUID. */
    private void processor() {
        Label leaf = asm.newLabel();
        print("  processor  ");
        asm.op(XOR, EAX, EAX).op(CPUID);
        asm.op(MOV, value("name"), EBX).op(MOV, value("name").disp(4), EDX).op(MOV, value("name").disp(8), ECX);
        asm.op(MOV, value("name").disp(12).b(), 0).op(MOV, ESI, at("name")).op(CALL, at("print"));
        print(", ");
        asm.op(MOV, EDI, at("name")).op(MOV, ESI, BRAND);
        asm.bind(leaf).op(MOV, EAX, ESI).op(CPUID);
        asm.op(MOV, mem(RDI), EAX).op(MOV, mem(RDI, 4), EBX).op(MOV, mem(RDI, 8), ECX).op(MOV, mem(RDI, 12), EDX);
        asm.op(ADD, EDI, 16).op(INC, ESI).op(CMP, ESI, BRAND + 3).op(JNZ, leaf);
        asm.op(MOV, ESI, at("name")).op(CALL, at("print"));
        print("\n");
    }

    /** The control registers that make up the CPU mode. */
    private void mode() {
        Label compatible = asm.newLabel();
        Label done = asm.newLabel();
        print("  mode       ");
        asm.op(MOV, ECX, 0xc000_0080L).op(RDMSR).op(TEST, EAX, 1 << 10).op(JZ, compatible);
        print("64-bit, 4-level paging");
        asm.op(JMP, done).bind(compatible);
        print("not 64-bit");
        asm.bind(done);
        for (var register : List.of(CR0, CR3, CR4)) {
            print(register == CR0 ? "\n             CR0 " : ", " + register + " ");
            asm.op(MOV_CR, RAX, register).op(CALL, at("print_hex"));
        }
        print("\n");
    }

    /** The map that the boot loader handed over: "Multiboot Specification version 0.6.96", fields mmap_length and mmap_addr. */
    private void memoryMap() {
        Label next = asm.newLabel();
        Label reserved = asm.newLabel();
        Label kind = asm.newLabel();
        asm.op(PUSH, RBX).op(PUSH, RBP).op(MOV, EAX, value("boot_information"));
        asm.op(MOV, EBP, mem(RAX, MEMORY_MAP_LENGTH)).op(MOV, EBX, mem(RAX, MEMORY_MAP_LENGTH + 4)).op(ADD, EBP, EBX);
        asm.bind(next);
        print("  memory     ");
        asm.op(MOV, RAX, mem(RBX, 4)).op(CALL, at("print_hex"));
        print(" to ");
        asm.op(MOV, RAX, mem(RBX, 4)).op(ADD, RAX, mem(RBX, 12)).op(DEC, RAX).op(CALL, at("print_hex"));
        print("  ");
        asm.op(CMP, mem(RBX, 20).d(), 1).op(JNZ, reserved).op(MOV, RAX, mem(RBX, 12)).op(SHR, RAX, 10).op(CALL, at("print_decimal"));
        print(" KiB\n");
        asm.op(JMP, kind).bind(reserved);
        print("reserved\n");
        asm.bind(kind).op(ADD, EBX, mem(RBX)).op(ADD, EBX, 4).op(CMP, EBX, EBP).op(JB, next).op(POP, RBP).op(POP, RBX);
    }

    private void ticks() {
        asm.op(MOV, RAX, value("ticks")).op(CALL, at("print_decimal"));
        print(" ticks of %d ms%n".formatted(1000 / TICKS_PER_SECOND).replace("\r", ""));
    }

    /** Asks by CPUID first whether the monitor takes calls; one that does not know this call answers a negative number. */
    private void exits() {
        Label unknown = asm.newLabel();
        Label done = asm.newLabel();
        print("  VM exits   ");
        asm.op(MOV, EAX, ProcessorModel.HYPERVISOR).op(CPUID).op(CMP, EBX, SIGNATURE).op(JNZ, unknown);
        asm.op(MOV, EAX, ProcessorModel.MONITOR_FEATURES).op(CPUID).op(TEST, EAX, ProcessorModel.HYPERCALLS).op(JZ, unknown);
        attempt(unknown);
        asm.op(MOV, RAX, Hypercall.VM_EXITS).op(VMCALL).op(MOV, value("resume").q(), 0).op(TEST, RAX, RAX).op(JS, unknown);
        asm.op(CALL, at("print_decimal"));
        print(" so far, says the monitor\n");
        asm.op(JMP, done).bind(unknown);
        print("not told by this monitor\n");
        asm.bind(done);
    }

    private void echo() {
        asm.op(CALL, at("print"));
        print("\n");
    }

    private void fault() {
        Label resume = asm.newLabel();
        attempt(resume);
        asm.op(MOV, RAX, UNMAPPED).op(MOV, RAX, mem(RAX)).bind(resume);
        print("caught ");
        asm.op(CALL, at("print_trap"));
    }

    /** Without an interrupt table the undefined opcode cannot be delivered, nor what follows from that. */
    private void crash() {
        print("no interrupt table, and an undefined opcode: good-bye\n");
        asm.op(LIDT, value("no_idt").width(10)).op(UD2).bind("no_idt").dw(0).dq(0);
    }

    private void reset() {
        out(0xcf9, 0x02);
        out(0xcf9, 0x06);
        refused();
    }

    /** A decimal number to the debug-exit port. */
    private void exit() {
        Label digit = asm.newLabel();
        Label done = asm.newLabel();
        asm.op(XOR, EAX, EAX);
        asm.bind(digit).op(MOVZX, ECX, mem(RSI).b()).op(SUB, ECX, '0').op(CMP, ECX, 9).op(JA, done);
        asm.op(IMUL, EAX, EAX, 10).op(ADD, EAX, ECX).op(INC, ESI).op(JMP, digit);
        asm.bind(done).op(OUT, 0xf4, AL);
        refused();
    }

    private void powerOff() {
        print("good-bye\n");
        switchOff();
        refused();
    }

    /** Reached only where the machine does not have what was tried. */
    private void refused() {
        print("this machine does not do that\n");
    }
}
