package org.jvmx.tools.gdb;

import java.util.List;

/** What gdb is told of the registers, in its target description format: always x86-64's. GDB manual, "Target Descriptions", "i386 Features". */
final class TargetDescription {
    /** In the order of {@link TargetRegisters}. */
    static final String XML = text();

    private static final String EFLAGS = "CF:0 PF:2 AF:4 ZF:6 SF:7 TF:8 IF:9 DF:10 OF:11 NT:14 RF:16 VM:17 AC:18 VIF:19 VIP:20 ID:21";
    private static final String MXCSR = "IE:0 DE:1 ZE:2 OE:3 UE:4 PE:5 DAZ:6 IM:7 DM:8 ZM:9 OM:10 UM:11 PM:12 FZ:15";
    private static final String CR0 = "PE:0 MP:1 EM:2 TS:3 ET:4 NE:5 WP:16 AM:18 NW:29 CD:30 PG:31";
    private static final String CR4 =
            "VME:0 PVI:1 TSD:2 DE:3 PSE:4 PAE:5 MCE:6 PGE:7 PCE:8 OSFXSR:9 OSXMMEXCPT:10 UMIP:11 LA57:12 VMXE:13 SMXE:14 "
                    + "FSGSBASE:16 PCIDE:17 OSXSAVE:18 SMEP:20 SMAP:21 PKE:22";
    private static final String EFER = "SCE:0 LME:8 LMA:10 NXE:11";

    private TargetDescription() {
    }

    private static String text() {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n");
        xml.append("<target>\n<architecture>i386:x86-64</architecture>\n");
        core(xml);
        sse(xml);
        avx(xml);
        segments(xml);
        control(xml);
        return xml.append("</target>\n").toString();
    }

    private static void core(StringBuilder xml) {
        feature(xml, "org.gnu.gdb.i386.core");
        flags(xml, "i386_eflags", 4, EFLAGS);
        registers(xml, List.of("rax", "rbx", "rcx", "rdx", "rsi", "rdi"), 64, "int64");
        registers(xml, List.of("rbp", "rsp"), 64, "data_ptr");
        registers(xml, List.of("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"), 64, "int64");
        register(xml, "rip", 64, "code_ptr");
        register(xml, "eflags", 32, "i386_eflags");
        registers(xml, List.of("cs", "ss", "ds", "es", "fs", "gs"), 32, "int32");
        for (int n = 0; n < 8; n++) {
            register(xml, "st" + n, 80, "i387_ext");
        }
        for (String name : List.of("fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop")) {
            register(xml, name, 32, "int", "float");
        }
        end(xml);
    }

    private static void sse(StringBuilder xml) {
        feature(xml, "org.gnu.gdb.i386.sse");
        String[][] vectors = {{"v4f", "ieee_single", "4"}, {"v2d", "ieee_double", "2"}, {"v16i8", "int8", "16"}, {"v8i16", "int16", "8"},
            {"v4i32", "int32", "4"}, {"v2i64", "int64", "2"}};
        for (String[] vector : vectors) {
            xml.append("<vector id=\"%s\" type=\"%s\" count=\"%s\"/>%n".formatted((Object[]) vector));
        }
        xml.append("<union id=\"vec128\">\n");
        String[][] views = {{"v4_float", "v4f"}, {"v2_double", "v2d"}, {"v16_int8", "v16i8"}, {"v8_int16", "v8i16"}, {"v4_int32", "v4i32"},
            {"v2_int64", "v2i64"}, {"uint128", "uint128"}};
        for (String[] view : views) {
            xml.append("<field name=\"%s\" type=\"%s\"/>%n".formatted((Object[]) view));
        }
        xml.append("</union>\n");
        flags(xml, "i386_mxcsr", 4, MXCSR);
        for (int n = 0; n < 16; n++) {
            register(xml, "xmm" + n, 128, "vec128");
        }
        register(xml, "mxcsr", 32, "i386_mxcsr", "vector");
        end(xml);
    }

    private static void avx(StringBuilder xml) {
        feature(xml, "org.gnu.gdb.i386.avx");
        for (int n = 0; n < 16; n++) {
            register(xml, "ymm" + n + "h", 128, "uint128");
        }
        end(xml);
    }

    private static void segments(StringBuilder xml) {
        feature(xml, "org.gnu.gdb.i386.segments");
        registers(xml, List.of("fs_base", "gs_base"), 64, "int");
        end(xml);
    }

    private static void control(StringBuilder xml) {
        feature(xml, "org.jvmx.i386.control");
        flags(xml, "i386_cr0", 8, CR0);
        flags(xml, "i386_cr4", 8, CR4);
        flags(xml, "i386_efer", 8, EFER);
        register(xml, "k_gs_base", 64, "int");
        register(xml, "cr0", 64, "i386_cr0");
        registers(xml, List.of("cr2", "cr3"), 64, "int");
        register(xml, "cr4", 64, "i386_cr4");
        register(xml, "cr8", 64, "int");
        register(xml, "efer", 64, "i386_efer");
        end(xml);
    }

    private static void feature(StringBuilder xml, String name) {
        xml.append("<feature name=\"").append(name).append("\">\n");
    }

    private static void end(StringBuilder xml) {
        xml.append("</feature>\n");
    }

    private static void flags(StringBuilder xml, String id, int size, String bits) {
        xml.append("<flags id=\"%s\" size=\"%d\">%n".formatted(id, size));
        for (String bit : bits.split(" ")) {
            String[] parts = bit.split(":");
            xml.append("<field name=\"%s\" start=\"%s\" end=\"%s\"/>%n".formatted(parts[0], parts[1], parts[1]));
        }
        xml.append("</flags>\n");
    }

    private static void registers(StringBuilder xml, List<String> names, int bits, String type) {
        names.forEach(name -> register(xml, name, bits, type));
    }

    private static void register(StringBuilder xml, String name, int bits, String type) {
        xml.append("<reg name=\"%s\" bitsize=\"%d\" type=\"%s\"/>%n".formatted(name, bits, type));
    }

    private static void register(StringBuilder xml, String name, int bits, String type, String group) {
        xml.append("<reg name=\"%s\" bitsize=\"%d\" type=\"%s\" group=\"%s\"/>%n".formatted(name, bits, type, group));
    }
}
