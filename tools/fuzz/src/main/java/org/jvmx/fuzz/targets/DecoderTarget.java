package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;

import java.util.Arrays;
import org.jvmx.fuzz.Target;
import org.jvmx.isa.Decoder;
import org.jvmx.isa.Decoder.Outcome;
import org.jvmx.isa.Insn;

/** Any bytes in any code size are an instruction of 1 to 15 bytes with a text, incomplete, undefined or too long; and only its own bytes decide. */
public final class DecoderTarget implements Target {
    private static final int[] CODE_SIZES = {2, 4, 8};

    private final Decoder decoder = new Decoder();

    public DecoderTarget() {
    }

    @Override
    public void run(byte[] input) {
        for (int codeSize : CODE_SIZES) {
            decode(input, codeSize);
        }
    }

    private void decode(byte[] input, int codeSize) {
        Insn insn = decoder.decode(input, codeSize);
        Outcome outcome = decoder.outcome();
        require((insn != null) == (outcome == Outcome.DECODED), "an instruction, and " + outcome);
        require(outcome != Outcome.INCOMPLETE || input.length < Decoder.MAX_LENGTH, "15 bytes are incomplete");
        require(outcome != Outcome.TOO_LONG || input.length >= Decoder.MAX_LENGTH, "fewer than 15 bytes are too long");
        if (insn == null) {
            return;
        }
        require(insn.length >= 1 && insn.length <= Math.min(input.length, Decoder.MAX_LENGTH), "length " + insn.length);
        String text = insn.text(0x1000);
        require(!text.isBlank(), "no text");
        byte[] own = Arrays.copyOf(input, insn.length);
        Insn same = decoder.decode(own, codeSize);
        require(same != null && same.length == insn.length && same.text(0x1000).equals(text), "other bytes than its own decide");
        Insn fewer = decoder.decode(own, 0, own.length - 1, codeSize);
        require(fewer == null && decoder.outcome() == Outcome.INCOMPLETE, "complete without its last byte");
    }
}
