package org.jvmx.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Seeded mutations of a corpus, for runs without an engine. */
final class Mutations {
    private static final int LONGEST = 2048;

    private final SplittableRandom random;
    private final List<byte[]> corpus;

    Mutations(long seed, List<byte[]> corpus) {
        this.random = new SplittableRandom(seed);
        this.corpus = corpus;
    }

    /** An input that is like one of the corpus, or noise. */
    byte[] next() {
        if (corpus.isEmpty() || random.nextInt(16) == 0) {
            byte[] noise = new byte[random.nextInt(1, 64)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] input = any();
        for (int n = random.nextInt(1, 6); n > 0; n--) {
            input = mutate(input);
        }
        return input;
    }

    private byte[] any() {
        return corpus.get(random.nextInt(corpus.size())).clone();
    }

    private byte[] mutate(byte[] input) {
        if (input.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(input.length);
        switch (random.nextInt(6)) {
            case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> input[at] = (byte) random.nextInt();
            case 2 -> {
                return Arrays.copyOf(input, at);
            }
            case 3 -> {
                return splice(input, at, any());
            }
            case 4 -> {
                return insert(input, at);
            }
            default -> input[at] += (byte) random.nextInt(-8, 9);
        }
        return input;
    }

    private byte[] insert(byte[] input, int at) {
        int count = Math.min(random.nextInt(1, 9), LONGEST - input.length);
        if (count <= 0) {
            return input;
        }
        byte[] longer = Arrays.copyOf(input, input.length + count);
        System.arraycopy(input, at, longer, at + count, input.length - at);
        for (int n = at; n < at + count; n++) {
            longer[n] = (byte) random.nextInt();
        }
        return longer;
    }

    private byte[] splice(byte[] input, int at, byte[] other) {
        int from = other.length == 0 ? 0 : random.nextInt(other.length);
        int count = Math.min(other.length - from, LONGEST - at);
        byte[] both = Arrays.copyOf(input, at + Math.max(count, 0));
        System.arraycopy(other, from, both, at, Math.max(count, 0));
        return both;
    }
}
