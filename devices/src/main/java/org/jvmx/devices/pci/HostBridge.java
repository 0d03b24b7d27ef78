package org.jvmx.devices.pci;

/** The host bridge of an Intel 440FX ("82441FX PCI and Memory Controller (PMC)"), as far as a bus needs one: identification and stored registers. */
public final class HostBridge implements PciFunction {
    private static final int SIZE = 256;
    private static final int VENDOR_INTEL = 0x8086;
    private static final int DEVICE_82441FX = 0x1237;
    private static final int COMMAND = 0x04;
    private static final int CHIPSET_REGISTERS = 0x50;

    private final byte[] space = new byte[SIZE];

    /** Everything a restored bridge needs. */
    public record State(byte[] space) {
        /** Copies the space. */
        public State {
            space = space.clone();
        }

        @Override
        public byte[] space() {
            return space.clone();
        }
    }

    /** A bridge as after reset. */
    public HostBridge() {
        putWord(0x00, VENDOR_INTEL);
        putWord(0x02, DEVICE_82441FX);
        putWord(COMMAND, 0x0006);
        putWord(0x06, 0x0280);
        space[0x08] = 2; // revision
        space[0x0b] = 0x06; // bridge, host
    }

    @Override
    public int readConfig(int offset, int size) {
        int value = 0;
        for (int i = 0; i < size; i++) {
            value |= (space[offset + i & SIZE - 1] & 0xff) << 8 * i;
        }
        return value;
    }

    @Override
    public void writeConfig(int offset, int size, int value) {
        for (int i = 0; i < size; i++) {
            int at = offset + i & SIZE - 1;
            if (at >= CHIPSET_REGISTERS) {
                space[at] = (byte) (value >>> 8 * i);
            } else if (at == COMMAND + 1) {
                space[at] = (byte) (value >>> 8 * i & 0x01); // SERR# enable; the rest of the command register is wired
            }
        }
    }

    /** What must survive. */
    public State state() {
        return new State(space);
    }

    /** Takes over a state. */
    public void restore(State state) {
        System.arraycopy(state.space(), 0, space, 0, SIZE);
    }

    private void putWord(int offset, int value) {
        space[offset] = (byte) value;
        space[offset + 1] = (byte) (value >> 8);
    }
}
