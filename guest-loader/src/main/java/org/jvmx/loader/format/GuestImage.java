package org.jvmx.loader.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jvmx.loader.Format;
import org.jvmx.loader.LoadException;

/** A kernel file whose format is known and whose headers have been read. */
public sealed interface GuestImage permits BzImage, ElfImage, PvhImage, MultibootImage, Multiboot2Image, FlatImage {
    /** A kernel is far smaller; this keeps a mistaken disk image out of the heap. */
    long LARGEST_FILE = 1L << 30;

    /** The whole file. */
    ImageBytes file();

    /** The format found or forced. */
    Format format();

    /**
     * Reads a file and finds out what it is.
     *
     * @param wish what the user takes it for, {@link Format#AUTO} to look
     * @throws LoadException if it cannot be read, or is not what was wished or nothing that can be started
     */
    static GuestImage detect(Path path, Format wish) {
        try {
            long size = Files.size(path);
            if (size > LARGEST_FILE) {
                throw new LoadException("%s has %d bytes: a kernel file has at most %d".formatted(path, size, LARGEST_FILE));
            }
            return detect(path.toString(), Files.readAllBytes(path), wish);
        } catch (NoSuchFileException e) {
            throw new LoadException("there is no kernel file %s".formatted(path), e);
        } catch (IOException e) {
            throw new LoadException("kernel file %s cannot be read: %s".formatted(path, e.getMessage()), e);
        }
    }

    /** As {@link #detect(Path, Format)} for bytes; {@code name} is for messages. */
    static GuestImage detect(String name, byte[] bytes, Format wish) {
        return Detection.detect(new ImageBytes(name, bytes), wish);
    }
}
