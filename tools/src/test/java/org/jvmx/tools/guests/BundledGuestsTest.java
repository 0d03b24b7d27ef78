package org.jvmx.tools.guests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvmx.loader.Format;
import org.jvmx.loader.format.GuestImage;

class BundledGuestsTest {
    static Iterable<BundledGuest> guests() {
        return BundledGuests.all();
    }

    @ParameterizedTest
    @MethodSource("guests")
    void theImageIsTheSameEachTime(BundledGuest guest) {
        assertArrayEquals(guest.image(), guest.image());
    }

    @ParameterizedTest
    @MethodSource("guests")
    void theLoaderDetectsTheFormatThatTheRegistryStates(BundledGuest guest) {
        assertEquals(guest.format(), GuestImage.detect(guest.name(), guest.image(), Format.AUTO).format());
    }

    @ParameterizedTest
    @MethodSource("guests")
    void aNameFindsItsGuest(BundledGuest guest) {
        assertEquals(guest, BundledGuests.named(guest.name()).orElseThrow());
    }

    @Test
    void anUnknownNameFindsNothing() {
        assertTrue(BundledGuests.named("no-such-guest").isEmpty());
    }
}
