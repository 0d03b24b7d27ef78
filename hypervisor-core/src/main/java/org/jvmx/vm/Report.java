package org.jvmx.vm;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jvmx.error.JvmxException;
import org.jvmx.vmx.CheckFailure;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;
import org.jvmx.vmx.VmxError;

/** Reasons to stop that need an explanation, with what is known about them. */
final class Report {
    private static final int LAST_EXITS = 16;

    private Report() {
    }

    static StopReason tripleFault(Vcpu vcpu) {
        long rip = vcpu.vmx().read(VmcsField.GUEST_RIP);
        return new StopReason(StopReason.Kind.TRIPLE_FAULT, 0, "triple fault at RIP 0x%x".formatted(rip), new Autopsy(vcpu).text());
    }

    /** VMLAUNCH or VMRESUME did not get as far as the guest's state. */
    static StopReason refused(Vcpu vcpu, int result) {
        Vmx vmx = vcpu.vmx();
        if (result != Vmx.FAIL_VALID) {
            return StopReason.of(StopReason.Kind.ENTRY_FAILURE, "VM entry failed: there is no current VMCS");
        }
        int number = (int) vmx.read(VmcsField.VM_INSTRUCTION_ERROR);
        String message = "VM entry failed with VM-instruction error %d: %s%s".formatted(number, VmxError.of(number),
                vcpu.machine().policies().blame());
        return new StopReason(StopReason.Kind.ENTRY_FAILURE, 0, message, explain(vmx.failure()));
    }

    static StopReason entryFailure(Vcpu vcpu) {
        Exit exit = vcpu.vmx().exit();
        String message = "%s, exit qualification 0x%x%s".formatted(exit.reason().title(), exit.qualification(),
                vcpu.machine().policies().blame());
        StringBuilder text = new StringBuilder(explain(vcpu.vmx().failure()));
        GuestView.of(vcpu).registers(text);
        return new StopReason(StopReason.Kind.ENTRY_FAILURE, 0, message, text.toString());
    }

    private static String explain(CheckFailure failure) {
        if (failure == null) {
            return "";
        }
        return "  check    %s%n  section  SDM Vol. 3, \"%s\"%n  field    %s%n  value    0x%x%n  legal    %s%n  hint     %s%n".formatted(
                failure.id(), failure.section(), failure.field(), failure.value(), failure.legal(), failure.hint());
    }

    static StopReason unexpected(Vcpu vcpu) {
        Exit exit = vcpu.vmx().exit();
        String message = "VM exit %s that nothing here asked for, guest-physical address 0x%x".formatted(exit, exit.guestPhysicalAddress());
        return new StopReason(StopReason.Kind.HOST_FAILURE, 0, message, scene(vcpu));
    }

    /** An error of ours. Telling it must not fail in its turn. */
    static StopReason crash(Vcpu vcpu, Throwable error) {
        boolean host = error instanceof JvmxException;
        StringWriter trace = new StringWriter();
        if (!host) {
            error.printStackTrace(new PrintWriter(trace));
        }
        StringBuilder text = new StringBuilder(trace.toString());
        try {
            text.append(scene(vcpu));
        } catch (RuntimeException e) {
            text.append("the guest's state cannot be read: ").append(e).append(System.lineSeparator());
        }
        return new StopReason(StopReason.Kind.HOST_FAILURE, 0, host ? error.getMessage() : "the machine failed: " + error, text.toString());
    }

    private static String scene(Vcpu vcpu) {
        StringBuilder text = new StringBuilder();
        GuestView guest = GuestView.of(vcpu);
        guest.registers(text);
        guest.disassemble(text, guest.rip());
        text.append("last VM exits:").append(System.lineSeparator());
        vcpu.recorder().print(text, LAST_EXITS);
        return text.toString();
    }
}
