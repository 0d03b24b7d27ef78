package org.jvmx.loader.payload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The hash XXH64 with seed 0, by the "xxHash fast digest algorithm" specification. */
final class XxHash64 {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long PRIME1 = 0x9e37_79b1_85eb_ca87L;
    private static final long PRIME2 = 0xc2b2_ae3d_27d4_eb4fL;
    private static final long PRIME3 = 0x1656_67b1_9e37_79f9L;
    private static final long PRIME4 = 0x85eb_ca77_c2b2_ae63L;
    private static final long PRIME5 = 0x27d4_eb2f_1656_67c5L;
    private static final int STRIPE = 32;

    private XxHash64() {
    }

    static long hash(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int at = offset;
        long hash = PRIME5;
        if (length >= STRIPE) {
            long[] lanes = {PRIME1 + PRIME2, PRIME2, 0, -PRIME1};
            for (; at <= end - STRIPE; at += STRIPE) {
                for (int i = 0; i < 4; i++) {
                    lanes[i] = round(lanes[i], (long) LONG.get(bytes, at + 8 * i));
                }
            }
            hash = converge(lanes);
        }
        return avalanche(tail(hash + length, bytes, at, end));
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * PRIME2, 31) * PRIME1;
    }

    private static long converge(long[] lanes) {
        long hash = Long.rotateLeft(lanes[0], 1) + Long.rotateLeft(lanes[1], 7)
                + Long.rotateLeft(lanes[2], 12) + Long.rotateLeft(lanes[3], 18);
        for (long lane : lanes) {
            hash = (hash ^ round(0, lane)) * PRIME1 + PRIME4;
        }
        return hash;
    }

    private static long tail(long start, byte[] bytes, int from, int end) {
        long hash = start;
        int at = from;
        for (; at <= end - 8; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, (long) LONG.get(bytes, at)), 27) * PRIME1 + PRIME4;
        }
        if (at <= end - 4) {
            hash = Long.rotateLeft(hash ^ ((int) INT.get(bytes, at) & 0xffff_ffffL) * PRIME1, 23) * PRIME2 + PRIME3;
            at += 4;
        }
        for (; at < end; at++) {
            hash = Long.rotateLeft(hash ^ (bytes[at] & 0xff) * PRIME5, 11) * PRIME1;
        }
        return hash;
    }

    private static long avalanche(long value) {
        long hash = value;
        hash = (hash ^ hash >>> 33) * PRIME2;
        hash = (hash ^ hash >>> 29) * PRIME3;
        return hash ^ hash >>> 32;
    }
}
