package org.jvmx.tools.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;

/**
 * A Linux kernel and a file system with a shell, from the distribution's packages, kept in the cache with their hashes.
 *
 * @param kernel the kernel's file
 * @param initrd the initial RAM disk
 */
public record LinuxGuest(Path kernel, byte[] initrd) {
    /** The console on the serial port; a kernel that panics resets the machine, which ends the run. */
    public static final String COMMAND_LINE = "console=ttyS0 panic=-1";

    private static final List<String> KERNELS =
            List.of("linux-image-cloud-amd64", "linux-image-amd64", "linux-image-virtual", "linux-image-generic");
    private static final String BUSYBOX = "busybox-static";
    private static final String HASHES = "SHA256SUMS";

    /**
     * The guest, fetched if it is not in the cache.
     *
     * @param kernel a kernel to take instead; null for the packages'
     * @param initrd an initial RAM disk to take instead; null for one around the packages' busybox
     * @param progress hears what takes time
     * @throws org.jvmx.error.JvmxException if it cannot be had
     */
    public static LinuxGuest of(Path kernel, Path initrd, Consumer<String> progress) {
        return of(kernel, initrd, Initramfs.SHELL, progress);
    }

    /**
     * The guest with one job for its shell instead of a console to type at; then it powers off.
     *
     * @throws org.jvmx.error.JvmxException if it cannot be had
     */
    public static LinuxGuest doing(String job, Consumer<String> progress) {
        return of(null, null, job, progress);
    }

    private static LinuxGuest of(Path kernel, Path initrd, String job, Consumer<String> progress) {
        try {
            Path folder = CacheFolder.of(System.getenv()).resolve("linux");
            boolean complete = kernel != null && initrd != null;
            if (!complete && !intact(folder)) {
                fetch(folder, progress);
            }
            byte[] disk =
                    initrd != null ? Files.readAllBytes(initrd) : Initramfs.around(Files.readAllBytes(folder.resolve("busybox")), job);
            return new LinuxGuest(kernel != null ? kernel : folder.resolve("vmlinuz"), disk);
        } catch (IOException e) {
            throw new BackendException("the files of the Linux guest cannot be read or written: " + e, e);
        }
    }

    /** Whether the cache has both files with the hashes that they had when they were fetched. */
    static boolean intact(Path folder) throws IOException {
        Path list = folder.resolve(HASHES);
        if (!Files.exists(list)) {
            return false;
        }
        for (String line : Files.readAllLines(list)) {
            Path file = folder.resolve(line.substring(line.indexOf(' ')).strip());
            if (!Files.exists(file) || !line.startsWith(sha256(file))) {
                return false;
            }
        }
        return true;
    }

    private static void fetch(Path folder, Consumer<String> progress) throws IOException {
        if (!DebianPackages.available()) {
            throw new ConfigException(
                    "this system has no apt to take a Linux from: pass an x86-64 kernel with --kernel (a distribution's /boot/vmlinuz) "
                            + "and an initial RAM disk with a shell with --initrd, and --append console=ttyS0");
        }
        Path work = folder.resolve("work");
        remove(work);
        Files.createDirectories(work);
        DebianPackages packages = new DebianPackages(work, progress);
        Path image = packages.unpacked(packages.kernelPackage(KERNELS));
        keep(only(image.resolve("boot"), "vmlinuz-"), folder.resolve("vmlinuz"));
        Path tools = packages.unpacked(BUSYBOX);
        Path binary = Stream.of("bin/busybox", "usr/bin/busybox").map(tools::resolve).filter(Files::isRegularFile).findFirst()
                .orElseThrow(() -> new BackendException("package %s has no bin/busybox".formatted(BUSYBOX)));
        keep(binary, folder.resolve("busybox"));
        String hashes = "%s  vmlinuz%n%s  busybox%n".formatted(sha256(folder.resolve("vmlinuz")), sha256(folder.resolve("busybox")));
        Files.writeString(folder.resolve(HASHES), hashes);
        remove(work);
    }

    private static Path only(Path folder, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)).findFirst()
                    .orElseThrow(() -> new BackendException("there is no %s* in %s".formatted(prefix, folder)));
        }
    }

    private static void keep(Path file, Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
