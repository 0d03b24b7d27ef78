package org.jvmx.devices.fwcfg;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jvmx.bus.PortDevice;
import org.jvmx.memory.GuestMemory;

/**
 * Named and numbered items that a guest reads ("QEMU Firmware Configuration (fw_cfg) Device", QEMU specification): selector and data ports, and the
 * DMA interface. Items are put in before the guest runs; it can read them only.
 */
public final class FwCfg {
    /** Where the selector port is; the data port follows. */
    public static final int PORT = 0x510;
    /** Selector and data port. */
    public static final int PORTS = 2;
    /** Where the DMA address register is. */
    public static final int DMA_PORT = 0x514;
    /** How many ports the DMA address register takes. */
    public static final int DMA_PORTS = 8;

    /** RAM in bytes, eight bytes. */
    public static final int RAM_SIZE = 0x03;
    /** The number of processors, two bytes. */
    public static final int CPUS = 0x05;
    /** The most processors that there can be, two bytes. */
    public static final int MAX_CPUS = 0x0f;

    private static final int SIGNATURE = 0x00;
    private static final int ID = 0x01;
    private static final int DIRECTORY = 0x19;
    private static final int FIRST_FILE = 0x20;
    private static final int ID_TRADITIONAL = 1;
    private static final int ID_DMA = 2;
    private static final int NAME_SIZE = 56;
    private static final int ENTRY_SIZE = 64;
    private static final int DMA_ERROR = 1;
    private static final int DMA_READ = 2;
    private static final int DMA_SKIP = 4;
    private static final int DMA_SELECT = 8;
    private static final int DMA_WRITE = 16;
    private static final int DMA_CONTROL_SIZE = 16;
    private static final long DMA_SIGNATURE = 0x51454d5520434647L; // "QEMU CFG"
    private static final byte[] ABSENT = {};

    private final GuestMemory memory;
    private final byte[][] items = new byte[0x1_0000][];
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private int selected;
    private int position;
    private int dmaHigh;

    private final PortDevice ports = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            return readPort(offset, size);
        }

        @Override
        public void out(int offset, int size, int value) {
            if (offset == 0 && size == 2) {
                select(value & 0xffff);
            }
        }
    };

    private final PortDevice dma = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            int shift = 64 - 8 * (offset + size);
            return shift < 0 ? 0 : bigEndian((int) (DMA_SIGNATURE >>> shift), size);
        }

        @Override
        public void out(int offset, int size, int value) {
            writeDmaAddress(offset, size, value);
        }
    };

    /** Everything a restored device needs beyond its items. */
    public record State(int selected, int position, int dmaHigh) {
    }

    /** A device with the items that describe itself. {@code memory} is where DMA goes. */
    public FwCfg(GuestMemory memory) {
        this.memory = memory;
        Arrays.fill(items, ABSENT);
        items[SIGNATURE] = "QEMU".getBytes(StandardCharsets.US_ASCII);
        add(ID, 4, ID_TRADITIONAL | ID_DMA);
        buildDirectory();
    }

    /** Puts a numbered item in. */
    public void add(int key, byte[] content) {
        items[key & 0xffff] = content.clone();
    }

    /** Puts a numbered item in: a little-endian number of {@code size} bytes. */
    public void add(int key, int size, long number) {
        byte[] content = new byte[size];
        for (int i = 0; i < size; i++) {
            content[i] = (byte) (number >>> 8 * i);
        }
        add(key, content);
    }

    /**
     * Puts a file in.
     *
     * @throws IllegalStateException if the name has more than 55 characters
     */
    public void addFile(String name, byte[] content) {
        if (name.length() >= NAME_SIZE) {
            throw new IllegalStateException("the fw_cfg file name %s has more than %d characters".formatted(name, NAME_SIZE - 1));
        }
        files.put(name, content.clone());
        buildDirectory();
    }

    /** The ports from {@link #PORT}. */
    public PortDevice ports() {
        return ports;
    }

    /** The ports from {@link #DMA_PORT}. */
    public PortDevice dma() {
        return dma;
    }

    /** What must survive. */
    public State state() {
        return new State(selected, position, dmaHigh);
    }

    /** Takes over a state. */
    public void restore(State state) {
        selected = state.selected() & 0xffff;
        position = Math.max(state.position(), 0);
        dmaHigh = state.dmaHigh();
    }

    /** Files are listed by name, so that their keys do not depend on who added them first. */
    private void buildDirectory() {
        Map<String, byte[]> sorted = new TreeMap<>(files);
        ByteBuffer directory = ByteBuffer.allocate(4 + ENTRY_SIZE * sorted.size()).order(ByteOrder.BIG_ENDIAN);
        directory.putInt(sorted.size());
        int key = FIRST_FILE;
        for (Map.Entry<String, byte[]> file : sorted.entrySet()) {
            directory.putInt(file.getValue().length).putShort((short) key).putShort((short) 0);
            directory.put(Arrays.copyOf(file.getKey().getBytes(StandardCharsets.US_ASCII), NAME_SIZE));
            items[key] = file.getValue();
            key++;
        }
        items[DIRECTORY] = directory.array();
    }

    private void select(int key) {
        selected = key;
        position = 0;
    }

    private int next() {
        byte[] item = items[selected];
        return position < item.length ? item[position++] & 0xff : 0;
    }

    private int readPort(int offset, int size) {
        if (offset == 0 && size == 2) {
            return selected;
        }
        int value = 0;
        for (int i = 0; i < size; i++) {
            int one = offset + i == 1 ? next() : 0xff;
            value |= one << 8 * i;
        }
        return value;
    }

    private static int bigEndian(int value, int size) {
        return Integer.reverseBytes(value) >>> 32 - 8 * size;
    }

    /** Writing the lower half, or all that a 32-bit guest can write of it, starts the transfer. */
    private void writeDmaAddress(int offset, int size, int value) {
        if (size != 4) {
            return;
        }
        if (offset == 0) {
            dmaHigh = Integer.reverseBytes(value);
        } else if (offset == 4) {
            long address = (long) dmaHigh << 32 | Integer.toUnsignedLong(Integer.reverseBytes(value));
            dmaHigh = 0;
            transfer(address);
        }
    }

    private void transfer(long block) {
        if (!memory.contains(block, DMA_CONTROL_SIZE)) {
            return;
        }
        int control = Integer.reverseBytes(memory.readInt(block));
        long length = Integer.toUnsignedLong(Integer.reverseBytes(memory.readInt(block + 4)));
        long target = Long.reverseBytes(memory.readLong(block + 8));
        if ((control & DMA_SELECT) != 0) {
            select(control >>> 16);
        }
        boolean failed = false;
        if ((control & DMA_READ) != 0) {
            failed = !copy(target, length);
        } else if ((control & DMA_WRITE) != 0) {
            failed = true;
        } else if ((control & DMA_SKIP) != 0) {
            position = (int) Math.min(position + length, items[selected].length);
        }
        memory.writeInt(block, Integer.reverseBytes(failed ? DMA_ERROR : 0));
    }

    /** Copies out of the selected item, zeroes beyond its end. */
    private boolean copy(long target, long length) {
        if (length != 0 && !memory.contains(target, length)) {
            return false;
        }
        byte[] item = items[selected];
        int available = (int) Math.min(length, item.length - position);
        memory.write(target, item, position, available);
        memory.clear(target + available, length - available);
        position += available;
        return true;
    }
}
