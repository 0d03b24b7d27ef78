package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;
import static org.jvmx.vmx.VmcsField.*;

import org.jvmx.arch.ProcessorModel;
import org.jvmx.cpu.SoftwareProcessor;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.CheckFailure;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.RootState;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.VmxError;
import org.jvmx.vmx.Vmx;
import org.jvmx.vmx.VmxAbort;
import org.jvmx.vmx.VmxMemory;
import org.jvmx.vmx.VmxOperation;

/** A processor with a current VMCS and a legal guest in it; after each entry and exit it looks whether all is as it must be. */
final class GuestRig {
    private static final long SPACE = 0x6_0000;
    /** No entry runs more instructions. */
    private static final long MOST = 300;
    private static final long RESERVED_FLAGS = 0xffff_ffff_ffc0_802aL ^ 2;

    private final ProcessorModel model = ProcessorModel.jvmxV1();
    private final CapabilityMsrs offered = CapabilityMsrs.software(model.cr4Bits());

    private HostMemory host;
    SoftwareProcessor processor;
    VmxOperation vmx;
    private boolean launched;
    /** Whether the guest is as the last exit left it. */
    private boolean untouched;
    private boolean dead;

    /** A new processor with the guest of a mode. */
    void reset(GuestMode mode) {
        if (host != null) {
            host.close();
        }
        host = new HostMemory(SPACE);
        host.write(0, GuestMode.memory(), 0, GuestMode.memory().length);
        processor = new SoftwareProcessor(host, model, 1);
        vmx = new VmxOperation(VmxMemory.of(host), processor, offered, RootState.MONITOR);
        host.writeInt(GuestMode.VMXON, offered.revision());
        host.writeInt(GuestMode.VMCS, offered.revision());
        succeed(vmx.vmxon(GuestMode.VMXON));
        succeed(vmx.vmclear(GuestMode.VMCS));
        succeed(vmx.vmptrld(GuestMode.VMCS));
        launched = false;
        untouched = false;
        dead = false;
        mode.fill(offered, (field, value) -> succeed(vmx.vmwrite(field, value)));
        vmx.registers().gpr(Cpu.RSP, GuestMode.STACK);
    }

    private static void succeed(int result) {
        require(result == Vmx.SUCCEED, "an instruction of the set-up fails");
    }

    /** Whether the processor has stopped for good. */
    boolean dead() {
        return dead;
    }

    // --- what a monitor may do

    /** Writes a field; read-only and missing ones must be refused. */
    void field(VmcsField field, long value) {
        int result = vmx.vmwrite(field, value);
        boolean legal = offered.has(field) && !field.readOnly();
        require(result == (legal ? Vmx.SUCCEED : Vmx.FAIL_VALID), field + " written with " + result);
        if (legal) {
            require(vmx.read(field) == (value & field.width().mask()), field + " reads back as " + Long.toHexString(vmx.read(field)));
        }
        untouched = false;
    }

    void memory(int address, byte[] bytes) {
        int at = (int) Math.min(address, SPACE - bytes.length);
        host.write(at, bytes, 0, bytes.length);
        untouched = false;
    }

    void register(int number, long value) {
        vmx.registers().gpr(number, value);
        if (number == Cpu.RSP) {
            vmx.write(GUEST_RSP, value);
        }
    }

    void debugRegister(int number, long value) {
        vmx.registers().dr(number & 3, value);
    }

    /** Enters the guest, which runs to the next exit; false if it was not entered. */
    boolean run() {
        bound();
        long before = processor.retired();
        int result;
        try {
            result = launched ? vmx.vmresume() : vmx.vmlaunch();
        } catch (VmxAbort abort) {
            require(vmx.read(EXIT_MSR_STORE_COUNT) + vmx.read(EXIT_MSR_LOAD_COUNT) != 0,
                    "an abort without MSR lists: " + abort.getMessage());
            dead = true;
            return false;
        }
        if (result != Vmx.SUCCEED) {
            refused(result);
            return false;
        }
        Exit exit = vmx.exit();
        require(vmx.read(EXIT_REASON) == (exit.reasonField() & 0xffff_ffffL), "the exit reason of the VMCS differs");
        if (exit.entryFailure()) {
            failed(exit);
            return false;
        }
        launched = true;
        require(processor.retired() - before <= MOST, "ran " + (processor.retired() - before) + " instructions");
        exited(exit);
        untouched = true;
        return true;
    }

    /** However the controls stand: no run is for ever. */
    private void bound() {
        long pin = vmx.read(PIN_BASED_CONTROLS);
        vmx.write(PIN_BASED_CONTROLS, pin | PinBasedControl.ACTIVATE_PREEMPTION_TIMER.mask());
        vmx.write(PREEMPTION_TIMER_VALUE, Math.min(vmx.read(PREEMPTION_TIMER_VALUE), MOST - 50));
    }

    private void refused(int result) {
        require(result == Vmx.FAIL_VALID, "result " + result);
        VmxError error = VmxError.of(vmx.read(VM_INSTRUCTION_ERROR));
        require(error == VmxError.INVALID_CONTROL_FIELD || error == VmxError.INVALID_HOST_STATE, "error " + error);
        named(vmx.failure());
        require(!untouched, "what an exit left is refused: " + vmx.failure());
    }

    private void failed(Exit exit) {
        require(exit.reason() == ExitReason.INVALID_STATE || exit.reason() == ExitReason.MSR_LOAD_FAIL,
                "an entry fails with " + exit.reason());
        named(vmx.failure());
        require(!untouched || exit.reason() == ExitReason.MSR_LOAD_FAIL, "what an exit left is no guest state: " + vmx.failure());
    }

    private void named(CheckFailure failure) {
        require(failure != null, "no check is named");
        require(!failure.id().isBlank() && failure.field() != null && !failure.legal().isBlank() && !failure.toString().isBlank(),
                "an empty check");
    }

    /** Finishes the instruction of the last exit; false if it made another exit. */
    boolean complete(boolean answer, long value) {
        if (answer) {
            if (vmx.exit().access().isWrite()) {
                vmx.exit().access().accept();
            } else {
                vmx.exit().access().answer(value);
            }
        }
        long before = processor.retired();
        boolean done;
        try {
            done = vmx.complete();
        } catch (VmxAbort abort) {
            dead = true;
            return false;
        }
        require(processor.retired() - before <= 1, "more than an instruction completed");
        exited(vmx.exit());
        return done;
    }

    void retry() {
        vmx.retry();
        untouched = false;
    }

    void fault(int vector, int errorCode) {
        vmx.fault(vector, errorCode);
        untouched = false;
    }

    /** Whether the processor has the field. */
    boolean has(VmcsField field) {
        return offered.has(field);
    }

    /** The guest's memory. */
    byte[] ram() {
        byte[] bytes = new byte[GuestMode.RAM_PAGES << 12];
        host.read(0, bytes, 0, bytes.length);
        return bytes;
    }

    boolean launched() {
        return launched;
    }

    // --- what must hold

    private void exited(Exit exit) {
        Cpu cpu = processor.cpu();
        long flags = cpu.flags() & 0xffff_ffffL;
        require((flags & 2) != 0 && (flags & RESERVED_FLAGS) == 0, "RFLAGS " + Long.toHexString(flags));
        require(cpu.cpl >= 0 && cpu.cpl <= 3, "CPL " + cpu.cpl);
        boolean pae = (cpu.cr4 & 0x20) != 0;
        boolean paging = (cpu.cr0 & 0x8000_0000L) != 0;
        require((cpu.efer & 0x400) != 0 == ((cpu.efer & 0x100) != 0 && paging), "EFER " + Long.toHexString(cpu.efer));
        require((cpu.efer & 0x400) == 0 || pae, "IA-32e mode without PAE");
        require(!paging || (cpu.cr0 & 1) != 0, "paging without protection");
        require(cpu.longCode() || cpu.rip >>> 32 == 0, "RIP " + Long.toHexString(cpu.rip));
        require(!cpu.v8086() || cpu.cpl == 3, "virtual-8086 mode at CPL " + cpu.cpl);
        require((cpu.cr0 & 1) != 0 || cpu.cpl == 0, "real mode at CPL " + cpu.cpl);
        require(cpu.gpr[Cpu.NO_REGISTER] == 0, "the register that is none is " + cpu.gpr[Cpu.NO_REGISTER]);
        require(cpu.fpTop >>> 3 == 0 && cpu.fpNotEmpty >>> 8 == 0 && (cpu.mxcsr & 0xffff_0000) == 0, "x87 or SSE state");
        require(cpu.blockRetired == 0, "instructions are still being counted");
        require(exit.instructionLength() >= 0 && exit.instructionLength() <= 15,
                "instruction length %d of %s".formatted(exit.instructionLength(), exit));
    }
}
