package org.jvmx.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.jvmx.error.ConfigException;
import org.jvmx.isa.Decoder;
import org.jvmx.isa.Disassembler;
import org.jvmx.isa.Insn;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvmx disasm}. */
@Command(name = "disasm", description = "Disassemble a flat file, or bytes given in hexadecimal.", sortOptions = false)
final class DisasmCommand implements Runnable {
    @Parameters(arity = "1..*", paramLabel = "FILE|HEX", description = "A file, or bytes: 'f3 90', 0f0b, 48:89:c8.")
    private List<String> source;

    @Option(names = "--bits", paramLabel = "N", defaultValue = "64", description = "The mode: 16, 32 or 64. Default: ${DEFAULT-VALUE}.")
    private int bits;

    @Option(names = "--address", paramLabel = "A", defaultValue = "0", description = "The address of the first byte, as 0x7c00 or 31744. Default: 0.")
    private String address;

    @Option(names = "--offset", paramLabel = "N", defaultValue = "0", description = "Where to begin in a file. Default: 0.")
    private String offset;

    @Option(names = "--count", paramLabel = "N", description = "At most so many instructions.")
    private Integer count;

    /** For picocli. */
    DisasmCommand() {
    }

    @Override
    public void run() {
        if (bits != 16 && bits != 32 && bits != 64) {
            throw new ConfigException("--bits %d is not possible: use 16, 32 or 64".formatted(bits));
        }
        long skipped = number("--offset", offset);
        byte[] bytes = bytes();
        if (skipped < 0 || skipped >= bytes.length) {
            throw new ConfigException("--offset %s is outside of the %d bytes".formatted(offset, bytes.length));
        }
        print(bytes, (int) skipped, number("--address", address));
    }

    private void print(byte[] bytes, int start, long origin) {
        Decoder decoder = new Decoder();
        int position = start;
        for (int n = 0; (count == null || n < count) && position < bytes.length && !System.out.checkError(); n++) {
            int left = bytes.length - position;
            System.out.print(Disassembler.listing(bytes, position, left, bits >> 3, origin + position - start, 1));
            Insn insn = decoder.decode(bytes, position, left, bits >> 3);
            position += insn == null ? 1 : insn.length;
        }
    }

    private byte[] bytes() {
        Path file = Path.of(source.getFirst());
        try {
            if (source.size() == 1 && Files.isRegularFile(file)) {
                return Files.readAllBytes(file);
            }
            return HexFormat.of().parseHex(String.join("", source).replaceAll("0x|[\\s:,]", ""));
        } catch (IOException e) {
            throw new ConfigException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("'%s' is neither a file nor bytes in hexadecimal".formatted(String.join(" ", source)), e);
        }
    }

    private static long number(String option, String text) {
        try {
            return text.startsWith("0x") ? Long.parseUnsignedLong(text, 2, text.length(), 16) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new ConfigException("%s '%s' is no number: write it as 0x7c00 or 31744".formatted(option, text), e);
        }
    }
}
