package org.jvmx.loader.payload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvmx.loader.LoadException;

class CompressionTest {
    private static final byte[] TEXT = "A kernel is small, a kernel is packed, a kernel is unpacked by its loader. ".repeat(40)
            .getBytes(StandardCharsets.US_ASCII);

    /** {@link #TEXT} as the tool of that name packs it. */
    private static final Map<Compression, String> FIXTURES = Map.of(
            Compression.GZIP,
            "H4sIAAAAAAACA+3MqxGAMBBF0VZeAQw9pJSFrMhk+UwCgu4RGCgAd+0RJ6l6Wz1UuvpiEYPsRbvN1fPXzvVRTZfK0RWbZW+jEhUVFRUVFRUVFR"
                    + "XVP9UNogFw8rgLAAA=",
            Compression.XZ,
            "/Td6WFoAAAFpIt42AgAhAQgAAADYDyMT4Au3AEhdACCICWZTyE5FALk50z+sBG0tyO7G3FCz51ZN96NA1dqPd9BLmYgcXlzqtAMMqNnMM0JsrM"
                    + "4O+1c1GHOg8Rc2B7leOvzFBFGMAACiAXDyAAFguBcAAAB099gmPjANiwIAAAAAAVla",
            Compression.LZMA,
            "XQAAAQD//////////wAgiAlmU8hORQC5OdM/rARtLcjuxtxQs+dWTfejQNXaj3fQS5mIHF5c6rQDDKjZzDNCbKzODvtXNRhzoPEXNge5Xjr8xR"
                    + "Pv53//+esYAA==",
            Compression.BZIP2,
            "QlpoMTFBWSZTWbuD1foAAXuVgEAFIAA+L94gMADYBQNNDIyYhQNNDIyYgUqRT1P1TTIPap+qcCcBMieRVsTImRMCaBPYToTQngVaCaE7E5E+An"
                    + "4EwJ2E0KvAnAq6BOwmBV7iryJkTkT0J6FWxOhPkToTIJsTYq5EwJgTYn+LuSKcKEhdwer9AA==",
            Compression.LZ4,
            "AiFMGEwAAAD3BUEga2VybmVsIGlzIHNtYWxsLCBhEwBqcGFja2VkFAAidW4WAP8BIGJ5IGl0cyBsb2FkZXIuIEsA//////////////9gUGRlci"
                    + "4g",
            Compression.LZOP,
            "iUxaTwANChoKEEAgoAlAAwkDAAANAAAAAGsAwgoAAAAAACkXAq0AAAu4AAAASzQIDW0lQSBrZXJuZWwgaXMgc21hbGwsIGEpSwBwYWMBA2QsTg"
                    + "B1brcCIGJ5CAMIdHMgbG9hZGVyLiAgAAAAAAAAAOYoASAAAABPKAERAAAAAAAA",
            Compression.ZSTD,
            "KLUv/QRozQEAwgIKELDrOCHNkc3xtIlJAy6arEQN7MUKm830jSZXfoiXCxCNsmmKT+ynIgQA1OYEv3Ji+KYsLJ5MTMlZIg==");

    @ParameterizedTest
    @EnumSource(Compression.class)
    void packedTextIsRecognisedAndDecoded(Compression compression) {
        byte[] packed = Base64.getDecoder().decode(FIXTURES.get(compression));
        assertEquals(compression, Compression.of(packed).orElseThrow());
        assertArrayEquals(TEXT, compression.decode("text", packed, packed.length, TEXT.length));
        assertArrayEquals(TEXT, Payload.unpack("text", withSize(compression, packed, TEXT.length)));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void wrongSizeIsRefused(Compression compression) {
        byte[] packed = Base64.getDecoder().decode(FIXTURES.get(compression));
        int size = TEXT.length + 1;
        String more = assertThrows(LoadException.class, () -> compression.decode("kernel", packed, packed.length, size)).getMessage();
        assertTrue(more.startsWith("the %s payload of kernel is corrupt: ".formatted(compression.name().toLowerCase())), more);
        assertThrows(LoadException.class, () -> compression.decode("kernel", packed, packed.length / 2, TEXT.length));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void mutatedDataIsDecodedOrRefused(Compression compression) {
        byte[] packed = Base64.getDecoder().decode(FIXTURES.get(compression));
        SplittableRandom random = new SplittableRandom(compression.ordinal());
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 1500; i++) {
                byte[] mutated = withSize(compression, packed, TEXT.length);
                for (int n = random.nextInt(1, 4); n > 0; n--) {
                    mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
                }
                try {
                    Payload.unpack("kernel", random.nextInt(4) == 0 ? Arrays.copyOf(mutated, random.nextInt(mutated.length)) : mutated);
                } catch (LoadException e) {
                    assertTrue(e.getMessage().contains("payload of kernel"), e.getMessage());
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip -9", "gzip -1", "xz --check=crc32 --x86 --lzma2=,dict=32MiB", "xz -6", "lzma -9", "bzip2 -9",
        "lz4 -l -9", "lz4 -l -1",
        "lzop -9", "lzop -1", "zstd -1", "zstd -19", "zstd -22 --ultra", "zstd --fast=5", "zstd -3 --no-check"})
    void whatTheToolPacksIsDecoded(String command) throws Exception {
        byte[] plain = sample(1_500_000);
        byte[] packed = pipe(List.of(command.split(" ")), plain);
        Compression compression = Compression.of(packed).orElseThrow();
        assertArrayEquals(plain, Payload.unpack(command, withSize(compression, packed, plain.length)));
    }

    @Test
    void plainElfIsTakenAsItIs() {
        byte[] elf = Arrays.copyOf(new byte[] {0x7f, 'E', 'L', 'F'}, 100);
        assertArrayEquals(elf, Payload.unpack("kernel", elf));
    }

    @Test
    void unknownCompressionIsRefusedWithItsFirstBytes() {
        byte[] text = "what is this, a kernel?".getBytes(StandardCharsets.US_ASCII);
        String message = assertThrows(LoadException.class, () -> Payload.unpack("kernel", text)).getMessage();
        assertTrue(message.contains("looked for ELF, gzip, xz") && message.contains("found 77 68 61 74"), message);
    }

    @Test
    void giganticAnnouncedSizeTakesNoMemory() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(TEXT);
        }
        byte[] payload = packed.toByteArray();
        payload[payload.length - 1] = 0x1f;
        assertThrows(LoadException.class, () -> Payload.unpack("kernel", payload));
        payload[payload.length - 1] = (byte) 0xff;
        String message = assertThrows(LoadException.class, () -> Payload.unpack("kernel", payload)).getMessage();
        assertTrue(message.contains("announces"), message);
    }

    private static byte[] withSize(Compression compression, byte[] packed, int size) {
        if (compression == Compression.GZIP) {
            return packed.clone();
        }
        byte[] payload = Arrays.copyOf(packed, packed.length + 4);
        for (int i = 0; i < 4; i++) {
            payload[packed.length + i] = (byte) (size >> 8 * i);
        }
        return payload;
    }

    /** Words, runs and noise, so that literals, short and long matches all occur. */
    private static byte[] sample(int size) {
        SplittableRandom random = new SplittableRandom(42);
        byte[] sample = new byte[size];
        int at = 0;
        while (at < size) {
            int count = Math.min(size - at, 1 << random.nextInt(16));
            switch (random.nextInt(4)) {
                case 0 -> Arrays.fill(sample, at, at + count, (byte) random.nextInt());
                case 1 -> {
                    for (int i = at; i < at + count; i++) {
                        sample[i] = (byte) random.nextInt();
                    }
                }
                case 2 -> {
                    for (int i = at; i < at + count; i++) {
                        sample[i] = TEXT[random.nextInt(75)];
                    }
                }
                default -> {
                    int from = at == 0 ? 0 : random.nextInt(at);
                    for (int i = 0; i < count; i++) {
                        sample[at + i] = sample[from + i];
                    }
                }
            }
            at += count;
        }
        return sample;
    }

    private static byte[] pipe(List<String> command, byte[] input) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            assumeTrue(false, "skipped: there is no " + command.getFirst() + " on this machine");
            throw e;
        }
        Thread writer = new Thread(() -> {
            try (OutputStream out = process.getOutputStream()) {
                out.write(input);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        writer.start();
        byte[] output = process.getInputStream().readAllBytes();
        writer.join();
        assertEquals(0, process.waitFor());
        return output;
    }
}
