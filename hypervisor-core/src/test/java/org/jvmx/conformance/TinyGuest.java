package org.jvmx.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.jvmx.vmx.VmcsField.*;

import java.util.function.Consumer;
import org.jvmx.arch.Efer;
import org.jvmx.isa.Assembler;
import org.jvmx.memory.HostMemory;
import org.jvmx.vm.VcpuState;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.Control;
import org.jvmx.vmx.ControlWord;
import org.jvmx.vmx.EntryControl;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitControl;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.GuestMapping;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;
import org.jvmx.vmx.VirtualProcessor;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/** A processor of some backend with 512 KiB of RAM, a VMCS that is current and Clear, and a guest of a few instructions. */
final class TinyGuest implements AutoCloseable {
    static final long CODE = 0x1000;
    static final long HANDLER = 0x2000;
    static final long GDT = 0x3000;
    static final long IDT = 0x4000;
    static final long PML4 = 0x5000;
    static final long STACK = 0x9000;
    static final long DATA = 0xa000;
    static final long RAM = 0x8_0000;
    /** Nothing is mapped there. */
    static final long MMIO = 0xa_0000;
    static final int PORT = 0x10;
    /** A model-specific register that only the monitor has. */
    static final int PRIVATE_MSR = 0x1fff;
    private static final long SPACE = 4 << 20;
    private static final long TABLES = 3;
    private static final long PAT = 0x0007_0406_0007_0406L;

    final Mode mode;
    final HostMemory host;
    final VirtualProcessor processor;
    final Vmx vmx;
    final CapabilityMsrs offered;
    final long vmxonRegion;
    final long region;
    final long bitmaps;
    private final long ram;
    private boolean launched;

    TinyGuest(Backend backend, Mode mode) {
        this.mode = mode;
        this.host = backend.memory(SPACE);
        this.processor = backend.open(new Backend.Setup(host, Backend.DEFAULT_MODEL, 1)).getFirst();
        this.vmx = processor.vmx();
        this.offered = vmx.capabilities();
        this.ram = host.allocate(RAM);
        this.vmxonRegion = region();
        this.region = region();
        this.bitmaps = host.allocate(HostMemory.PAGE);
        processor.mapping().map(0, RAM, ram, GuestMapping.ALL);
        assertEquals(Vmx.SUCCEED, vmx.vmxon(vmxonRegion));
        assertEquals(Vmx.SUCCEED, vmx.vmclear(region));
        assertEquals(Vmx.SUCCEED, vmx.vmptrld(region));
        tables();
        controls();
        state(mode.entry());
    }

    /** A region with the processor's revision. */
    long region() {
        long address = host.allocate(CapabilityMsrs.REGION_SIZE);
        host.writeInt(address, offered.revision());
        return address;
    }

    /** Loads code that is assembled for the mode. */
    TinyGuest code(Consumer<Assembler> program) {
        return place(CODE, program);
    }

    /** Loads code that takes the events of a vector. */
    TinyGuest handler(int vector, Consumer<Assembler> program) {
        place(HANDLER, program);
        switch (mode) {
            case REAL -> host.writeInt(ram + 4L * vector, (int) HANDLER);
            case PROTECTED -> host.writeLong(ram + IDT + 8L * vector, 0x8e00L << 32 | 0x10 << 16 | HANDLER);
            case LONG -> {
                host.writeLong(ram + IDT + 16L * vector, 0x8e00L << 32 | 0x10 << 16 | HANDLER);
                host.writeLong(ram + IDT + 16L * vector + 8, 0);
            }
        }
        return this;
    }

    private TinyGuest place(long address, Consumer<Assembler> program) {
        Assembler asm = new Assembler(mode.bits(), address);
        program.accept(asm);
        byte[] bytes = asm.assemble();
        host.write(ram + address, bytes, 0, bytes.length);
        return this;
    }

    /** The host-physical address of guest memory. */
    long at(long gpa) {
        return ram + gpa;
    }

    private void tables() {
        host.writeLong(at(GDT + 0x10), mode == Mode.LONG ? 0x00af_9b00_0000_ffffL : 0x00cf_9b00_0000_ffffL);
        host.writeLong(at(GDT + 0x18), 0x00cf_9300_0000_ffffL);
        host.writeLong(at(PML4), PML4 + 0x1000 | TABLES);
        host.writeLong(at(PML4 + 0x1000), PML4 + 0x2000 | TABLES);
        host.writeLong(at(PML4 + 0x2000), 0x80 | TABLES);
    }

    /** A control word with what is wanted and offered. */
    int word(ControlWord word, Control... wanted) {
        int bits = offered.word(word);
        for (Control control : wanted) {
            bits |= offered.allows(control) ? (int) control.mask() : 0;
        }
        return bits;
    }

    private void controls() {
        control(ControlWord.PIN_BASED, PinBasedControl.EXTERNAL_INTERRUPT_EXITING, PinBasedControl.NMI_EXITING);
        control(ControlWord.PRIMARY, PrimaryControl.HLT_EXITING, PrimaryControl.UNCONDITIONAL_IO_EXITING, PrimaryControl.USE_MSR_BITMAPS,
                PrimaryControl.ACTIVATE_SECONDARY_CONTROLS);
        control(ControlWord.SECONDARY, SecondaryControl.ENABLE_EPT, SecondaryControl.UNRESTRICTED_GUEST);
        control(ControlWord.EXIT, ExitControl.HOST_ADDRESS_SPACE_SIZE, ExitControl.SAVE_IA32_EFER, ExitControl.SAVE_IA32_PAT,
                ExitControl.SAVE_DEBUG_CONTROLS);
        for (int n = 0; n < HostMemory.PAGE; n++) {
            host.writeByte(bitmaps + n, 0xff);
        }
        set(MSR_BITMAPS, bitmaps);
        set(VIRTUAL_APIC_ADDRESS, host.allocate(HostMemory.PAGE));
        set(HOST_CR0, offered.cr0Fixed0() | 0x8000_0001L);
        set(HOST_CR4, offered.cr4Fixed0() | 0x20);
        set(HOST_CS_SELECTOR, 8);
        set(HOST_TR_SELECTOR, 16);
        set(HOST_IA32_EFER, Efer.LMA | Efer.LME);
        set(HOST_IA32_PAT, PAT);
        processor.mapping().use(vmx);
    }

    /** Makes a control word of what is wanted and offered; the exit controls stay below those that need nothing else. */
    void control(ControlWord word, Control... wanted) {
        set(field(word), word(word, wanted) & 0xffff_ffffL);
    }

    static VmcsField field(ControlWord word) {
        return switch (word) {
            case PIN_BASED -> PIN_BASED_CONTROLS;
            case PRIMARY -> PRIMARY_CONTROLS;
            case SECONDARY -> SECONDARY_CONTROLS;
            case EXIT -> EXIT_CONTROLS;
            case ENTRY -> ENTRY_CONTROLS;
            default -> null;
        };
    }

    /** Writes a field if the processor has it. */
    void set(VmcsField field, long value) {
        if (offered.has(field)) {
            vmx.write(field, value);
        }
    }

    long get(VmcsField field) {
        return vmx.read(field);
    }

    /** Adds controls to a word. */
    void add(VmcsField word, Control control) {
        set(word, get(word) | control.mask());
    }

    private void state(VcpuState state) {
        Control[] entry = {EntryControl.LOAD_DEBUG_CONTROLS, EntryControl.LOAD_IA32_EFER, EntryControl.LOAD_IA32_PAT};
        set(ENTRY_CONTROLS,
                (word(ControlWord.ENTRY, entry) | (mode == Mode.LONG ? EntryControl.IA32E_MODE_GUEST.mask() : 0)) & 0xffff_ffffL);
        set(VMCS_LINK_POINTER, -1);
        set(GUEST_CR0, state.cr0() | offered.cr0Fixed0() & 0x20);
        set(GUEST_CR3, state.cr3());
        set(GUEST_CR4, state.cr4() | offered.cr4Fixed0());
        set(GUEST_IA32_EFER, state.efer());
        set(GUEST_IA32_PAT, PAT);
        set(GUEST_DR7, 0x400);
        set(GUEST_RIP, state.rip());
        set(GUEST_RFLAGS, state.rflags());
        set(GUEST_RSP, STACK);
        for (int n = 0; n < 8; n++) {
            VcpuState.Segment segment = state.segments().get(n);
            set(after(GUEST_ES_SELECTOR, n), segment.selector());
            set(after(GUEST_ES_BASE, n), segment.base());
            set(after(GUEST_ES_LIMIT, n), segment.limit() & 0xffff_ffffL);
            set(after(GUEST_ES_ACCESS_RIGHTS, n), segment.rights());
        }
        set(GUEST_GDTR_BASE, state.gdtr().base());
        set(GUEST_GDTR_LIMIT, state.gdtr().limit());
        set(GUEST_IDTR_BASE, state.idtr().base());
        set(GUEST_IDTR_LIMIT, state.idtr().limit());
    }

    static VmcsField after(VmcsField first, int n) {
        return VmcsField.values()[first.ordinal() + n];
    }

    /** Enters the guest, for the first time or once more; the host's own interrupts, which may come at any time, are passed over. */
    Exit enter() {
        Exit exit = enterOnce();
        while (exit.reason() == ExitReason.EXTERNAL_INTERRUPT) {
            exit = enterOnce();
        }
        return exit;
    }

    /** Enters the guest, for the first time or once more. */
    Exit enterOnce() {
        int result = launched ? vmx.vmresume() : vmx.vmlaunch();
        assertEquals(Vmx.SUCCEED, result, () -> "error " + get(VM_INSTRUCTION_ERROR) + " " + vmx.failure());
        launched |= !vmx.exit().entryFailure();
        return vmx.exit();
    }

    /** Finishes the instruction of the last exit and runs on to the next one. */
    Exit next() {
        return vmx.complete() ? enter() : vmx.exit();
    }

    /** Answers what the last exit reads, and runs on. */
    Exit answer(long value) {
        vmx.exit().access().answer(value);
        return next();
    }

    /** Says that the last exit's write is done, and runs on. */
    Exit accept() {
        vmx.exit().access().accept();
        return next();
    }

    /** The error number of the last VMfailValid. */
    long error() {
        return get(VM_INSTRUCTION_ERROR);
    }

    @Override
    public void close() {
        processor.close();
        host.close();
    }
}
