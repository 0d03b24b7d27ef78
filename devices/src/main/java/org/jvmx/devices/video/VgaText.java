package org.jvmx.devices.video;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.Clock;
import org.jvmx.memory.GuestMemory;

/**
 * A VGA adapter in 80-column text mode ("IBM Personal System/2 Hardware Interface Technical Reference", video subsystem). Its registers are stored and
 * read back; the text is in guest memory at B8000H, which is plain RAM, and is looked at only when somebody asks for the screen.
 */
public final class VgaText implements ByteDevice {
    /** The first port. */
    public static final int PORT = 0x3c0;
    /** How many ports it takes. */
    public static final int PORTS = 0x20;
    /** Where the text is. */
    public static final long MEMORY_BASE = 0xb_8000L;
    /** The memory of the text window. */
    public static final long MEMORY_SIZE = 0x8000;
    /** Lines of the screen. */
    public static final int ROWS = 25;

    private static final int ATTRIBUTE = 0x00;
    private static final int ATTRIBUTE_READ = 0x01;
    private static final int MISC_WRITE = 0x02;
    private static final int SEQUENCER = 0x04;
    private static final int DAC_MASK = 0x06;
    private static final int DAC_READ_INDEX = 0x07;
    private static final int DAC_WRITE_INDEX = 0x08;
    private static final int DAC_DATA = 0x09;
    private static final int FEATURE_READ = 0x0a;
    private static final int MISC_READ = 0x0c;
    private static final int GRAPHICS = 0x0e;
    private static final int CRTC = 0x14;
    private static final int STATUS_1 = 0x1a;

    private static final int CRTC_COLUMNS = 0x01;
    private static final int CRTC_START = 0x0c;
    private static final int CRTC_CURSOR = 0x0e;
    private static final int CRTC_PROTECT = 0x11;
    private static final int CRTC_OFFSET = 0x13;

    private static final long FRAME_NANOS = 14_286_000; // 70 Hz
    private static final long LINE_NANOS = 31_778;
    private static final long VISIBLE_LINES_NANOS = 400 * LINE_NANOS;
    private static final long VISIBLE_DOTS_NANOS = 25_422;

    private static final int[] CRTC_TEXT =
            {0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0, 0x4f, 0x0d, 0x0e, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0x1f,
                0x96, 0xb9, 0xa3, 0xff};
    private static final int[] SEQUENCER_TEXT = {3, 0, 3, 0, 2};
    private static final int[] GRAPHICS_TEXT = {0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff};
    private static final int[] ATTRIBUTE_TEXT =
            {0, 1, 2, 3, 4, 5, 0x14, 7, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x0c, 0, 0x0f, 8, 0};

    private final Clock clock;
    private final GuestMemory memory;
    private final byte[] crtc = new byte[0x20];
    private final byte[] sequencer = new byte[0x08];
    private final byte[] graphics = new byte[0x10];
    private final byte[] attribute = new byte[0x20];
    private final byte[] dac = new byte[0x300];
    private int crtcIndex;
    private int sequencerIndex;
    private int graphicsIndex;
    private int attributeIndex = 0x20;
    private boolean attributeData;
    private int dacMask = 0xff;
    private int dacPosition;
    private boolean dacReading;
    private int misc = 0x67;

    /** Everything a restored adapter needs; the text is part of guest memory. {@code indexes} are CRTC, sequencer, graphics and attribute. */
    public record State(List<Integer> indexes, boolean attributeData, int dacMask, int dacPosition, boolean dacReading, int misc,
            byte[] registers) {
        /** Copies the registers. */
        public State {
            registers = registers.clone();
        }

        @Override
        public byte[] registers() {
            return registers.clone();
        }
    }

    /** An adapter in mode 3, as firmware leaves it. */
    public VgaText(Clock clock, GuestMemory memory) {
        this.clock = clock;
        this.memory = memory;
        set(crtc, CRTC_TEXT);
        set(sequencer, SEQUENCER_TEXT);
        set(graphics, GRAPHICS_TEXT);
        set(attribute, ATTRIBUTE_TEXT);
    }

    @Override
    public int in(int offset) {
        return switch (offset) {
            case ATTRIBUTE -> attributeIndex;
            case ATTRIBUTE_READ -> attribute[attributeIndex & 0x1f] & 0xff;
            case MISC_WRITE, FEATURE_READ -> 0; // input status 0; feature control
            case SEQUENCER -> sequencerIndex;
            case SEQUENCER + 1 -> sequencer[sequencerIndex & 0x07] & 0xff;
            case DAC_MASK -> dacMask;
            case DAC_READ_INDEX -> dacReading ? 3 : 0;
            case DAC_WRITE_INDEX -> dacPosition / 3;
            case DAC_DATA -> nextColor();
            case MISC_READ -> misc;
            case GRAPHICS -> graphicsIndex;
            case GRAPHICS + 1 -> graphics[graphicsIndex & 0x0f] & 0xff;
            case CRTC -> crtcIndex;
            case CRTC + 1 -> crtc[crtcIndex & 0x1f] & 0xff;
            case STATUS_1 -> {
                attributeData = false;
                yield retrace();
            }
            default -> 0xff;
        };
    }

    @Override
    public void out(int offset, int value) {
        switch (offset) {
            case ATTRIBUTE -> {
                if (attributeData) {
                    attribute[attributeIndex & 0x1f] = (byte) value;
                } else {
                    attributeIndex = value & 0x3f;
                }
                attributeData = !attributeData;
            }
            case MISC_WRITE -> misc = value;
            case SEQUENCER -> sequencerIndex = value & 0x07;
            case SEQUENCER + 1 -> sequencer[sequencerIndex] = (byte) value;
            case DAC_MASK -> dacMask = value;
            case DAC_READ_INDEX -> {
                dacPosition = value * 3;
                dacReading = true;
            }
            case DAC_WRITE_INDEX -> {
                dacPosition = value * 3;
                dacReading = false;
            }
            case DAC_DATA -> {
                dac[dacPosition] = (byte) (value & 0x3f);
                dacPosition = (dacPosition + 1) % dac.length;
            }
            case GRAPHICS -> graphicsIndex = value & 0x0f;
            case GRAPHICS + 1 -> graphics[graphicsIndex] = (byte) value;
            case CRTC -> crtcIndex = value & 0x1f;
            case CRTC + 1 -> writeCrtc(value);
            default -> {} // nothing there, or read-only
        }
    }

    /** The screen as lines of text without trailing blanks. */
    public List<String> render() {
        int columns = Math.clamp((crtc[CRTC_COLUMNS] & 0xff) + 1, 1, 132);
        int stride = Math.max((crtc[CRTC_OFFSET] & 0xff) * 2, 1);
        int start = word(CRTC_START);
        List<String> lines = new ArrayList<>(ROWS);
        StringBuilder line = new StringBuilder();
        for (int row = 0; row < ROWS; row++) {
            line.setLength(0);
            for (int column = 0; column < columns; column++) {
                long cell = (start + (long) row * stride + column) * 2 & MEMORY_SIZE - 1;
                line.append(CodePage437.unicode(memory.readByte(MEMORY_BASE + cell)));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** Where the cursor is, in character cells from the top left; outside the screen when it is hidden there. */
    public int cursor() {
        return word(CRTC_CURSOR) - word(CRTC_START);
    }

    /** What must survive. */
    public State state() {
        byte[] registers = new byte[crtc.length + sequencer.length + graphics.length + attribute.length + dac.length];
        int at = 0;
        for (byte[] group : List.of(crtc, sequencer, graphics, attribute, dac)) {
            System.arraycopy(group, 0, registers, at, group.length);
            at += group.length;
        }
        return new State(List.of(crtcIndex, sequencerIndex, graphicsIndex, attributeIndex), attributeData, dacMask, dacPosition, dacReading,
                misc,
                registers);
    }

    /** Takes over a state. */
    public void restore(State state) {
        int at = 0;
        for (byte[] group : List.of(crtc, sequencer, graphics, attribute, dac)) {
            System.arraycopy(state.registers(), at, group, 0, group.length);
            at += group.length;
        }
        crtcIndex = state.indexes().get(0) & 0x1f;
        sequencerIndex = state.indexes().get(1) & 0x07;
        graphicsIndex = state.indexes().get(2) & 0x0f;
        attributeIndex = state.indexes().get(3) & 0x3f;
        attributeData = state.attributeData();
        dacMask = state.dacMask();
        dacPosition = Math.floorMod(state.dacPosition(), dac.length);
        dacReading = state.dacReading();
        misc = state.misc();
    }

    private static void set(byte[] registers, int[] values) {
        for (int i = 0; i < values.length; i++) {
            registers[i] = (byte) values[i];
        }
    }

    private int word(int register) {
        return (crtc[register] & 0xff) << 8 | crtc[register + 1] & 0xff;
    }

    private int nextColor() {
        int value = dac[dacPosition];
        dacPosition = (dacPosition + 1) % dac.length;
        return value;
    }

    /** Registers 0 to 7 are protected by bit 7 of register 11H, but for one bit. */
    private void writeCrtc(int value) {
        boolean isProtected = crtcIndex <= 7 && (crtc[CRTC_PROTECT] & 0x80) != 0;
        if (!isProtected) {
            crtc[crtcIndex] = (byte) value;
        } else if (crtcIndex == 7) {
            crtc[7] = (byte) (crtc[7] & ~0x10 | value & 0x10);
        }
    }

    /** Bit 0 is set while no dot is shown, bit 3 in vertical retrace. */
    private int retrace() {
        long inFrame = Math.floorMod(clock.nanos(), FRAME_NANOS);
        if (inFrame >= VISIBLE_LINES_NANOS) {
            return 0x09;
        }
        return inFrame % LINE_NANOS >= VISIBLE_DOTS_NANOS ? 0x01 : 0;
    }
}
