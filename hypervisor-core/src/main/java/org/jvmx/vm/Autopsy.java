package org.jvmx.vm;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jvmx.arch.Vector;
import org.jvmx.vmx.DeliveryLog;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.VmcsField;

/**
 * Why a guest died of a triple fault: the exceptions that led to it, the IDT entries that were to handle them, the walks of the paging
 * structures for the addresses that matter, registers, code, and the last VM exits.
 */
final class Autopsy {
    private static final int CHAIN = 6;
    private static final int LAST_EXITS = 32;
    private static final String[] EXCEPTIONS =
            {"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "9", "#TS", "#NP", "#SS", "#GP",
                "#PF", "15", "#MF", "#AC", "#MC", "#XM", "#VE", "#CP"};

    private final GuestView guest;
    private final DeliveryLog deliveries;
    private final FlightRecorder recorder;
    private final StringBuilder text = new StringBuilder();
    private final Set<Long> rips = new LinkedHashSet<>();
    private final Set<Long> addresses = new LinkedHashSet<>();

    Autopsy(Vcpu vcpu) {
        this.guest = GuestView.of(vcpu);
        this.deliveries = vcpu.processor().deliveries();
        this.recorder = vcpu.recorder();
    }

    String text() {
        chain();
        line("registers:");
        guest.registers(text);
        line("paging:");
        for (long address : addresses) {
            guest.walk(text, address);
        }
        for (long rip : rips) {
            guest.disassemble(text, rip);
        }
        line("last VM exits:");
        recorder.print(text, LAST_EXITS);
        return text.toString();
    }

    private void line(String words) {
        text.append(words).append(System.lineSeparator());
    }

    private void chain() {
        rips.add(guest.rip());
        addresses.add(guest.codeAddress(guest.rip()));
        line("events delivered last, oldest first:");
        for (int back = Math.min(deliveries.size(), CHAIN) - 1; back >= 0; back--) {
            event(back);
        }
    }

    private void event(int back) {
        int information = deliveries.information(back);
        int vector = Interruption.vector(information);
        text.append("  ").append(name(information, vector));
        if (Interruption.hasErrorCode(information)) {
            text.append(" error code 0x").append(Integer.toHexString(deliveries.errorCode(back)));
        }
        text.append(" at RIP 0x").append(Long.toHexString(deliveries.rip(back)));
        if (vector == Vector.PF) {
            text.append(", address 0x").append(Long.toHexString(deliveries.cr2(back)));
            addresses.add(deliveries.cr2(back));
        }
        text.append(", after ").append(deliveries.retired(back)).append(" instructions");
        if (deliveries.retired(back) == deliveries.retired(0)) {
            text.append("; ");
            gate(vector);
        } else {
            line(""); // before the last instruction; the IDT may have been another one
        }
        rips.add(deliveries.rip(back));
    }

    private static String name(int information, int vector) {
        boolean exception = Interruption.type(information) == Interruption.HARDWARE_EXCEPTION || vector == Vector.NMI;
        return exception && vector < EXCEPTIONS.length ? EXCEPTIONS[vector] : "interrupt 0x" + Integer.toHexString(vector);
    }

    /** The entry of the interrupt vector table or IDT that handles a vector. */
    private void gate(int vector) {
        int size = guest.longMode() ? 16 : guest.protectedMode() ? 8 : 4;
        long at = guest.get(VmcsField.GUEST_IDTR_BASE) + (long) vector * size;
        addresses.add(at);
        byte[] entry = new byte[size];
        text.append("IDT entry at 0x").append(Long.toHexString(at));
        if ((long) vector * size + size - 1 > guest.get(VmcsField.GUEST_IDTR_LIMIT)) {
            line(" is beyond the limit 0x" + Long.toHexString(guest.get(VmcsField.GUEST_IDTR_LIMIT)));
        } else if (guest.read(at, entry) < size) {
            line(" cannot be read");
        } else {
            line(describe(entry));
        }
    }

    private static String describe(byte[] entry) {
        if (entry.length == 4) {
            return " -> %04x:%04x".formatted(number(entry, 2, 2), number(entry, 0, 2));
        }
        long offset = number(entry, 0, 2) | number(entry, 6, 2) << 16 | (entry.length == 16 ? number(entry, 8, 4) << 32 : 0);
        long attributes = number(entry, 4, 2);
        String present = (attributes & 0x8000) == 0 ? ", not present" : "";
        return " -> %04x:%x type %d DPL %d%s".formatted(number(entry, 2, 2), offset, attributes >> 8 & 15, attributes >> 13 & 3, present);
    }

    private static long number(byte[] bytes, int at, int size) {
        long value = 0;
        for (int n = 0; n < size; n++) {
            value |= (bytes[at + n] & 0xffL) << 8 * n;
        }
        return value;
    }
}
