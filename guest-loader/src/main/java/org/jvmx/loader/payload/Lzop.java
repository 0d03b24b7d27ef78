package org.jvmx.loader.payload;

import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Checksum;

/** The file format of the lzop tool: a header, then blocks of LZO1X data or stored bytes with their checksums. */
final class Lzop {
    private static final int MAGIC_SIZE = 9;
    private static final int VERSION_WITH_LEVEL = 0x940;
    private static final int ADLER_PLAIN = 0x1;
    private static final int ADLER_PACKED = 0x2;
    private static final int EXTRA_FIELD = 0x40;
    private static final int CRC_PLAIN = 0x100;
    private static final int CRC_PACKED = 0x200;
    private static final int FILTER = 0x800;
    private static final int LAST_LZO_METHOD = 3;

    private Lzop() {
    }

    static void decode(Input in, Output out) throws CorruptException {
        int flags = header(in);
        while (in.left() > 0) {
            long plain = in.big(4);
            if (plain == 0) {
                return;
            }
            block(in, out, flags, plain);
        }
    }

    private static int header(Input in) throws CorruptException {
        in.take(MAGIC_SIZE);
        int version = (int) in.big(2);
        boolean recent = version >= VERSION_WITH_LEVEL;
        in.take(recent ? 4 : 2);
        int method = in.u8();
        if (method == 0 || method > LAST_LZO_METHOD) {
            throw new CorruptException("lzop method %d is none of LZO1X-1, LZO1X-1(15), LZO1X-999".formatted(method));
        }
        in.take(recent ? 1 : 0);
        int flags = (int) in.big(4);
        if ((flags & FILTER) != 0) {
            throw new CorruptException("lzop filters are not used for kernels");
        }
        in.take(recent ? 12 : 8);
        in.take(in.u8());
        in.take(4);
        if ((flags & EXTRA_FIELD) != 0) {
            in.take(in.big(4));
            in.take(4);
        }
        return flags;
    }

    private static void block(Input in, Output out, int flags, long plain) throws CorruptException {
        long packed = in.big(4);
        if (packed > plain) {
            throw new CorruptException("a block of %d bytes is packed into %d".formatted(plain, packed));
        }
        long adler = (flags & ADLER_PLAIN) != 0 ? in.big(4) : -1;
        long crc = (flags & CRC_PLAIN) != 0 ? in.big(4) : -1;
        if (packed < plain) {
            in.take(((flags & ADLER_PACKED) != 0 ? 4 : 0) + ((flags & CRC_PACKED) != 0 ? 4 : 0));
        }
        Input data = in.part(packed);
        int start = out.length();
        if (packed == plain) {
            out.literals(data.array(), data.at(), data.left());
        } else {
            Lzo1x.decode(data, out);
        }
        if (out.length() - start != plain) {
            throw new CorruptException("a block decodes to %d bytes, announced are %d".formatted(out.length() - start, plain));
        }
        check(new Adler32(), adler, out, start);
        check(new CRC32(), crc, out, start);
    }

    private static void check(Checksum checksum, long expected, Output out, int start) throws CorruptException {
        if (expected < 0) {
            return;
        }
        checksum.update(out.array(), start, out.length() - start);
        if (checksum.getValue() != expected) {
            throw new CorruptException("a block has checksum %08x, announced is %08x".formatted(checksum.getValue(), expected));
        }
    }
}
