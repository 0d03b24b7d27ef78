package org.jvmx.kvm.ffi;

import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.MemoryLayout.unionLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.UnionLayout;

/** The structures of the KVM interface. Linux, "The Definitive KVM API Documentation". */
public final class Layouts {
    /** {@code kvm_userspace_memory_region}. */
    public static final StructLayout MEMORY_REGION =
            structLayout(ints("slot", "flags"), longs("guest_phys_addr", "memory_size", "userspace_addr"));

    /** {@code kvm_dirty_log}. */
    public static final StructLayout DIRTY_LOG = structLayout(ints("slot", "padding"), longs("dirty_bitmap"));

    /** {@code kvm_regs}. */
    public static final StructLayout REGS =
            structLayout(longs("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rbp", "r8", "r9", "r10", "r11",
                    "r12", "r13", "r14", "r15", "rip", "rflags"));

    /** {@code kvm_segment}. */
    public static final StructLayout SEGMENT = structLayout(longs("base"), ints("limit"), JAVA_SHORT.withName("selector"),
            bytes("type", "present", "dpl", "db", "s", "l", "g", "avl", "unusable", "padding"));

    /** {@code kvm_dtable}. */
    public static final StructLayout DTABLE = structLayout(longs("base"), JAVA_SHORT.withName("limit"), paddingLayout(6));

    /** {@code kvm_sregs}. */
    public static final StructLayout SREGS = structLayout(SEGMENT.withName("cs"), SEGMENT.withName("ds"), SEGMENT.withName("es"),
            SEGMENT.withName("fs"), SEGMENT.withName("gs"), SEGMENT.withName("ss"), SEGMENT.withName("tr"), SEGMENT.withName("ldt"),
            DTABLE.withName("gdt"), DTABLE.withName("idt"), longs("cr0", "cr2", "cr3", "cr4", "cr8", "efer", "apic_base"),
            sequenceLayout(4, JAVA_LONG).withName("interrupt_bitmap"));

    /** {@code kvm_sregs2}: up to the flags it is {@code kvm_sregs}. */
    public static final StructLayout SREGS2 = structLayout(paddingLayout(SREGS.byteOffset(PathElement.groupElement("interrupt_bitmap"))),
            longs("flags", "pdptr0", "pdptr1", "pdptr2", "pdptr3"));

    /** {@code kvm_xsave}: an XSAVE area in the standard format. */
    public static final StructLayout XSAVE =
            structLayout(sequenceLayout(512, JAVA_BYTE).withName("legacy"), longs("xstate_bv"), paddingLayout(4096 - 520));

    /** {@code kvm_fpu}. */
    public static final StructLayout FPU = structLayout(sequenceLayout(128, JAVA_BYTE).withName("fpr"),
            fields(JAVA_SHORT, "fcw", "fsw"), bytes("ftwx", "pad1"), JAVA_SHORT.withName("last_opcode"), longs("last_ip", "last_dp"),
            sequenceLayout(256, JAVA_BYTE).withName("xmm"), ints("mxcsr", "pad2"));

    /** {@code kvm_translation}. */
    public static final StructLayout TRANSLATION =
            structLayout(longs("linear_address", "physical_address"), bytes("valid", "writeable", "usermode"),
                    paddingLayout(5));

    /** {@code kvm_msr_entry}. */
    public static final StructLayout MSR_ENTRY = structLayout(ints("index", "reserved"), longs("data"));

    /** The head of {@code kvm_msrs}; entries follow. */
    public static final StructLayout MSRS = structLayout(ints("nmsrs", "pad"));

    /** The head of {@code kvm_signal_mask}; the mask follows. */
    public static final StructLayout SIGNAL_MASK = structLayout(ints("len"));

    /** {@code kvm_cpuid_entry2}. */
    public static final StructLayout CPUID_ENTRY =
            structLayout(ints("function", "index", "flags", "eax", "ebx", "ecx", "edx"), paddingLayout(12));

    /** The head of {@code kvm_cpuid2}; entries follow. */
    public static final StructLayout CPUID2 = structLayout(ints("nent", "padding"));

    /** {@code kvm_guest_debug}. */
    public static final StructLayout GUEST_DEBUG = structLayout(ints("control", "pad"), sequenceLayout(8, JAVA_LONG).withName("debugreg"));

    /** {@code kvm_vcpu_events}. */
    public static final StructLayout VCPU_EVENTS = structLayout(
            structLayout(bytes("injected", "nr", "has_error_code", "pending"), ints("error_code")).withName("exception"),
            bytes("injected", "nr", "soft", "shadow").withName("interrupt"), bytes("injected", "pending", "masked", "pad").withName("nmi"),
            ints("sipi_vector", "flags"), bytes("smm", "pending", "inside_nmi", "latched_init").withName("smi"), bytes("triple_fault"),
            paddingLayout(26), bytes("exception_has_payload"), longs("exception_payload"));

    /** {@code kvm_debugregs}. */
    public static final StructLayout DEBUGREGS = structLayout(longs("db0", "db1", "db2", "db3", "dr6", "dr7", "flags"), paddingLayout(72));

    /** {@code kvm_enable_cap}. */
    public static final StructLayout ENABLE_CAP =
            structLayout(ints("cap", "flags"), longs("arg0", "arg1", "arg2", "arg3"), paddingLayout(64));

    /** {@code kvm_xcrs}. */
    public static final StructLayout XCRS = structLayout(ints("nr_xcrs", "flags"),
            sequenceLayout(16, structLayout(ints("xcr", "reserved"), longs("value"))).withName("xcrs"), paddingLayout(128));

    /** {@code kvm_msr_filter_range}. */
    public static final StructLayout MSR_FILTER_RANGE = structLayout(ints("flags", "nmsrs", "base"), paddingLayout(4), longs("bitmap"));

    /** {@code kvm_msr_filter}. */
    public static final StructLayout MSR_FILTER =
            structLayout(ints("flags"), paddingLayout(4), sequenceLayout(16, MSR_FILTER_RANGE).withName("ranges"));

    /** {@code kvm_device_attr}. */
    public static final StructLayout DEVICE_ATTR = structLayout(ints("flags", "group"), longs("attr", "addr"));

    /** {@code kvm_ioeventfd}. */
    public static final StructLayout IOEVENTFD =
            structLayout(longs("datamatch", "addr"), ints("len", "fd", "flags"), paddingLayout(36));

    /** {@code kvm_irqfd}. */
    public static final StructLayout IRQFD = structLayout(ints("fd", "gsi", "flags", "resamplefd"), paddingLayout(16));

    /** {@code kvm_irq_routing_entry} for a message or a pin. */
    public static final StructLayout ROUTE = structLayout(ints("gsi", "type", "flags", "pad"), unionLayout(
            structLayout(ints("address_lo", "address_hi", "data")).withName("msi"), structLayout(ints("irqchip", "pin")).withName("chip"),
            sequenceLayout(32, JAVA_BYTE)).withName("to"));

    /** The head of {@code kvm_irq_routing}; entries follow. */
    public static final StructLayout ROUTING = structLayout(ints("nr", "flags"));

    /** {@code kvm_irq_level}. */
    public static final StructLayout IRQ_LEVEL = structLayout(ints("irq", "level"));

    /** {@code kvm_irqchip} with a {@code kvm_pic_state}. */
    public static final StructLayout IRQCHIP = structLayout(ints("chip_id", "pad"),
            bytes("last_irr", "irr", "imr", "isr", "priority_add", "irq_base", "read_reg_select", "poll", "special_mask", "init_state",
                    "auto_eoi", "rotate_on_auto_eoi", "special_fully_nested_mode", "init4", "elcr", "elcr_mask"),
            paddingLayout(512 - 16));

    /** {@code kvm_lapic_state}. */
    public static final StructLayout LAPIC = structLayout(sequenceLayout(1024, JAVA_BYTE).withName("regs"));

    /** {@code kvm_mp_state}. */
    public static final StructLayout MP_STATE = structLayout(ints("mp_state"));

    /** {@code kvm_coalesced_mmio_zone}. */
    public static final StructLayout COALESCED_ZONE = structLayout(longs("addr"), ints("size", "pio"));

    /** {@code kvm_coalesced_mmio}. */
    public static final StructLayout COALESCED = structLayout(longs("phys_addr"), ints("len", "pio"), longs("data"));

    /** The head of {@code kvm_coalesced_mmio_ring}; entries follow to the end of the page. */
    public static final StructLayout COALESCED_RING = structLayout(ints("first", "last"));

    /** {@code pollfd}. */
    public static final StructLayout POLL = structLayout(ints("fd"), fields(JAVA_SHORT, "events", "revents"));

    private static final UnionLayout EXIT = unionLayout(
            structLayout(bytes("direction", "size"), JAVA_SHORT.withName("port"), ints("count"), longs("data_offset")).withName("io"),
            structLayout(ints("exception", "pad"), longs("pc", "dr6", "dr7")).withName("debug"),
            structLayout(longs("phys_addr", "data"), ints("len"), bytes("is_write"), paddingLayout(3)).withName("mmio"),
            structLayout(longs("nr"), sequenceLayout(6, JAVA_LONG).withName("args"), longs("ret", "flags")).withName("hypercall"),
            structLayout(ints("suberror", "ndata"), longs("flags"), bytes("insn_size"),
                    sequenceLayout(15, JAVA_BYTE).withName("insn_bytes"))
                    .withName("internal"),
            structLayout(bytes("vector")).withName("eoi"),
            structLayout(longs("hardware_reason"), ints("cpu")).withName("fail_entry"),
            structLayout(bytes("error"), paddingLayout(7), ints("reason", "index"), longs("data")).withName("msr"),
            sequenceLayout(256, JAVA_BYTE).withName("padding"));

    /** {@code kvm_run}, with the registers that KVM keeps there for us. */
    public static final StructLayout RUN = structLayout(bytes("request_interrupt_window", "immediate_exit"), paddingLayout(6),
            ints("exit_reason"),
            bytes("ready_for_interrupt_injection", "if_flag"), JAVA_SHORT.withName("flags"), longs("cr8", "apic_base"),
            EXIT.withName("exit"),
            longs("kvm_valid_regs", "kvm_dirty_regs"), REGS.withName("regs"), SREGS.withName("sregs"), VCPU_EVENTS.withName("events"));

    private Layouts() {
    }

    private static StructLayout ints(String... names) {
        return fields(JAVA_INT, names);
    }

    private static StructLayout longs(String... names) {
        return fields(JAVA_LONG, names);
    }

    private static StructLayout bytes(String... names) {
        return fields(JAVA_BYTE, names);
    }

    /** Fields of one type in a row; a name is found through them as if they stood in the structure itself ({@link #offset}). */
    private static StructLayout fields(MemoryLayout type, String... names) {
        MemoryLayout[] all = new MemoryLayout[names.length];
        for (int n = 0; n < names.length; n++) {
            all[n] = type.withName(names[n]);
        }
        return structLayout(all);
    }

    /** The offset of the field at the end of a path of names. */
    public static long offset(MemoryLayout structure, String... path) {
        MemoryLayout at = structure;
        long offset = 0;
        for (String name : path) {
            Found found = find(at, name);
            if (found == null) {
                throw new IllegalArgumentException("no field %s in %s".formatted(name, at));
            }
            offset += found.offset;
            at = found.layout;
        }
        return offset;
    }

    private record Found(MemoryLayout layout, long offset) {
    }

    private static Found find(MemoryLayout layout, String name) {
        if (!(layout instanceof java.lang.foreign.GroupLayout group)) {
            return null;
        }
        int index = 0;
        for (MemoryLayout member : group.memberLayouts()) {
            long start = layout.byteOffset(PathElement.groupElement(index++));
            if (member.name().filter(name::equals).isPresent()) {
                return new Found(member, start);
            }
            Found inside = member.name().isEmpty() ? find(member, name) : null;
            if (inside != null) {
                return new Found(inside.layout, start + inside.offset);
            }
        }
        return null;
    }
}
