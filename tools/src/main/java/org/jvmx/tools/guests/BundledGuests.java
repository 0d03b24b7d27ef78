package org.jvmx.tools.guests;

import java.util.List;
import java.util.Optional;
import org.jvmx.loader.Format;

/** The bundled guests by name. */
public final class BundledGuests {
    private static final List<BundledGuest> ALL = List.of(
            new BundledGuest("hello", "a prompt on the serial port: looks at its machine, faults, crashes or powers off on command",
                    Format.of(Format.Kind.MULTIBOOT), () -> new Hello().image()));

    private BundledGuests() {
    }

    /** All of them. */
    public static List<BundledGuest> all() {
        return ALL;
    }

    /** The guest of that name. */
    public static Optional<BundledGuest> named(String name) {
        return ALL.stream().filter(guest -> guest.name().equals(name)).findFirst();
    }
}
