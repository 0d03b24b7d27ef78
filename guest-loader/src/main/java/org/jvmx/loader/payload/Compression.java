package org.jvmx.loader.payload;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.jvmx.loader.LoadException;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.SingleXZInputStream;

/** The compressions that Linux uses for its kernel. */
public enum Compression {
    GZIP(0x1f, 0x8b),
    XZ(0xfd, '7', 'z', 'X', 'Z', 0),
    LZMA(0x5d, 0, 0),
    BZIP2('B', 'Z', 'h'),
    LZ4(0x02, 0x21, 0x4c, 0x18),
    LZOP(0x89, 'L', 'Z', 'O', 0, 0x0d, 0x0a, 0x1a, 0x0a),
    ZSTD(0x28, 0xb5, 0x2f, 0xfd);

    private static final int LARGEST_DICTIONARY = 128 << 20;
    private static final int DICTIONARY_LIMIT_KIB = 160 << 10;
    private static final int PIECE = 1 << 16;

    private final byte[] magic;

    Compression(int... magic) {
        this.magic = new byte[magic.length];
        for (int i = 0; i < magic.length; i++) {
            this.magic[i] = (byte) magic[i];
        }
    }

    /** The compression of data that begins like this. */
    public static Optional<Compression> of(byte[] data) {
        for (Compression compression : values()) {
            byte[] magic = compression.magic;
            if (data.length >= magic.length && Arrays.equals(data, 0, magic.length, magic, 0, magic.length)) {
                return Optional.of(compression);
            }
        }
        return Optional.empty();
    }

    /**
     * Decodes the first {@code length} bytes of {@code data}.
     *
     * @param name whose data it is, for messages
     * @param size how many bytes come out
     * @throws LoadException if the data is corrupt or anything but {@code size} bytes comes out
     */
    public byte[] decode(String name, byte[] data, int length, int size) {
        try {
            Output out = new Output(size);
            Input in = new Input(data, 0, length);
            switch (this) {
                case LZ4 -> Lz4.decode(in, out);
                case LZOP -> Lzop.decode(in, out);
                case ZSTD -> new Zstd(in, out).decode();
                case GZIP, XZ, LZMA, BZIP2 -> copy(stream(data, length, size), out);
            }
            return out.complete();
        } catch (IOException | RuntimeException e) { // the libraries' decoders meet corrupt data with either
            String format = name().toLowerCase(Locale.ROOT);
            throw new LoadException("the %s payload of %s is corrupt: %s".formatted(format, name, e.getMessage()), e);
        }
    }

    private InputStream stream(byte[] data, int length, int size) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(data, 0, length);
        return switch (this) {
            case GZIP -> new GZIPInputStream(in, PIECE);
            case XZ -> new SingleXZInputStream(in, DICTIONARY_LIMIT_KIB);
            case BZIP2 -> new BZip2CompressorInputStream(in);
            default -> lzma(new Input(data, 0, length), size);
        };
    }

    /** The LZMA stream behind the 13-byte header; the size in the header may say "unknown", so the announced one counts. */
    private static InputStream lzma(Input in, int size) throws IOException {
        byte properties = (byte) in.u8();
        long dictionary = in.little(4);
        in.take(8);
        if (dictionary > LARGEST_DICTIONARY) {
            throw new CorruptException("its dictionary has %d bytes, more than %d".formatted(dictionary, LARGEST_DICTIONARY));
        }
        InputStream packed = new ByteArrayInputStream(in.array(), in.at(), in.left());
        LZMAInputStream stream = new LZMAInputStream(packed, size, properties, (int) dictionary);
        stream.enableRelaxedEndCondition();
        return stream;
    }

    private static void copy(InputStream stream, Output out) throws IOException {
        byte[] piece = new byte[PIECE];
        try (stream) {
            while (!out.full()) {
                int count = stream.read(piece);
                if (count < 0) {
                    return;
                }
                out.literals(piece, 0, count);
            }
        }
    }
}
