package org.jvmx.loader.format;

import org.jvmx.loader.Format;

/** A file without a header, loaded and entered where the user says. */
public record FlatImage(ImageBytes file, Format format) implements GuestImage {
}
