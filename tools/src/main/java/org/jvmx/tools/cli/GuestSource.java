package org.jvmx.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jvmx.error.ConfigException;
import org.jvmx.loader.BootModule;
import org.jvmx.loader.BootOptions;
import org.jvmx.loader.Format;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.tools.fetch.LinuxGuest;
import org.jvmx.tools.guests.BundledGuest;
import org.jvmx.tools.guests.BundledGuests;
import org.jvmx.tools.pc.PcSpec;

/** Which guest the options name, and what it is booted with. */
final class GuestSource {
    private static final String LINUX = "linux";

    private final GuestOptions guest;
    private final boolean quiet;
    private boolean served;
    private int cpus = 1;

    GuestSource(GuestOptions guest, boolean quiet) {
        this.guest = guest;
        this.quiet = quiet;
    }

    /** The guest with its boot options; the machine is not chosen yet. */
    PcSpec.Builder spec() {
        PcSpec.Builder pc = LINUX.equals(guest.guest) ? linux() : kernel();
        return pc.modules(guest.modules.stream().map(GuestSource::module).toList()).unpackPayload(guest.unpack).entry(entry());
    }

    /** Whether it is a bundled guest that answers requests on its serial port. */
    boolean served() {
        return served;
    }

    /** How many processors it needs. */
    int cpus() {
        return cpus;
    }

    private PcSpec.Builder kernel() {
        String append = guest.append == null ? "" : guest.append;
        PcSpec.Builder pc = PcSpec.of(image()).append(append);
        return guest.initrd == null ? pc : pc.initrd(read("initrd", guest.initrd));
    }

    private PcSpec.Builder linux() {
        LinuxGuest linux = LinuxGuest.of(guest.kernel, guest.initrd, line -> {
            if (!quiet) {
                System.err.println("jvmx: " + line);
            }
        });
        String line = guest.append == null ? LinuxGuest.COMMAND_LINE : LinuxGuest.COMMAND_LINE + " " + guest.append;
        return PcSpec.of(GuestImage.detect(linux.kernel(), Format.parse(guest.format))).initrd(linux.initrd()).append(line);
    }

    private GuestImage image() {
        Format format = Format.parse(guest.format);
        if (guest.kernel != null) {
            if (guest.guest != null) {
                throw new ConfigException("both '%s' and --kernel %s name a guest: give one of them".formatted(guest.guest, guest.kernel));
            }
            return GuestImage.detect(guest.kernel, format);
        }
        if (guest.guest == null) {
            throw new ConfigException("nothing to run: name a bundled guest (%s), 'linux', or a kernel file".formatted(bundled()));
        }
        Path file = Path.of(guest.guest);
        BundledGuest known = BundledGuests.named(guest.guest).orElse(null);
        if (known != null) {
            served = known.served();
            cpus = known.cpus();
            return GuestImage.detect(known.name(), known.image(), known.format());
        }
        if (!guest.guest.contains("/") && !Files.exists(file)) {
            throw new ConfigException(
                    "'%s' is neither a bundled guest (%s), nor 'linux', nor a kernel file".formatted(guest.guest, bundled()));
        }
        return GuestImage.detect(file, format);
    }

    private static String bundled() {
        return String.join(", ", BundledGuests.all().stream().map(BundledGuest::name).toList());
    }

    private BootOptions.Entry entry() {
        for (BootOptions.Entry entry : BootOptions.Entry.values()) {
            if (entry.name().toLowerCase(Locale.ROOT).equals(guest.entry)) {
                return entry;
            }
        }
        throw new ConfigException("--entry '%s' is not known: use auto, real16, prot32 or long64".formatted(guest.entry));
    }

    private static BootModule module(String text) {
        List<String> parts = List.of(text.split(",", 2));
        return new BootModule(parts.getFirst(), parts.size() > 1 ? parts.get(1) : "", read("module", Path.of(parts.getFirst())));
    }

    private static byte[] read(String what, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new ConfigException("there is no %s file %s".formatted(what, file), e);
        } catch (IOException | OutOfMemoryError e) {
            throw new ConfigException("%s file %s cannot be read: %s".formatted(what, file, e.getMessage()), e);
        }
    }
}
