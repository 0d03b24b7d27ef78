package org.jvmx.isa;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Assembles x86 code for tests and small guests, from the same rows that the decoder reads: it takes the shortest encoding of those that
 * fit the operands and need the fewest size prefixes.
 *
 * <pre>{@code
 * Assembler asm = new Assembler(64, 0x10_0000);
 * Label loop = asm.newLabel();
 * asm.op(MOV, ECX, 10).bind(loop).op(ADD, EAX, mem(RBX).index(RCX, 4).disp(8)).op(DEC, ECX).op(JNZ, loop).op(HLT);
 * byte[] code = asm.assemble();
 * }</pre>
 *
 * <p>Operands are {@link Reg}, {@link Mem}, {@link Label}, {@link FarPointer}, characters and numbers. A number as the target of a jump is an address.
 * A label as an immediate is its address. A jump forward takes the long form; {@link #shortTo} asks for the short one.
 */
public final class Assembler {
    private static final Map<Mnemonic, List<Row>> ROWS = new EnumMap<>(Mnemonic.class);
    private static final Map<String, List<Mnemonic>> NAMESAKES = new HashMap<>();

    static {
        for (Row row : OpcodeTable.rows()) {
            ROWS.computeIfAbsent(row.mnemonic, _ -> new ArrayList<>()).add(row);
        }
        for (Mnemonic mnemonic : Mnemonic.values()) {
            NAMESAKES.computeIfAbsent(mnemonic.text(), _ -> new ArrayList<>()).add(mnemonic);
        }
    }

    private record Patch(int position, int width, Label label, long addend, boolean relative, int end, boolean signed) {
    }

    private final long origin;
    private final List<Patch> patches = new ArrayList<>();
    private final Map<String, Label> names = new HashMap<>();
    private byte[] bytes = new byte[256];
    private int length;
    private int codeSize;
    private boolean lock;
    private int rep;
    private int operandSize;
    private int addressSize;
    private Reg segment;

    /**
     * An assembler whose first byte is at an address.
     *
     * @param bits 16, 32 or 64
     */
    public Assembler(int bits, long origin) {
        this.origin = origin;
        bits(bits);
    }

    /** What follows is 16-, 32- or 64-bit code. */
    public Assembler bits(int bits) {
        if (bits != 16 && bits != 32 && bits != 64) {
            throw new IllegalArgumentException("code is 16, 32 or 64 bits, not " + bits);
        }
        codeSize = bits >> 3;
        return this;
    }

    /** The address of the next byte. */
    public long here() {
        return origin + length;
    }

    /** A label to be bound later. */
    public Label newLabel() {
        return new Label("at " + Long.toHexString(here()));
    }

    /** The label of that name, bound or not. */
    public Label label(String name) {
        return names.computeIfAbsent(name, Label::new);
    }

    /** The label is here. */
    public Assembler bind(Label label) {
        label.bind(length, here());
        return this;
    }

    /** The label of that name is here. */
    public Assembler bind(String name) {
        return bind(label(name));
    }

    /** A target that a short jump shall reach. */
    public static Object shortTo(Label label) {
        return new Encoding.ShortTarget(label);
    }

    /** The next instruction has a LOCK prefix. */
    public Assembler lock() {
        lock = true;
        return this;
    }

    /** The next instruction has an F3H prefix: REP or REPE. */
    public Assembler rep() {
        rep = 0xf3;
        return this;
    }

    /** The next instruction has an F2H prefix: REPNE. */
    public Assembler repne() {
        rep = 0xf2;
        return this;
    }

    /** The next instruction has an operand size of 2, 4 or 8 bytes, where operands do not tell (IRET, far returns, LGDT). */
    public Assembler operandSize(int size) {
        operandSize = size;
        return this;
    }

    /** The next instruction has an address size of 2, 4 or 8 bytes, where operands do not tell (strings, LOOP, JCXZ). */
    public Assembler addressSize(int size) {
        addressSize = size;
        return this;
    }

    /** The next instruction has a segment override, where no memory operand can say so (strings, XLAT). */
    public Assembler segment(Reg override) {
        segment = override;
        return this;
    }

    /** One instruction. */
    public Assembler op(Mnemonic mnemonic, Object... arguments) {
        Object[] operands = arguments.clone();
        Arrays.setAll(operands, n -> arguments[n] instanceof Character character ? (int) character : arguments[n]);
        Encoding best = best(List.of(mnemonic), operands);
        if (best == null) {
            best = best(NAMESAKES.get(mnemonic.text()), operands);
        }
        boolean commutes = mnemonic == Mnemonic.XCHG || mnemonic == Mnemonic.TEST;
        if (best == null && commutes && operands.length == 2) {
            best = best(List.of(mnemonic), operands[1], operands[0]);
        }
        if (best == null) {
            throw new IllegalArgumentException("no encoding of %s %s in %d-bit code".formatted(
                    mnemonic.text(), Arrays.toString(operands), codeSize << 3));
        }
        int start = length;
        db(best.bytes());
        for (Encoding.Fixup fixup : best.fixups()) {
            patches.add(new Patch(start + fixup.position(), fixup.width(), fixup.label(), fixup.addend(), fixup.relative(), length,
                    codeSize == 8));
        }
        lock = false;
        rep = 0;
        operandSize = 0;
        addressSize = 0;
        segment = null;
        return this;
    }

    private Encoding best(List<Mnemonic> mnemonics, Object... operands) {
        Encoding.Context context = new Encoding.Context(codeSize, here(), lock, rep, operandSize, addressSize, segment);
        Encoding best = null;
        int widths = 0;
        for (Mnemonic mnemonic : mnemonics) {
            for (Row row : ROWS.getOrDefault(mnemonic, List.of())) {
                if (codeSize == 8 ? row.not64 : row.only64) {
                    continue;
                }
                for (int sizes = 0; sizes < (codeSize == 8 || row.vexW == 1 ? 4 : 2); sizes++) {
                    Encoding candidate = Encoding.of(row, context, (sizes & 1) != 0, (sizes & 2) != 0, operands);
                    widths |= candidate == null || candidate.memoryWidth == 0 ? 0 : 1 << candidate.memoryWidth;
                    best = better(best, candidate);
                }
            }
        }
        refuseAmbiguous(widths, operands);
        return best;
    }

    private static Encoding better(Encoding best, Encoding candidate) {
        if (best == null || candidate == null) {
            return candidate == null ? best : candidate;
        }
        if (best.resized != candidate.resized) {
            return best.resized ? candidate : best;
        }
        return candidate.length() < best.length() ? candidate : best;
    }

    private void refuseAmbiguous(int widths, Object... operands) {
        if (operandSize != 0 || Integer.bitCount(widths) < 2) {
            return;
        }
        for (Object operand : operands) {
            if (operand instanceof Mem memory && memory.width == 0) {
                throw new IllegalArgumentException("how wide is %s? add .b(), .w(), .d(), .q() or .width()".formatted(memory));
            }
        }
    }

    /** Raw bytes. */
    public Assembler db(int... values) {
        for (int value : values) {
            number(value, 1);
        }
        return this;
    }

    /** Raw bytes. */
    public Assembler db(byte[] values) {
        for (byte value : values) {
            number(value, 1);
        }
        return this;
    }

    /** Words. */
    public Assembler dw(int... values) {
        for (int value : values) {
            number(value, 2);
        }
        return this;
    }

    /** Doublewords. */
    public Assembler dd(long... values) {
        for (long value : values) {
            number(value, 4);
        }
        return this;
    }

    /** Quadwords. */
    public Assembler dq(long... values) {
        for (long value : values) {
            number(value, 8);
        }
        return this;
    }

    /** The address of a label as a number of 2, 4 or 8 bytes, something added. */
    public Assembler address(Label label, int width, long addend) {
        patches.add(new Patch(length, width, label, addend, false, length + width, false));
        number(0, width);
        return this;
    }

    /** The characters of a text, a byte each. */
    public Assembler ascii(String text) {
        return db(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Fills with zeros up to a multiple of {@code boundary} bytes. */
    public Assembler align(int boundary) {
        while (here() % boundary != 0) {
            number(0, 1);
        }
        return this;
    }

    /** Fills with zeros up to an address. */
    public Assembler org(long address) {
        if (address < here()) {
            throw new IllegalArgumentException("org 0x%x is behind 0x%x".formatted(address, here()));
        }
        while (here() < address) {
            number(0, 1);
        }
        return this;
    }

    /** {@code count} zero bytes. */
    public Assembler space(int count) {
        return org(here() + count);
    }

    /** All bytes, labels resolved. */
    public byte[] assemble() {
        byte[] code = Arrays.copyOf(bytes, length);
        for (Patch patch : patches) {
            long value = patch.label.address() + patch.addend - (patch.relative ? origin + patch.end : 0);
            checkRange(patch, value);
            for (int n = 0; n < patch.width; n++) {
                code[patch.position + n] = (byte) (value >> 8 * n);
            }
        }
        return code;
    }

    private static void checkRange(Patch patch, long value) {
        int unused = 64 - 8 * patch.width;
        boolean fitsSigned = value << unused >> unused == value;
        boolean fitsUnsigned = value << unused >>> unused == value;
        boolean wraps = patch.relative && patch.width == 2;
        boolean fits = patch.relative || patch.signed ? fitsSigned : fitsSigned || fitsUnsigned;
        if (!fits && !wraps) {
            throw new IllegalArgumentException("0x%x for label %s does not fit %d bytes".formatted(value, patch.label, patch.width));
        }
    }

    private void number(long value, int width) {
        if (length + width > bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        for (int n = 0; n < width; n++) {
            bytes[length++] = (byte) (value >> 8 * n);
        }
    }
}
