package org.jvmx.loader.payload;

import java.util.Arrays;
import java.util.HexFormat;
import org.jvmx.loader.LoadException;

/** The compressed kernel inside a bzImage: recognised by its first bytes, its size in its last four. */
public final class Payload {
    private static final int LARGEST = 512 << 20;
    private static final int SIZE_FIELD = 4;
    private static final int SHORTEST = 16;

    private Payload() {
    }

    /**
     * The kernel inside a payload: an ELF file, with relocations behind it if it is relocatable.
     *
     * @param name whose payload it is, for messages
     */
    public static byte[] unpack(String name, byte[] payload) {
        if (payload.length < SHORTEST) {
            throw new LoadException("the payload of %s has only %d bytes: the file is corrupt".formatted(name, payload.length));
        }
        if (payload[0] == 0x7f && payload[1] == 'E' && payload[2] == 'L' && payload[3] == 'F') {
            return payload;
        }
        Compression compression = Compression.of(payload).orElseThrow(() -> new LoadException(
                ("the payload of %s is compressed in a way that JVMX does not know: looked for ELF, gzip, xz, lzma, bzip2, lz4, lzop and "
                        + "zstd; found %s; start it without unpacking")
                        .formatted(name, HexFormat.ofDelimiter(" ").formatHex(Arrays.copyOf(payload, 8)))));
        int size = announcedSize(payload);
        if (size <= 0 || size > LARGEST) {
            throw new LoadException("the payload of %s announces %d bytes, which no kernel has: the file is corrupt"
                    .formatted(name, size & 0xffff_ffffL));
        }
        int length = compression == Compression.GZIP ? payload.length : payload.length - SIZE_FIELD;
        return compression.decode(name, payload, length, size);
    }

    /** The last four bytes; of a gzip file these are its own size field, to the others the kernel's build appends them. */
    private static int announcedSize(byte[] payload) {
        int size = 0;
        for (int i = 1; i <= SIZE_FIELD; i++) {
            size = size << 8 | payload[payload.length - i] & 0xff;
        }
        return size;
    }
}
