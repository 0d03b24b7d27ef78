package org.jvmx.loader.payload;

/** LZ4 in the legacy frame of "LZ4 Frame Format Description": blocks of 8 MiB, each on its own, in the "LZ4 Block Format". */
final class Lz4 {
    private static final int MAGIC = 0x184c_2102;
    private static final int SHORTEST_MATCH = 4;
    private static final int EXTENDED = 15;

    private Lz4() {
    }

    static void decode(Input in, Output out) throws CorruptException {
        in.take(4);
        while (!out.full() && in.left() > 0) {
            long size = in.little(4);
            if (size != MAGIC) {
                block(in.part(size), out);
            }
        }
    }

    private static void block(Input in, Output out) throws CorruptException {
        int start = out.length();
        while (in.left() > 0) {
            int token = in.u8();
            int literals = length(in, token >>> 4);
            out.literals(in.array(), in.take(literals), literals);
            if (in.left() == 0) {
                return;
            }
            int distance = (int) in.little(2);
            out.match(distance, length(in, token & EXTENDED) + SHORTEST_MATCH, start);
        }
    }

    private static int length(Input in, int code) throws CorruptException {
        int length = code;
        if (code == EXTENDED) {
            int more;
            do {
                more = in.u8();
                length += more;
            } while (more == 0xff);
        }
        return length;
    }
}
