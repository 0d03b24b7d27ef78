package org.jvmx.tools.guests;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jvmx.loader.Format;

/** The bundled guests by name. */
public final class BundledGuests {
    private static final BundledGuest HELLO = new BundledGuest("hello",
            "a prompt on the serial port: looks at its machine, faults, crashes or powers off on command",
            Format.of(Format.Kind.MULTIBOOT), () -> new Hello().image(), 1, false);
    private static final List<BundledGuest> ALL = Stream.concat(Stream.of(HELLO), CannedGuests.all().stream()).toList();

    private BundledGuests() {
    }

    /** All of them. */
    public static List<BundledGuest> all() {
        return ALL;
    }

    /** Those with one known mix of VM exits, which end by themselves. */
    public static List<BundledGuest> canned() {
        return ALL.subList(1, ALL.size());
    }

    /** The guest of that name. */
    public static Optional<BundledGuest> named(String name) {
        return ALL.stream().filter(guest -> guest.name().equals(name)).findFirst();
    }
}
