package org.jvmx.loader.format;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;

/** Says in words what is in a file that is no kernel. */
final class Findings {
    private static final int QUOTED = 24;
    private static final Map<Integer, String> MACHINES = Map.of(2, "SPARC", 8, "MIPS", 20, "PowerPC", 21, "PowerPC64", 22, "S/390",
            40, "ARM", 50, "IA-64", 183, "AArch64", 243, "RISC-V", 258, "LoongArch");

    /** First bytes of other kinds of files, as ISO 8859-1 text, and what the user can do. */
    private static final Map<String, String> MAGICS = Map.of(
            "\u001f\u008b", "a gzip-compressed file; unpack it first",
            "\u00fd7zXZ\0", "an xz-compressed file; unpack it first",
            "BZh", "a bzip2-compressed file; unpack it first",
            "\u0028\u00b5\u002f\u00fd", "a zstd-compressed file; unpack it first",
            "070701", "a cpio archive, perhaps an initramfs: pass it as --initrd",
            "QFI\u00fb", "a qcow2 disk image, not a kernel",
            "MZ", "a PE executable without a Linux setup header",
            "!<arch>\n", "an archive; a Debian package or a library, unpack it first",
            "PK\u0003\u0004", "a zip archive, not a kernel");

    private Findings() {
    }

    /** What the file seems to be, as the object of "found". */
    static String describe(ImageBytes file) {
        if (file.length() == 0) {
            return "an empty file";
        }
        String start = new String(file.array(), 0, Math.min(file.length(), 512), StandardCharsets.ISO_8859_1);
        for (Map.Entry<String, String> magic : MAGICS.entrySet()) {
            if (start.startsWith(magic.getKey())) {
                return magic.getValue();
            }
        }
        if (Elf.recognises(file)) {
            return "an ELF file";
        }
        if (isText(start)) {
            String line = start.lines().findFirst().orElse("");
            return "text '%s'".formatted(line.length() > QUOTED ? line.substring(0, QUOTED) + "..." : line);
        }
        boolean bootSector = file.has(510, 2) && file.u16(510) == 0xaa55;
        return (bootSector ? "a boot sector (aa 55 at 0x1fe), first bytes " : "the bytes ") + hex(file, 16);
    }

    private static boolean isText(String start) {
        return start.chars().allMatch(c -> c >= ' ' && c != 0x7f || c == '\n' || c == '\r' || c == '\t');
    }

    /** The first bytes in hexadecimal. */
    static String hex(ImageBytes file, int count) {
        return HexFormat.ofDelimiter(" ").formatHex(file.array(), 0, Math.min(count, file.length()));
    }

    /** The processor that an ELF file is for. */
    static String elfMachine(ImageBytes file) {
        int machine = file.u16(18);
        boolean big = file.u8(5) == 2;
        int number = big ? Integer.reverseBytes(machine) >>> 16 : machine;
        String name = MACHINES.containsKey(number) ? ", " + MACHINES.get(number) : "";
        return "machine %d%s%s".formatted(number, name, big ? ", big-endian" : "");
    }
}
