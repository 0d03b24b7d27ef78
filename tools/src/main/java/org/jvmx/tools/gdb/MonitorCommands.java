package org.jvmx.tools.gdb;

import java.util.Arrays;
import java.util.Comparator;
import org.jvmx.vm.GuestView;
import org.jvmx.vm.Machine;
import org.jvmx.vm.Vcpu;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/** What {@code monitor} commands of gdb show. */
final class MonitorCommands {
    private static final int TAIL = 16;
    private static final String HELP = """
            exits            VM exits by reason, of all vCPUs
            vmcs             fields of the VMCS that are not zero
            walk ADDRESS     walk of the paging structures for a linear address
            regs             registers with the hidden parts of segments
            code [ADDRESS]   instructions at an offset in the code segment, in the mode that the guest is in
            trace tail [N]   the last VM exits of the vCPU
            help             this
            """;

    private MonitorCommands() {
    }

    /** The answer to a command line. */
    static String answer(Machine machine, Vcpu vcpu, String line) {
        String[] words = line.strip().split("\\s+");
        StringBuilder text = new StringBuilder();
        switch (words[0]) {
            case "", "help" -> text.append(HELP);
            case "exits" -> exits(text, machine);
            case "vmcs" -> vmcs(text, vcpu.vmx());
            case "regs" -> GuestView.of(vcpu).registers(text);
            case "walk" -> walk(text, vcpu, words);
            case "code" -> code(text, vcpu, words);
            case "trace" -> trace(text, vcpu, words);
            default -> text.append("'%s' is not known; try: monitor help%n".formatted(words[0]));
        }
        return text.toString();
    }

    private static void exits(StringBuilder text, Machine machine) {
        Arrays.stream(ExitReason.values()).filter(reason -> machine.counters().exits(reason) > 0)
                .sorted(Comparator.comparingLong(reason -> -machine.counters().exits(reason)))
                .forEach(reason -> text.append("  %-24s %d%n".formatted(reason, machine.counters().exits(reason))));
        text.append("  %-24s %d%n".formatted("in all", machine.counters().exits()));
    }

    private static void vmcs(StringBuilder text, Vmx vmx) {
        for (VmcsField field : VmcsField.values()) {
            if (vmx.capabilities().has(field) && vmx.read(field) != 0) {
                text.append("  %-36s 0x%x%n".formatted(field, vmx.value()));
            }
        }
    }

    private static void walk(StringBuilder text, Vcpu vcpu, String[] words) {
        if (words.length != 2) {
            text.append("say which address: monitor walk 0xffffffff81000000\n");
            return;
        }
        GuestView.of(vcpu).walk(text, address(words[1]));
    }

    private static void code(StringBuilder text, Vcpu vcpu, String[] words) {
        GuestView guest = GuestView.of(vcpu);
        guest.disassemble(text, words.length > 1 ? address(words[1]) : guest.rip());
    }

    private static void trace(StringBuilder text, Vcpu vcpu, String[] words) {
        if (words.length < 2 || !words[1].equals("tail")) {
            text.append("only the end is at hand: monitor trace tail\n");
            return;
        }
        vcpu.recorder().print(text, words.length > 2 ? Math.max(1, Integer.parseInt(words[2])) : TAIL);
    }

    private static long address(String text) {
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseUnsignedLong(text);
    }
}
