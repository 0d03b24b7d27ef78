package org.jvmx.arch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What processor a guest sees: CPUID leaves and read-only MSRs as one versioned table. A model never changes once released, because exit traces
 * depend on it; a new one gets a new name.
 */
public final class ProcessorModel {
    /** Bits of a physical and of a linear address. */
    public static final int PHYSICAL_BITS = 46;
    public static final int LINEAR_BITS = 48;

    /** Ticks of the time-stamp counter, of the core crystal and of the local APIC's timer in a second. */
    public static final int TSC_HZ = 1_000_000_000;

    /** Bits of XCR0, and bytes of the XSAVE area: of x87 and SSE state with the header, and with the upper halves of the YMM registers. */
    private static final int X87_SSE = 3;
    private static final int YMM_HI128 = 1 << 2;
    private static final int YMM_HI128_SIZE = 256;
    private static final int SMALL_SAVE_AREA = 576;
    private static final int SAVE_AREA = SMALL_SAVE_AREA + YMM_HI128_SIZE;
    private static final List<CpuidBit> NEED_AVX = List.of(CpuidBit.AVX2, CpuidBit.FMA, CpuidBit.F16C);
    private static final int BASIC_MAX = 0x16;
    private static final int LAST_LEVEL_CACHE = 3;
    /** Leaf 7, subleaf 2: IA32_SPEC_CTRL.BHI_DIS_S exists, so that kernels need no software sequence against branch history injection. */
    private static final int BHI_CTRL = 1 << 4;
    /** The leaf that says who the monitor is, and the one that says what it does for its guests. */
    public static final int HYPERVISOR = 0x4000_0000;
    public static final int MONITOR_FEATURES = 0x4000_0001;
    /** In EAX of {@link #MONITOR_FEATURES}: VMCALL reaches the monitor. Where it is clear, VMCALL raises #UD or finds no call. */
    public static final int HYPERCALLS = 1;
    /** What {@link #HYPERVISOR} answers in EBX, ECX and EDX. */
    public static final String SIGNATURE = "JVMXJVMXJVMX";
    private static final int HYPERVISOR_MAX = 0x4000_0010;
    private static final int EXTENDED = 0x8000_0000;
    private static final int EXTENDED_MAX = 0x8000_0008;

    private record Cr4Feature(CpuidBit bit, long mask) {
    }

    private static final List<Cr4Feature> CR4_FEATURES = List.of(new Cr4Feature(CpuidBit.VME, Cr4.VME | Cr4.PVI),
            new Cr4Feature(CpuidBit.TSC, Cr4.TSD),
            new Cr4Feature(CpuidBit.DE, Cr4.DE), new Cr4Feature(CpuidBit.PSE, Cr4.PSE), new Cr4Feature(CpuidBit.PAE, Cr4.PAE),
            new Cr4Feature(CpuidBit.MCE, Cr4.MCE), new Cr4Feature(CpuidBit.PGE, Cr4.PGE), new Cr4Feature(CpuidBit.FXSR, Cr4.OSFXSR),
            new Cr4Feature(CpuidBit.SSE, Cr4.OSXMMEXCPT), new Cr4Feature(CpuidBit.UMIP, Cr4.UMIP),
            new Cr4Feature(CpuidBit.FSGSBASE, Cr4.FSGSBASE),
            new Cr4Feature(CpuidBit.PCID, Cr4.PCIDE), new Cr4Feature(CpuidBit.XSAVE, Cr4.OSXSAVE), new Cr4Feature(CpuidBit.SMEP, Cr4.SMEP),
            new Cr4Feature(CpuidBit.SMAP, Cr4.SMAP), new Cr4Feature(CpuidBit.VMX, Cr4.VMXE));

    private record Leaf(int leaf, int subleaf, int[] answer) {
    }

    private final String name;
    private final List<Leaf> leaves;
    private final int apicId;

    private ProcessorModel(String name, List<Leaf> leaves) {
        this(name, leaves, 0);
    }

    private ProcessorModel(String name, List<Leaf> leaves, int apicId) {
        this.name = name;
        this.leaves = leaves;
        this.apicId = apicId;
    }

    /** The model's name, as {@code --cpu} takes it. */
    public String name() {
        return name;
    }

    /**
     * The model {@code jvmx-v1}: an Intel processor of family 6, model 8FH, with everything up to AVX2, FMA, BMI, AES and SHA, no performance
     * monitoring, no MWAIT, and the known speculation flaws declared absent.
     */
    public static ProcessorModel jvmxV1() {
        Set<CpuidBit> absent =
                EnumSet.of(CpuidBit.MONITOR, CpuidBit.VMX, CpuidBit.SMX, CpuidBit.OSXSAVE, CpuidBit.HTT);
        ProcessorModel model = new ProcessorModel("jvmx-v1", v1Leaves());
        for (CpuidBit bit : CpuidBit.values()) {
            model = absent.contains(bit) ? model : model.with(bit, true);
        }
        return model;
    }

    private static List<Leaf> v1Leaves() {
        List<Leaf> table = new ArrayList<>();
        int[] vendor = text("GenuineIntel");
        add(table, 0, 0, BASIC_MAX, vendor[0], vendor[2], vendor[1]);
        add(table, 1, 0, 0x000806f8, 1 << 16 | 8 << 8, 0, 0);
        add(table, 2, 0, 0x00feff01, 0xf0, 0, 0);
        add(table, 4, 0, 0x0000_0121, 7 << 22 | 63, 63, 0);
        add(table, 4, 1, 0x0000_0122, 7 << 22 | 63, 63, 0);
        add(table, 4, 2, 0x0000_0143, 15 << 22 | 63, 1023, 0);
        add(table, 4, 3, 0x0000_0163, 15 << 22 | 63, 16383, 4);
        add(table, 6, 0, 1 << 2, 0, 0, 0);
        add(table, 7, 0, 2, 0, 0, 0);
        add(table, 7, 2, 0, 0, 0, BHI_CTRL);
        add(table, 0xb, 0, 0, 1, 1 << 8, 0);
        add(table, 0xb, 1, 0, 1, 2 << 8 | 1, 0);
        add(table, 0xd, 0, X87_SSE | YMM_HI128, SAVE_AREA, SAVE_AREA, 0);
        add(table, 0xd, 1, 0, SAVE_AREA, 0, 0);
        add(table, 0xd, 2, YMM_HI128_SIZE, SMALL_SAVE_AREA, 0, 0);
        add(table, 0x15, 0, 1, 1, TSC_HZ, 0);
        add(table, 0x16, 0, TSC_HZ / 1_000_000, TSC_HZ / 1_000_000, 100, 0);
        int[] signature = text(SIGNATURE);
        add(table, HYPERVISOR, 0, HYPERVISOR_MAX, signature[0], signature[1], signature[2]);
        add(table, MONITOR_FEATURES, 0, HYPERCALLS, 0, 0, 0);
        add(table, HYPERVISOR_MAX, 0, TSC_HZ / 1000, TSC_HZ / 1000, 0, 0);
        add(table, EXTENDED, 0, EXTENDED_MAX, 0, 0, 0);
        add(table, EXTENDED + 1, 0, 0, 0, 0, 0);
        int[] brand = text("JVMX v1 processor @ 1.00GHz" + "\0".repeat(21));
        for (int part = 0; part < 3; part++) {
            add(table, EXTENDED + 2 + part, 0, brand[4 * part], brand[4 * part + 1], brand[4 * part + 2], brand[4 * part + 3]);
        }
        add(table, EXTENDED + 6, 0, 0, 0, 1024 << 16 | 8 << 12 | 64, 0);
        add(table, EXTENDED + 7, 0, 0, 0, 0, 0);
        add(table, EXTENDED_MAX, 0, LINEAR_BITS << 8 | PHYSICAL_BITS, 0, 0, 0);
        return table;
    }

    private static void add(List<Leaf> table, int leaf, int subleaf, int a, int b, int c, int d) {
        table.add(new Leaf(leaf, subleaf, new int[] {a, b, c, d}));
    }

    private static int[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        int[] words = new int[bytes.length / 4];
        for (int at = 0; at < 4 * words.length; at++) {
            words[at / 4] |= (bytes[at] & 0xff) << at % 4 * 8;
        }
        return words;
    }

    /** The same model with one feature bit on or off; its name says so unless it is the model's own set-up. */
    private ProcessorModel with(CpuidBit bit, boolean on) {
        List<Leaf> changed = new ArrayList<>();
        for (Leaf leaf : leaves) {
            int[] answer = leaf.answer.clone();
            if (leaf.leaf == bit.leaf && leaf.subleaf == bit.subleaf()) {
                answer[bit.register] = on ? answer[bit.register] | bit.mask : answer[bit.register] & ~bit.mask;
            }
            changed.add(new Leaf(leaf.leaf, leaf.subleaf, answer));
        }
        return new ProcessorModel(name, changed);
    }

    /** The same model with a feature that it has taken away, as {@code --cpu MODEL,-feature} asks; without AVX there is nothing that needs it. */
    public ProcessorModel without(CpuidBit bit) {
        ProcessorModel changed = with(bit, false);
        if (bit == CpuidBit.AVX) {
            for (CpuidBit dependent : NEED_AVX) {
                changed = changed.with(dependent, false);
            }
            changed = changed.withoutYmm();
        }
        return new ProcessorModel(name + ",-" + bit.name().toLowerCase(Locale.ROOT), changed.leaves);
    }

    private ProcessorModel withoutYmm() {
        List<Leaf> changed = new ArrayList<>();
        for (Leaf leaf : leaves) {
            if (leaf.leaf != 0xd) {
                changed.add(leaf);
            } else if (leaf.subleaf == 0) {
                add(changed, 0xd, 0, X87_SSE, SMALL_SAVE_AREA, SMALL_SAVE_AREA, 0);
            } else if (leaf.subleaf == 1) {
                add(changed, 0xd, 1, leaf.answer[0], SMALL_SAVE_AREA, 0, 0);
            }
        }
        return new ProcessorModel(name, changed);
    }

    /** Bytes of the XSAVE area for the components that XCR0 enables: what CPUID leaf 0DH tells in EBX. */
    public static int saveArea(long xcr0) {
        return (xcr0 & YMM_HI128) != 0 ? SAVE_AREA : SMALL_SAVE_AREA;
    }

    /**
     * The model as one of several processors: a core of one package, without a sibling thread; the last-level cache belongs to all.
     *
     * @param id the initial APIC ID, below {@code cores}
     */
    public ProcessorModel core(int id, int cores) {
        if (cores == 1) {
            return this;
        }
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(cores - 1);
        int ids = 1 << bits;
        List<Leaf> changed = new ArrayList<>();
        for (Leaf leaf : leaves) {
            int[] answer = leaf.answer.clone();
            switch (leaf.leaf) {
                case 1 -> {
                    answer[1] = answer[1] & 0xffff | id << 24 | ids << 16;
                    answer[3] |= CpuidBit.HTT.mask;
                }
                case 4 -> answer[0] |= ids - 1 << 26 | (leaf.subleaf == LAST_LEVEL_CACHE ? ids - 1 << 14 : 0);
                case 0xb -> {
                    answer[0] = leaf.subleaf == 0 ? 0 : bits;
                    answer[1] = leaf.subleaf == 0 ? 1 : cores;
                    answer[3] = id;
                }
                default -> {} // the same for all
            }
            changed.add(new Leaf(leaf.leaf, leaf.subleaf, answer));
        }
        return new ProcessorModel(name, changed, id);
    }

    /** Whether the model offers a feature. */
    public boolean offers(CpuidBit bit) {
        for (Leaf leaf : leaves) {
            if (leaf.leaf == bit.leaf && leaf.subleaf == bit.subleaf()) {
                return (leaf.answer[bit.register] & bit.mask) != 0;
            }
        }
        return false;
    }

    /**
     * CPUID without what depends on the processor's present state (OSXSAVE, the size of the XSAVE area, the APIC's identifier and enable flag). A leaf
     * above the highest answers as the highest basic leaf does; one that is missing below it is zero.
     */
    @Hot
    public void cpuid(int leaf, int subleaf, CpuidAnswer to) {
        int wanted = leaf;
        boolean basic = leaf >= 0 && leaf <= BASIC_MAX;
        boolean hypervisor = leaf >= HYPERVISOR && leaf <= HYPERVISOR_MAX;
        boolean extended = leaf >= EXTENDED && leaf <= EXTENDED_MAX;
        if (!basic && !hypervisor && !extended) {
            wanted = BASIC_MAX;
        }
        to.set(0, 0, 0, 0);
        boolean indexed = wanted == 4 || wanted == 7 || wanted == 0xb || wanted == 0xd;
        int count = leaves.size();
        for (int at = 0; at < count; at++) {
            Leaf one = leaves.get(at);
            if (one.leaf == wanted && (!indexed || one.subleaf == subleaf)) {
                int[] answer = one.answer;
                to.set(answer[0], answer[1], answer[2], answer[3]);
                return;
            }
        }
        if (wanted == 0xb) {
            to.ecx = subleaf & 0xff;
            to.edx = apicId;
        }
    }

    /**
     * IA32_ARCH_CAPABILITIES: RDCL_NO IBRS_ALL SKIP_L1DFL_VMENTRY SSB_NO MDS_NO IF_PSCHANGE_MC_NO TAA_NO SBDR_SSDP_NO FBSDP_NO PSDP_NO BHI_NO PBRSB_NO
     * GDS_NO RFDS_NO ITS_NO.
     */
    public long archCapabilities() {
        return 1L | 1L << 1 | 1L << 3 | 1L << 4 | 1L << 5 | 1L << 6 | 1L << 8 | 1L << 13 | 1L << 14 | 1L << 15 | 1L << 20 | 1L << 24
                | 1L << 26
                | 1L << 27 | 1L << 62;
    }

    /** MSR_PLATFORM_INFO: the ratio of the time-stamp counter to 100 MHz. */
    public long platformInformation() {
        return (long) (TSC_HZ / 100_000_000) << 8;
    }

    /** The microcode's revision, which IA32_BIOS_SIGN_ID holds in its upper half. */
    public int microcodeRevision() {
        return 1;
    }

    /** The bits of CR4 that software may set. */
    public long cr4Bits() {
        long bits = 0;
        for (Cr4Feature each : CR4_FEATURES) {
            bits |= offers(each.bit) ? each.mask : 0;
        }
        return bits | Cr4.PCE;
    }

    @Override
    public String toString() {
        return name;
    }
}
