package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jvmx.fuzz.Bytes;
import org.jvmx.fuzz.Target;
import org.jvmx.loader.LoadException;
import org.jvmx.loader.initramfs.CpioEntry;
import org.jvmx.loader.initramfs.CpioReader;
import org.jvmx.loader.initramfs.CpioWriter;

/** Any bytes are an archive or refused; and what the writer accepts, the reader finds. An input's first byte says which. */
public final class CpioTarget implements Target {
    private final Allocations allocations = new Allocations();

    public CpioTarget() {
    }

    @Override
    public void run(byte[] bytes) throws Exception {
        Bytes input = new Bytes(bytes);
        if (input.bool()) {
            write(input);
            return;
        }
        byte[] archive = input.rest();
        allocations.bounded((1L << 20) + 64L * archive.length, () -> read(archive));
    }

    private static void read(byte[] archive) {
        try {
            CpioReader.read(archive);
        } catch (LoadException refusal) {
            require(!refusal.getMessage().isBlank(), "no message");
        }
    }

    private static void write(Bytes input) {
        CpioWriter writer = new CpioWriter();
        int accepted = 0;
        while (input.more()) {
            int kind = input.u8();
            String path = new String(input.take(kind >> 3), StandardCharsets.ISO_8859_1);
            byte[] content = input.take(input.u8());
            try {
                switch (kind & 3) {
                    case 0 -> writer.file(path, input.u16() & 0777, content);
                    case 1 -> writer.directory(path, 0755);
                    case 2 -> writer.symlink(path, new String(content, StandardCharsets.ISO_8859_1));
                    default -> writer.characterDevice(path, 0600, input.u16(), input.u8());
                }
                accepted++;
            } catch (IllegalArgumentException refusal) {
                require(refusal.getMessage().contains(path), refusal.getMessage());
            }
        }
        byte[] archive = writer.toBytes();
        List<CpioEntry> entries = CpioReader.read(archive);
        require(entries.size() >= Math.min(accepted, 1) && archive.length % 4 == 0, "entries are lost");
        CpioWriter again = new CpioWriter();
        for (CpioEntry entry : entries) {
            add(again, entry);
        }
        require(Arrays.equals(again.toBytes(), archive), "what was read is not what was written");
    }

    private static void add(CpioWriter writer, CpioEntry entry) {
        int permissions = entry.mode() & 07777;
        switch (entry.mode() & CpioEntry.TYPE) {
            case CpioEntry.DIRECTORY -> writer.directory(entry.path(), permissions);
            case CpioEntry.SYMLINK -> writer.symlink(entry.path(), new String(entry.content(), StandardCharsets.UTF_8));
            case CpioEntry.CHARACTER_DEVICE -> writer.characterDevice(entry.path(), permissions, entry.major(), entry.minor());
            default -> writer.file(entry.path(), permissions, entry.content());
        }
    }
}
