package org.jvmx.tools.experiment;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jvmx.error.ConfigException;
import org.jvmx.loader.Format;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.tools.fetch.LinuxGuest;
import org.jvmx.tools.guests.BundledGuest;
import org.jvmx.tools.guests.BundledGuests;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.tools.pc.Requests;

/**
 * A guest that ends by itself, so that runs of it can be compared: a bundled one, Linux with one job, or a kernel file.
 *
 * @param name what it is called
 * @param image its kernel
 * @param initrd its initial RAM disk, or null
 * @param commandLine what its command line begins with
 * @param cpus how many processors it needs
 * @param served whether somebody sends it requests
 */
public record GuestChoice(String name, GuestImage image, byte[] initrd, String commandLine, int cpus, boolean served) {
    private static final String LINUX_LINE = LinuxGuest.COMMAND_LINE + " quiet";
    private static final Map<String, String> LINUX_JOBS = new LinkedHashMap<>();

    static {
        LINUX_JOBS.put("linux-boot", "true");
        LINUX_JOBS.put("linux-idle", "sleep 2");
        LINUX_JOBS.put("linux-dd", "dd if=/dev/zero of=/dev/null bs=64k count=500; dd if=/dev/zero of=/tmp/zeros bs=4k count=1000");
        LINUX_JOBS.put("linux-shell", "n=0; while [ $n -lt 40 ]; do /bin/busybox true; n=$((n+1)); done; ls -lR /proc/1 | wc -l");
    }

    /** Names of all that need no file. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(BundledGuests.canned().stream().map(BundledGuest::name).toList());
        names.addAll(LINUX_JOBS.keySet());
        return names;
    }

    /**
     * The guest of that name.
     *
     * @param progress hears what takes time
     * @throws org.jvmx.error.JvmxException if there is none
     */
    public static GuestChoice named(String name, Consumer<String> progress) {
        BundledGuest bundled = BundledGuests.named(name).orElse(null);
        if (bundled != null) {
            return new GuestChoice(name, GuestImage.detect(name, bundled.image(), bundled.format()), null, "", bundled.cpus(), bundled.served());
        }
        String job = LINUX_JOBS.get(name);
        if (job != null) {
            LinuxGuest linux = LinuxGuest.doing(job, progress);
            return new GuestChoice(name, GuestImage.detect(linux.kernel(), Format.AUTO), linux.initrd(), LINUX_LINE, 1, false);
        }
        Path file = Path.of(name);
        if (!Files.exists(file)) {
            throw new ConfigException("'%s' is neither a kernel file nor one of %s".formatted(name, String.join(", ", names())));
        }
        return new GuestChoice(String.valueOf(file.getFileName()), GuestImage.detect(file, Format.AUTO), null, "", 1, false);
    }

    /** A PC with it. The requests that it is sent, if any, are the specification's serial peer. */
    PcSpec.Builder pc(String append, long seed) {
        String line = commandLine.isEmpty() || append.isEmpty() ? commandLine + append : commandLine + " " + append;
        PcSpec.Builder pc = PcSpec.of(image).append(line).seed(seed).cpus(cpus);
        if (initrd != null) {
            pc.initrd(initrd);
        }
        return served ? pc.serial(new Requests(seed)) : pc;
    }

    /** SHA-256 over kernel and initial RAM disk, in hexadecimal. */
    public String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(image.file().array());
            if (initrd != null) {
                digest.update(initrd);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
