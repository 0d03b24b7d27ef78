package org.jvmx.devices.acpi;

import java.nio.charset.StandardCharsets;

/** Writes ACPI Machine Language ("ACPI Machine Language (AML) Specification"): each method gives the encoding of one term. */
final class Aml {
    private static final int ZERO = 0x00;
    private static final int ONE = 0x01;
    private static final int NAME = 0x08;
    private static final int BYTE = 0x0a;
    private static final int WORD = 0x0b;
    private static final int DWORD = 0x0c;
    private static final int STRING = 0x0d;
    private static final int QWORD = 0x0e;
    private static final int SCOPE = 0x10;
    private static final int BUFFER = 0x11;
    private static final int PACKAGE = 0x12;
    private static final int EXTENDED = 0x5b;
    private static final int DEVICE = 0x82;

    private Aml() {
    }

    static byte[] integer(long value) {
        ByteWriter out = new ByteWriter();
        if (value == 0) {
            out.u8(ZERO);
        } else if (value == 1) {
            out.u8(ONE);
        } else if (value == (value & 0xff)) {
            out.u8(BYTE, (int) value);
        } else if (value == (value & 0xffff)) {
            out.u8(WORD).u16((int) value);
        } else if (value == (value & 0xffff_ffffL)) {
            out.u8(DWORD).u32(value);
        } else {
            out.u8(QWORD).u64(value);
        }
        return out.toBytes();
    }

    static byte[] string(String text) {
        return new ByteWriter().u8(STRING).raw(text.getBytes(StandardCharsets.US_ASCII)).u8(0).toBytes();
    }

    /** A compressed EISA identifier such as PNP0501: three letters of five bits and four hexadecimal digits, the most significant byte first. */
    static byte[] eisaId(String id) {
        int letters = id.charAt(0) - '@' << 10 | id.charAt(1) - '@' << 5 | id.charAt(2) - '@';
        int number = Integer.parseInt(id.substring(3), 16);
        return new ByteWriter().u8(DWORD, letters >> 8, letters, number >> 8, number).toBytes();
    }

    static byte[] name(String name, byte[] value) {
        return new ByteWriter().u8(NAME).raw(nameString(name)).raw(value).toBytes();
    }

    static byte[] buffer(byte[] content) {
        return packaged(new byte[] {BUFFER}, concat(integer(content.length), content));
    }

    static byte[] packageOf(byte[]... elements) {
        return packaged(new byte[] {PACKAGE}, concat(new byte[] {(byte) elements.length}, concat(elements)));
    }

    static byte[] scope(String name, byte[]... terms) {
        return packaged(new byte[] {SCOPE}, concat(nameString(name), concat(terms)));
    }

    static byte[] device(String name, byte[]... terms) {
        return packaged(new byte[] {EXTENDED, (byte) DEVICE}, concat(nameString(name), concat(terms)));
    }

    static byte[] concat(byte[]... parts) {
        ByteWriter out = new ByteWriter();
        for (byte[] part : parts) {
            out.raw(part);
        }
        return out.toBytes();
    }

    /** One name segment of up to four characters, or one after the root character. */
    private static byte[] nameString(String name) {
        boolean rooted = name.startsWith("\\");
        ByteWriter out = new ByteWriter();
        if (rooted) {
            out.u8('\\');
        }
        return out.text(name.substring(rooted ? 1 : 0), 4, '_').toBytes();
    }

    /** An opcode, the package length, which counts its own bytes, and the contents. */
    private static byte[] packaged(byte[] opcode, byte[] content) {
        ByteWriter out = new ByteWriter().raw(opcode);
        int length = content.length + 1;
        if (length < 0x40) {
            return out.u8(length).raw(content).toBytes();
        }
        int extra = length + 1 < 0x1000 ? 1 : length + 2 < 0x10_0000 ? 2 : 3;
        length += extra;
        out.u8(extra << 6 | length & 0x0f);
        for (int i = 0; i < extra; i++) {
            out.u8(length >> 4 + 8 * i);
        }
        return out.raw(content).toBytes();
    }
}
