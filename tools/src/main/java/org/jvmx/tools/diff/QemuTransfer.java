package org.jvmx.tools.diff;

import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.jvmx.arch.AccessRights;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Efer;
import org.jvmx.arch.Msr;
import org.jvmx.error.BackendException;
import org.jvmx.memory.GuestMemory;
import org.jvmx.vm.Machine;
import org.jvmx.vmx.DebugFacility;

/**
 * Brings the state of our machine into a QEMU that has not run yet, through its gdb stub: what the stub can write is written, the rest is done by single
 * instructions that are put into memory and stepped over before the guest's memory replaces them.
 */
final class QemuTransfer {
    private static final String[] GENERAL = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
        "r14", "r15"};
    private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};
    private static final int[] MSRS =
            {Msr.STAR, Msr.LSTAR, Msr.CSTAR, Msr.FMASK, Msr.SYSENTER_CS, Msr.SYSENTER_ESP, Msr.SYSENTER_EIP, Msr.PAT,
                Msr.TSC_AUX};
    private static final int CS = 1;
    private static final int LDTR = 6;
    private static final int TR = 7;

    /** Where in the code segment the helping instructions are, and how far behind them their data. */
    private static final int CODE = 0x1000;
    private static final int DATA = 0x100;
    private static final int IMAGE = 0x1a00;
    /** As high as the highest selector, so that a table in which it has any index begins above 0. */
    private static final int DESCRIPTOR = 0x1_0000;
    private static final long FLAT_CODE = 0x00cf_9b00_0000_ffffL;
    private static final long FLAT_DATA = 0x00cf_9300_0000_ffffL;
    private static final long OSFXSR = 1 << 9;
    private static final int PAGE = 4096;
    private static final long VGA = 0xa_0000;
    private static final long VGA_END = 0xc_0000;

    private final GdbClient client;
    private final Machine machine;
    private final DebugFacility facility;
    private final ProcessorState state = new ProcessorState();
    private final Set<Long> touched = new HashSet<>();
    private long codeBase;

    QemuTransfer(GdbClient client, Machine machine, DebugFacility facility) {
        this.client = client;
        this.machine = machine;
        this.facility = facility;
    }

    void run() {
        new OwnSide(machine, facility).read(state);
        client.ask("Qqemu.PhyMemMode:1");
        client.write("cs", 0);
        chipset();
        flatMode();
        floatingPoint();
        modelSpecific();
        systemSegments();
        for (int segment = 0; segment < SEGMENTS.length; segment++) {
            if (segment != CS) {
                segment(segment);
            }
        }
        client.write("efer", state.value[ProcessorState.EFER]);
        segment(CS);
        tables();
        client.write("cr3", state.value[ProcessorState.CR3]);
        client.write("cr4", state.value[ProcessorState.CR4]);
        client.write("cr0", state.value[ProcessorState.CR0]);
        registers();
        memory();
        client.ask("Qqemu.PhyMemMode:0");
    }

    // --- single instructions

    /** Runs one instruction. */
    private void execute(String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        put(codeBase + CODE, code);
        client.write("rip", CODE);
        client.ask("s");
        long rip = client.read("rip");
        if (rip != CODE + code.length) {
            throw new BackendException("QEMU cannot be brought to the guest's state: instruction %s led to 0x%x".formatted(hex, rip));
        }
    }

    private void put(long address, byte[] bytes) {
        touched.add(address & -PAGE);
        touched.add(address + bytes.length & -PAGE);
        client.write(address, bytes, 0, bytes.length);
    }

    private void data(String hex) {
        put(codeBase + CODE + DATA, HexFormat.of().parseHex(hex));
    }

    private static String hex(long value, int bytes) {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < bytes; n++) {
            text.append("%02x".formatted(value >>> 8 * n & 0xff));
        }
        return text.toString();
    }

    private void out(int port, int value, String instruction) {
        client.write("rdx", port);
        client.write("rax", value & 0xffff_ffffL);
        execute(instruction);
    }

    /** RAM behind the addresses from C0000H on, as the chip set's PAM registers offer it, and initialised 8259As. Intel 440FX data sheet, "PAM". */
    private void chipset() {
        for (int register = 0x59; register <= 0x5f; register++) {
            out(0xcf8, 0x8000_0000 | register & ~3, "66ef");
            out(0xcfc + (register & 3), 0x33, "ee");
        }
        int[][] words = {{0x20, 0x11}, {0x21, 0x08}, {0x21, 0x04}, {0x21, 0x01}, {0x21, 0xfb}, {0xa0, 0x11}, {0xa1, 0x70}, {0xa1, 0x02},
            {0xa1, 0x01}, {0xa1, 0xf3}};
        for (int[] word : words) {
            out(word[0], word[1], "ee");
        }
    }

    /** Protected mode with flat segments, which is where the other instructions run. */
    private void flatMode() {
        data(hex(0x17, 2) + hex(DESCRIPTOR, 4));
        put(DESCRIPTOR, HexFormat.of().parseHex(hex(0, 8) + hex(FLAT_CODE, 8) + hex(FLAT_DATA, 8)));
        execute("66 0f01 16" + hex(CODE + DATA, 2));
        client.write("cr0", Cr0.PE | Cr0.ET);
        client.write("cs", 8);
        for (String name : new String[] {"ds", "es", "ss"}) {
            client.write(name, 16);
        }
    }

    private void floatingPoint() {
        byte[] image = new byte[DebugFacility.FLOATING_POINT_IMAGE];
        facility.saveFloatingPoint(image);
        put(IMAGE, image);
        client.write("cr4", OSFXSR);
        execute("0fae 0d" + hex(IMAGE, 4));
        for (int n = 8; n < 16; n++) {
            client.write("xmm" + n, Arrays.copyOfRange(image, 160 + 16 * n, 176 + 16 * n));
        }
    }

    private void modelSpecific() {
        for (int index : MSRS) {
            long value = facility.msr(index);
            client.write("rcx", index & 0xffff_ffffL);
            client.write("rax", value & 0xffff_ffffL);
            client.write("rdx", value >>> 32);
            execute("0f30");
        }
        client.write("k_gs_base", facility.msr(Msr.KERNEL_GS_BASE));
        for (int n = 0; n < 4; n++) {
            debugRegister(n, state.value[ProcessorState.DR + n]);
        }
        debugRegister(6, state.value[ProcessorState.DR6]);
        debugRegister(7, state.value[ProcessorState.DR7]);
    }

    private void debugRegister(int number, long value) {
        client.write("rax", value & 0xffff_ffffL);
        execute("0f23" + hex(0xc0 | number << 3, 1));
    }

    // --- segments

    /** Points the descriptor table at one descriptor, so that it has the index of {@code selector}. */
    private void describe(long selector, long descriptor, long upper) {
        put(DESCRIPTOR, HexFormat.of().parseHex(hex(descriptor, 8) + hex(upper, 8)));
        data(hex(0xffff, 2) + hex(DESCRIPTOR - (selector & 0xfff8), 4));
        execute("0f01 15" + hex(CODE + DATA, 4));
    }

    /** The descriptor that loads a segment register with what ours holds. SDM Vol. 3, "Segment Descriptors". */
    private long descriptor(int segment) {
        long base = state.value[ProcessorState.BASE + segment];
        long limit = state.value[ProcessorState.LIMIT + segment];
        long rights = state.value[ProcessorState.RIGHTS + segment];
        if ((rights & AccessRights.UNUSABLE) != 0) {
            return 0;
        }
        long units = (rights & AccessRights.G) != 0 ? limit >>> 12 : limit;
        return units & 0xffff | (base & 0xff_ffff) << 16 | (rights & 0xf0ff) << 40 | (units >>> 16 & 15) << 48 | (base >>> 24 & 0xff) << 56;
    }

    private void segment(int segment) {
        long selector = state.value[ProcessorState.SELECTOR + segment] & 0xfffb;
        // the stub loads nothing where the selector is the one that is there
        describe(selector ^ 8, segment == CS ? FLAT_CODE : descriptor(segment), 0);
        client.write(SEGMENTS[segment], selector ^ 8);
        describe(selector, descriptor(segment), 0);
        client.write(SEGMENTS[segment], selector);
        if (segment == CS) {
            codeBase = state.value[ProcessorState.BASE + CS];
        }
    }

    private void systemSegments() {
        systemSegment(LDTR, "0f00 d0", 0);
        systemSegment(TR, "0f00 d8", 2L << 40);
    }

    /** LLDT or LTR; the latter wants a task that is not busy. */
    private void systemSegment(int segment, String instruction, long clear) {
        long selector = state.value[ProcessorState.SELECTOR + segment];
        boolean none = (state.value[ProcessorState.RIGHTS + segment] & AccessRights.UNUSABLE) != 0;
        if (none || segment == TR && selector == 0) {
            return;
        }
        describe(selector, descriptor(segment) & ~clear, state.value[ProcessorState.BASE + segment] >>> 32);
        client.write("rax", selector);
        execute(instruction);
    }

    /** The descriptor tables, loaded from the guest's own code segment. */
    private void tables() {
        table(2, ProcessorState.GDTR_BASE);
        table(3, ProcessorState.IDTR_BASE);
    }

    private void table(int digit, int register) {
        data(hex(state.value[register + 1], 2) + hex(state.value[register], 8));
        long rights = state.value[ProcessorState.RIGHTS + CS];
        if ((rights & AccessRights.L) != 0 && (state.value[ProcessorState.EFER] & Efer.LMA) != 0) {
            execute("0f01" + hex(digit << 3 | 5, 1) + hex(DATA - 7, 4));
        } else if ((rights & AccessRights.DB) != 0) {
            execute("2e 0f01" + hex(digit << 3 | 5, 1) + hex(CODE + DATA, 4));
        } else {
            execute("2e 66 0f01" + hex(digit << 3 | 6, 1) + hex(CODE + DATA, 2));
        }
    }

    // --- the rest

    private void registers() {
        for (int n = 0; n < GENERAL.length; n++) {
            client.write(GENERAL[n], state.value[n]);
        }
        client.write("cr2", state.value[ProcessorState.CR2]);
        client.write("fs_base", state.value[ProcessorState.BASE + 4]);
        client.write("gs_base", state.value[ProcessorState.BASE + 5]);
        client.write("rip", state.value[ProcessorState.RIP]);
        client.write("eflags", state.value[ProcessorState.RFLAGS]);
    }

    /** All RAM but the window of the VGA. */
    private void memory() {
        byte[] page = new byte[PAGE];
        byte[] zero = new byte[PAGE];
        for (GuestMemory.Range range : machine.memory().ranges()) {
            for (long at = range.base(); at < range.base() + range.size(); at += PAGE) {
                if (at >= VGA && at < VGA_END) {
                    continue;
                }
                machine.memory().read(at, page, 0, PAGE);
                if (touched.contains(at) || !Arrays.equals(page, zero)) {
                    client.write(at, page, 0, PAGE);
                }
            }
        }
    }
}
