package org.jvmx.cpu.fp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.SplittableRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class CryptographyTest {
    private static final int[] ROUND_CONSTANTS = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36};
    private static final int[] SHA256_CONSTANTS = sha256Constants();
    private final SplittableRandom random = new SplittableRandom(5);

    private static byte[] bytes(long low, long high) {
        return ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(low).putLong(high).array();
    }

    /** Key expansion of AES-128 as its users do it with AESKEYGENASSIST. */
    private static long[] expand(long low, long high) {
        long[] keys = new long[22];
        keys[0] = low;
        keys[1] = high;
        for (int round = 1; round <= 10; round++) {
            int added = (int) (Aes.keyGenerationAssist(keys[2 * round - 1], ROUND_CONSTANTS[round - 1]) >>> 32);
            int w0 = (int) keys[2 * round - 2] ^ added;
            int w1 = (int) (keys[2 * round - 2] >>> 32) ^ w0;
            int w2 = (int) keys[2 * round - 1] ^ w1;
            int w3 = (int) (keys[2 * round - 1] >>> 32) ^ w2;
            keys[2 * round] = w0 & 0xffff_ffffL | (long) w1 << 32;
            keys[2 * round + 1] = w2 & 0xffff_ffffL | (long) w3 << 32;
        }
        return keys;
    }

    @Test
    void tenRoundsEncryptAndDecryptAsTheStandardSays() throws GeneralSecurityException {
        for (int n = 0; n < 50; n++) {
            long[] keys = expand(random.nextLong(), random.nextLong());
            long plainLow = random.nextLong();
            long plainHigh = random.nextLong();
            long low = plainLow ^ keys[0];
            long high = plainHigh ^ keys[1];
            for (int round = 1; round < 10; round++) {
                long next = Aes.encrypt(low, high, false) ^ keys[2 * round];
                high = Aes.encrypt(low, high, true) ^ keys[2 * round + 1];
                low = next;
            }
            long cipherLow = Aes.encryptLast(low, high, false) ^ keys[20];
            long cipherHigh = Aes.encryptLast(low, high, true) ^ keys[21];
            Cipher reference = Cipher.getInstance("AES/ECB/NoPadding");
            reference.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(bytes(keys[0], keys[1]), "AES"));
            assertArrayEquals(reference.doFinal(bytes(plainLow, plainHigh)), bytes(cipherLow, cipherHigh));
            assertArrayEquals(bytes(plainLow, plainHigh), decrypt(cipherLow, cipherHigh, keys));
        }
    }

    private static byte[] decrypt(long cipherLow, long cipherHigh, long[] keys) {
        long low = cipherLow ^ keys[20];
        long high = cipherHigh ^ keys[21];
        for (int round = 9; round > 0; round--) {
            long next = Aes.decrypt(low, high, false) ^ Aes.inverseMixColumns(keys[2 * round]);
            high = Aes.decrypt(low, high, true) ^ Aes.inverseMixColumns(keys[2 * round + 1]);
            low = next;
        }
        return bytes(Aes.decryptLast(low, high, false) ^ keys[0], Aes.decryptLast(low, high, true) ^ keys[1]);
    }

    /** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
    private static int[] sha256Constants() {
        int[] constants = new int[64];
        int count = 0;
        for (int candidate = 2; count < 64; candidate++) {
            boolean prime = true;
            for (int divisor = 2; divisor * divisor <= candidate; divisor++) {
                prime &= candidate % divisor != 0;
            }
            if (prime) {
                double root = StrictMath.cbrt(candidate);
                constants[count++] = (int) (long) ((root - Math.floor(root)) * 0x1p32);
            }
        }
        return constants;
    }

    @Test
    void sha256InstructionsHashAsTheStandardSays() throws GeneralSecurityException {
        byte[] text = "abc".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer block = ByteBuffer.allocate(64).put(text).put((byte) 0x80).putInt(60, 8 * text.length);
        int[] words = new int[64];
        for (int n = 0; n < 16; n++) {
            words[n] = block.getInt(4 * n);
        }
        long[] pair = new long[2];
        for (int n = 16; n < 64; n += 4) {
            schedule(words, n, pair);
        }
        long[] abef = {join(0x9b05_688c, 0x510e_527f), join(0xbb67_ae85, 0x6a09_e667)};
        long[] cdgh = {join(0x5be0_cd19, 0x1f83_d9ab), join(0xa54f_f53a, 0x3c6e_f372)};
        long[] abef0 = abef.clone();
        long[] cdgh0 = cdgh.clone();
        for (int n = 0; n < 64; n += 2) {
            long messages = join(words[n] + SHA256_CONSTANTS[n], words[n + 1] + SHA256_CONSTANTS[n + 1]);
            Sha.sha256Rounds2(cdgh[0], cdgh[1], abef[0], abef[1], messages, pair);
            cdgh = abef;
            abef = pair.clone();
        }
        ByteBuffer hash = ByteBuffer.allocate(32);
        for (int half = 1; half >= 0; half--) {
            hash.putInt(upper(abef[half]) + upper(abef0[half])).putInt((int) abef[half] + (int) abef0[half]);
            hash.putInt(upper(cdgh[half]) + upper(cdgh0[half])).putInt((int) cdgh[half] + (int) cdgh0[half]);
        }
        assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(text), hash.array());
    }

    /** Four words of the message schedule as SHA256MSG1, an addition and SHA256MSG2 make them. */
    private static void schedule(int[] words, int n, long[] pair) {
        long first = join(words[n - 16], words[n - 15]);
        Sha.sha256Message1(first, join(words[n - 14], words[n - 13]), join(words[n - 12], words[n - 11]), pair);
        long low = PackedInteger.addDoublewords(pair[0], join(words[n - 7], words[n - 6]));
        long high = PackedInteger.addDoublewords(pair[1], join(words[n - 5], words[n - 4]));
        Sha.sha256Message2(low, high, join(words[n - 2], words[n - 1]), pair);
        for (int i = 0; i < 4; i++) {
            words[n + i] = (int) (pair[i >> 1] >>> 32 * (i & 1));
        }
    }

    private static long join(int low, int high) {
        return low & 0xffff_ffffL | (long) high << 32;
    }

    private static int upper(long half) {
        return (int) (half >>> 32);
    }

    @Test
    void checksumOfTheDigitsIsTheStandardCheckValue() {
        int checksum = -1;
        for (byte digit : "123456789".getBytes(StandardCharsets.US_ASCII)) {
            checksum = Polynomial.crc32c(checksum, digit, 1);
        }
        assertEquals(0xe306_9283, ~checksum);
    }

    @Test
    void carryLessProductIsCommutativeAndDistributes() {
        for (int n = 0; n < 1_000; n++) {
            long a = random.nextLong();
            long b = random.nextLong();
            long c = random.nextLong();
            assertEquals(Polynomial.productHigh(a, b), Polynomial.productHigh(b, a));
            assertEquals(Polynomial.productLow(a, b ^ c), Polynomial.productLow(a, b) ^ Polynomial.productLow(a, c));
            assertEquals(Polynomial.productHigh(a, b ^ c), Polynomial.productHigh(a, b) ^ Polynomial.productHigh(a, c));
        }
    }
}
