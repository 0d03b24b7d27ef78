package org.jvmx.devices.apic;

import java.util.ArrayList;
import java.util.List;

/** A set of interrupt vectors: one of the 256-bit registers IRR, ISR and TMR. */
final class VectorSet {
    private static final int WORDS = 8;

    private final int[] words = new int[WORDS];

    void add(int vector) {
        words[vector >> 5] |= 1 << vector;
    }

    void remove(int vector) {
        words[vector >> 5] &= ~(1 << vector);
    }

    boolean contains(int vector) {
        return (words[vector >> 5] >>> vector & 1) != 0;
    }

    /** The highest vector in the set, -1 if it is empty. */
    int highest() {
        for (int i = WORDS - 1; i >= 0; i--) {
            if (words[i] != 0) {
                return i * 32 + 31 - Integer.numberOfLeadingZeros(words[i]);
            }
        }
        return -1;
    }

    /** The 32 vectors from {@code 32 * index}. */
    int word(int index) {
        return words[index];
    }

    void clear() {
        for (int i = 0; i < WORDS; i++) {
            words[i] = 0;
        }
    }

    List<Integer> state() {
        List<Integer> list = new ArrayList<>(WORDS);
        for (int word : words) {
            list.add(word);
        }
        return List.copyOf(list);
    }

    void restore(List<Integer> state) {
        for (int i = 0; i < WORDS; i++) {
            words[i] = state.get(i);
        }
    }
}
