package org.jvmx.tools.fetch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jvmx.error.BackendException;

/**
 * Packages of a Debian-like distribution, without root: apt downloads and verifies them, dpkg-deb unpacks them. If the system's package lists are
 * missing, lists of our own are fetched into the cache.
 */
final class DebianPackages {
    private static final String ARCHITECTURE = "APT::Architecture=amd64";

    private final Path folder;
    private final Consumer<String> progress;
    private final List<String> options = new ArrayList<>(List.of("-o", ARCHITECTURE));
    private boolean ownLists;

    DebianPackages(Path folder, Consumer<String> progress) {
        this.folder = folder;
        this.progress = progress;
    }

    /** Whether this system has the tools. */
    static boolean available() {
        return Stream.of("apt-get", "apt-cache", "dpkg-deb").allMatch(Tool::exists);
    }

    /** The package behind a package that only depends on the current one; the first of the candidates that this distribution has. */
    String kernelPackage(List<String> candidates) {
        String found = firstKernel(candidates);
        if (found == null && !ownLists) {
            fetchLists();
            found = firstKernel(candidates);
        }
        if (found == null) {
            throw new BackendException(
                    "apt knows none of the packages %s: pass a kernel with --kernel and an initial RAM disk with --initrd"
                            .formatted(String.join(", ", candidates)));
        }
        return found;
    }

    private String firstKernel(List<String> candidates) {
        for (String candidate : candidates) {
            Tool.Result result = Tool.run(folder, command("apt-cache", "depends", "--important", candidate));
            String kernel = result.output().lines().map(String::strip).filter(line -> line.startsWith("Depends: linux-image-"))
                    .map(line -> line.substring("Depends: ".length())).findFirst().orElse(null);
            if (result.exitCode() == 0 && kernel != null) {
                return kernel;
            }
        }
        return null;
    }

    private void fetchLists() {
        ownLists = true;
        progress.accept("this system has no lists of these packages; fetching them (apt-get update, into %s)".formatted(folder));
        try {
            Files.createDirectories(folder.resolve("lists/partial"));
            Files.createDirectories(folder.resolve("archives/partial"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        options.addAll(List.of("-o", "Dir::State::lists=" + folder.resolve("lists"), "-o", "Dir::Cache=" + folder));
        Tool.Result result = Tool.run(folder, command("apt-get", "-q", "update"));
        if (result.exitCode() != 0) {
            throw new BackendException("apt-get update failed: %s; pass a kernel with --kernel and an initial RAM disk with --initrd"
                    .formatted(result.lastLine()));
        }
    }

    /** Downloads a package and unpacks it into a new folder, which it gives. */
    Path unpacked(String name) throws IOException {
        progress.accept("downloading package " + name);
        Tool.Result result = Tool.run(folder, command("apt-get", "-q", "download", name));
        if (result.exitCode() != 0 && !ownLists) {
            fetchLists();
            result = Tool.run(folder, command("apt-get", "-q", "download", name));
        }
        if (result.exitCode() != 0) {
            throw new BackendException("apt-get download %s failed: %s".formatted(name, result.lastLine()));
        }
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            file = files.filter(path -> path.getFileName().toString().matches("\\Q" + name + "\\E_.*\\.deb")).findFirst()
                    .orElseThrow(() -> new BackendException("apt-get download %s left no package file in %s".formatted(name, folder)));
        }
        Path target = folder.resolve(name);
        Tool.Result unpacking = Tool.run(folder, List.of("dpkg-deb", "-x", file.toString(), target.toString()));
        if (unpacking.exitCode() != 0) {
            throw new BackendException("dpkg-deb -x %s failed: %s".formatted(file, unpacking.lastLine()));
        }
        Files.delete(file);
        return target;
    }

    private List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(program);
        command.addAll(options);
        command.addAll(List.of(arguments));
        return command;
    }
}
