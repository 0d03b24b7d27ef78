package org.jvmx.loader.initramfs;

/**
 * One entry of a "newc" archive.
 *
 * @param path without a leading slash
 * @param mode file type and permissions as in {@code st_mode}
 * @param content a file's bytes, or a symbolic link's target
 * @param major of a device node
 * @param minor of a device node
 */
public record CpioEntry(String path, int mode, byte[] content, int major, int minor) {
    /** The file type in {@code st_mode}. */
    public static final int TYPE = 0170000;
    public static final int DIRECTORY = 0040000;
    public static final int FILE = 0100000;
    public static final int SYMLINK = 0120000;
    public static final int CHARACTER_DEVICE = 0020000;
    public static final int BLOCK_DEVICE = 0060000;

    public boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }
}
