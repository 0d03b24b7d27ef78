package org.jvmx.devices.acpi;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.devices.apic.IoApic;
import org.jvmx.devices.apic.LocalApic;

/**
 * Writes the tables that describe the machine to an operating system ("ACPI Software Programming Model", Advanced Configuration and Power Interface
 * Specification): one image that begins with the RSDP and belongs into reserved memory on a page of its own, below 1 MB at a multiple of 16 if the
 * guest is to find it by searching.
 */
public final class AcpiTables {
    /** Where a guest without a hint searches for the RSDP, and where there is room for the image. */
    public static final long DEFAULT_BASE = 0xe_0000L;

    private static final String OEM = "JVMX";
    private static final int HEADER_SIZE = 36;
    private static final int RSDP_SIZE = 36;
    private static final int FACS_SIZE = 64;
    private static final int CHECKSUM_OFFSET = 9;
    private static final int CENTURY_REGISTER = 0x32;

    private static final int FLAG_WBINVD = 1;
    private static final int FLAG_PROC_C1 = 1 << 2;
    private static final int FLAG_NO_SLEEP_BUTTON = 1 << 5;
    private static final int FLAG_NO_FIXED_RTC = 1 << 6;
    private static final int FLAG_TIMER_32_BIT = 1 << 8;
    private static final int FLAG_RESET_REGISTER = 1 << 10;
    private static final int BOOT_LEGACY_DEVICES = 1;
    private static final int BOOT_8042 = 2;
    private static final int SPACE_IO = 1;

    private final Machine machine;

    /**
     * What the tables say of the machine.
     *
     * @param apicIds the local APIC ID of each processor, the bootstrap processor's first
     * @param ioApicId the I/O APIC's ID
     * @param pciHole where memory below 4 GB ends and PCI's begins
     * @param timer32Bit whether the power-management timer counts 32 bits
     * @param pvpanic whether the panic port is there
     */
    public record Machine(List<Integer> apicIds, int ioApicId, long pciHole, boolean timer32Bit, boolean pvpanic) {
        /** Copies the list. */
        public Machine {
            apicIds = List.copyOf(apicIds);
        }
    }

    /** Tables of a machine. */
    public AcpiTables(Machine machine) {
        this.machine = machine;
    }

    /** The image for guest-physical address {@code base}, a multiple of 64 below 4 GB. The RSDP is its beginning. */
    public byte[] image(long base) {
        long facsAt = base + 64;
        byte[] facs = facs();
        long dsdtAt = facsAt + facs.length;
        byte[] dsdt = table("DSDT", 2, dsdtBody());
        long fadtAt = aligned(dsdtAt + dsdt.length);
        byte[] fadt = table("FACP", 6, fadtBody(facsAt, dsdtAt));
        long madtAt = aligned(fadtAt + fadt.length);
        byte[] madt = table("APIC", 5, madtBody());
        long rsdtAt = aligned(madtAt + madt.length);
        byte[] rsdt = table("RSDT", 1, new ByteWriter().u32(fadtAt).u32(madtAt).toBytes());
        long xsdtAt = aligned(rsdtAt + rsdt.length);
        byte[] xsdt = table("XSDT", 1, new ByteWriter().u64(fadtAt).u64(madtAt).toBytes());

        byte[] image = new byte[(int) (xsdtAt + xsdt.length - base)];
        put(image, 0, rsdp(rsdtAt, xsdtAt));
        put(image, facsAt - base, facs);
        put(image, dsdtAt - base, dsdt);
        put(image, fadtAt - base, fadt);
        put(image, madtAt - base, madt);
        put(image, rsdtAt - base, rsdt);
        put(image, xsdtAt - base, xsdt);
        return image;
    }

    private static long aligned(long address) {
        return address + 15 & -16;
    }

    private static void put(byte[] image, long offset, byte[] part) {
        System.arraycopy(part, 0, image, (int) offset, part.length);
    }

    private static byte[] table(String signature, int revision, byte[] body) {
        byte[] table = new ByteWriter().text(signature, 4, ' ').u32(HEADER_SIZE + body.length).u8(revision, 0)
                .text(OEM, 6, ' ').text(OEM + "PC", 8, ' ').u32(1).text(OEM, 4, ' ').u32(1)
                .raw(body).toBytes();
        table[CHECKSUM_OFFSET] = checksum(table, table.length);
        return table;
    }

    /** The byte that makes the sum of {@code count} bytes zero. */
    static byte checksum(byte[] bytes, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += bytes[i];
        }
        return (byte) -sum;
    }

    private static byte[] rsdp(long rsdt, long xsdt) {
        byte[] rsdp = new ByteWriter().text("RSD PTR ", 8, ' ').u8(0).text(OEM, 6, ' ').u8(2).u32(rsdt)
                .u32(RSDP_SIZE).u64(xsdt).zeros(4).toBytes();
        rsdp[8] = checksum(rsdp, 20);
        rsdp[32] = checksum(rsdp, RSDP_SIZE);
        return rsdp;
    }

    private static byte[] facs() {
        return new ByteWriter().text("FACS", 4, ' ').u32(FACS_SIZE).zeros(24).u8(2).zeros(31).toBytes();
    }

    private static ByteWriter address(ByteWriter out, int port, int bytes) {
        return out.u8(port == 0 ? 0 : SPACE_IO, 8 * bytes, 0, 0).u64(port);
    }

    private byte[] fadtBody(long facs, long dsdt) {
        int flags = FLAG_WBINVD | FLAG_PROC_C1 | FLAG_NO_SLEEP_BUTTON | FLAG_NO_FIXED_RTC | FLAG_RESET_REGISTER
                | (machine.timer32Bit() ? FLAG_TIMER_32_BIT : 0);
        ByteWriter out = new ByteWriter();
        out.u32(facs).u32(dsdt).u8(0, 0).u16(PowerManagement.SCI_IRQ);
        out.u32(0).u8(0, 0, 0, 0); // no system-management mode: always in ACPI mode
        out.u32(PowerManagement.EVENT_PORT).u32(0).u32(PowerManagement.CONTROL_PORT).u32(0).u32(0);
        out.u32(PowerManagement.TIMER_PORT).u32(PowerManagement.GPE_PORT).u32(0);
        out.u8(PowerManagement.EVENT_PORTS, PowerManagement.CONTROL_PORTS, 0, PowerManagement.TIMER_PORTS, PowerManagement.GPE_PORTS, 0, 0,
                0);
        out.u16(0xfff).u16(0xfff); // no C2, no C3
        out.u16(0).u16(0).u8(0, 0, 0, 0, CENTURY_REGISTER).u16(BOOT_LEGACY_DEVICES | BOOT_8042).u8(0).u32(flags);
        address(out, ResetControl.PORT, 1).u8(ResetControl.FULL_RESET).u16(0).u8(0);
        out.u64(0).u64(dsdt);
        address(out, PowerManagement.EVENT_PORT, PowerManagement.EVENT_PORTS);
        address(out, 0, 0);
        address(out, PowerManagement.CONTROL_PORT, PowerManagement.CONTROL_PORTS);
        address(out, 0, 0);
        address(out, 0, 0);
        address(out, PowerManagement.TIMER_PORT, PowerManagement.TIMER_PORTS);
        address(out, PowerManagement.GPE_PORT, PowerManagement.GPE_PORTS);
        address(out, 0, 0);
        address(out, 0, 0);
        address(out, 0, 0);
        return out.text(OEM, 8, ' ').toBytes();
    }

    private byte[] madtBody() {
        ByteWriter out = new ByteWriter();
        out.u32(LocalApic.DEFAULT_BASE).u32(1); // there are 8259As too
        int uid = 0;
        for (int id : machine.apicIds()) {
            if (id < 0xff) {
                out.u8(0, 8, uid, id).u32(1);
            } else {
                out.u8(9, 16, 0, 0).u32(id).u32(1).u32(uid);
            }
            uid++;
        }
        out.u8(1, 12, machine.ioApicId(), 0).u32(IoApic.DEFAULT_BASE).u32(0);
        out.u8(2, 10, 0, 0).u32(2).u16(0); // the interval timer is on input 2
        out.u8(2, 10, 0, PowerManagement.SCI_IRQ).u32(PowerManagement.SCI_IRQ).u16(0x0d); // active high, level
        out.u8(4, 6, 0xff).u16(0).u8(1); // LINT1 of every processor is NMI
        return out.toBytes();
    }

    private byte[] dsdtBody() {
        byte[] s5 = Aml.packageOf(Aml.integer(PowerManagement.SLEEP_TYPE_S5), Aml.integer(PowerManagement.SLEEP_TYPE_S5), Aml.integer(0),
                Aml.integer(0));
        List<byte[]> isa = isaDevices();
        byte[] bridge = Aml.device("PCI0", Aml.name("_HID", Aml.eisaId("PNP0A03")), Aml.name("_UID", Aml.integer(0)),
                Aml.name("_CRS", bridgeWindows().toBuffer()), Aml.concat(isa.toArray(byte[][]::new)));
        return Aml.concat(Aml.name("\\_S5", s5), Aml.scope("\\_SB", bridge));
    }

    private Resources bridgeWindows() {
        return new Resources().busNumbers(0, 0xff).ports(0xcf8, 8).portWindow(0, 0xcf7).portWindow(0xd00, 0xffff)
                .memoryWindow(0xa_0000, 0xb_ffff, true).memoryWindow(machine.pciHole(), 0xfebf_ffffL, false);
    }

    private List<byte[]> isaDevices() {
        List<byte[]> devices = new ArrayList<>();
        devices.add(isa("PIC", "PNP0000", new Resources().ports(0x20, 2).ports(0xa0, 2).ports(0x4d0, 2).irq(2)));
        devices.add(isa("TMR", "PNP0100", new Resources().ports(0x40, 4).irq(0)));
        devices.add(isa("RTC", "PNP0B00", new Resources().ports(0x70, 2).irq(8)));
        devices.add(isa("SPKR", "PNP0800", new Resources().ports(0x61, 1)));
        devices.add(isa("KBD", "PNP0303", new Resources().ports(0x60, 1).ports(0x64, 1).irq(1)));
        devices.add(Aml.device("COM1", Aml.name("_HID", Aml.eisaId("PNP0501")), Aml.name("_UID", Aml.integer(1)),
                Aml.name("_CRS", new Resources().ports(0x3f8, 8).irq(4).toBuffer())));
        devices.add(isa("SYSR", "PNP0C02", new Resources().ports(0x92, 1).ports(PowerManagement.EVENT_PORT, 0x28)));
        if (machine.pvpanic()) {
            devices.add(Aml.device("PEVT", Aml.name("_HID", Aml.string("QEMU0001")), Aml.name("_STA", Aml.integer(0x0f)),
                    Aml.name("_CRS", new Resources().ports(0x505, 1).toBuffer())));
        }
        return devices;
    }

    private static byte[] isa(String name, String id, Resources resources) {
        return Aml.device(name, Aml.name("_HID", Aml.eisaId(id)), Aml.name("_CRS", resources.toBuffer()));
    }
}
