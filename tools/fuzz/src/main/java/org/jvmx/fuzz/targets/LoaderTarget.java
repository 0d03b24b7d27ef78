package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;

import java.util.List;
import org.jvmx.fuzz.Bytes;
import org.jvmx.fuzz.Target;
import org.jvmx.loader.BootModule;
import org.jvmx.loader.BootOptions;
import org.jvmx.loader.BootState;
import org.jvmx.loader.Format;
import org.jvmx.loader.LoadException;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.loader.protocol.Loader;
import org.jvmx.memory.GuestMemory;
import org.jvmx.memory.HostMemory;

/**
 * Any file as any format is loaded into RAM or refused with a sentence that names it. An input is the wish and the options, the file's size in units of 16
 * bytes, and pieces of the file: offset, length, bytes; what no piece gives is zero.
 */
public final class LoaderTarget implements Target {
    private static final String NAME = "fuzzed-kernel";
    private static final long LOW = 0xa_0000;
    private static final long HIGH = 0x10_0000;
    private static final long SIZE = 16 << 20;
    private static final int LARGEST = 0x8000;

    private final HostMemory host = new HostMemory(SIZE);
    private final GuestMemory memory = new GuestMemory(host,
            List.of(new GuestMemory.Range(0, LOW, 0), new GuestMemory.Range(HIGH, SIZE - HIGH, HIGH)));
    private final Allocations allocations = new Allocations();

    public LoaderTarget() {
    }

    @Override
    public void run(byte[] bytes) throws Exception {
        Bytes input = new Bytes(bytes);
        Format.Kind kind = Format.Kind.values()[input.below(Format.Kind.values().length)];
        Format wish = kind.flat() && input.bool() ? new Format(kind, input.value() & Long.MAX_VALUE) : Format.of(kind);
        BootOptions options = options(input.u8(), input);
        byte[] file = file(input);
        allocations.bounded(256L << 20, () -> load(file, wish, options));
    }

    private void load(byte[] file, Format wish, BootOptions options) {
        try {
            GuestImage image = GuestImage.detect(NAME, file, wish);
            BootState state = Loader.load(image, memory, options);
            require(state.rip() >= 0 && state.rip() < 1L << 32, "entered at %x".formatted(state.rip()));
        } catch (LoadException refusal) {
            require(refusal.getMessage().contains(NAME), "not named: " + refusal.getMessage());
        }
    }

    private static BootOptions options(int choice, Bytes input) {
        BootOptions options = BootOptions.plain().withUnpackPayload((choice & 1) != 0).withTextScreen((choice & 2) == 0);
        options = (choice & 4) != 0 ? options.withInitrd(new byte[input.u16()]) : options;
        options = (choice & 8) != 0 ? options.withModules(List.of(new BootModule("m", "a b", new byte[input.u16()]))) : options;
        options = (choice & 16) != 0 ? options.withCommandLine("x".repeat(input.u16())) : options;
        return options.withEntry(BootOptions.Entry.values()[choice >> 5 & 3]);
    }

    private static byte[] file(Bytes input) {
        byte[] file = new byte[Math.min(input.u16() * 16 + input.below(16), LARGEST)];
        while (input.more()) {
            int at = input.u16();
            byte[] piece = input.take(input.u8());
            System.arraycopy(piece, 0, file, Math.min(at, file.length), Math.max(0, Math.min(piece.length, file.length - at)));
        }
        return file;
    }
}
