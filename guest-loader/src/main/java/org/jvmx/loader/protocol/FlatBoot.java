package org.jvmx.loader.protocol;

import org.jvmx.loader.BootState;
import org.jvmx.loader.Format;
import org.jvmx.loader.format.FlatImage;

/** A file without a header at an address, entered at its first byte in the mode that the user chose. */
final class FlatBoot {
    /** The stack grows down from here. */
    static final long STACK = 0x7c00;

    private static final int VECTOR_TABLE = 0x400;

    private FlatBoot() {
    }

    static BootState load(Boot boot, FlatImage image) {
        long address = image.format().address();
        Format.Kind kind = image.format().kind();
        if (kind == Format.Kind.FLAT && address > 0xffff) {
            throw boot.refuse("real mode with CS.base 0 reaches up to 0xffff, not 0x%x: use flat32@0x%x or flat64@0x%x",
                    address, address, address);
        }
        boot.placement().claim("the flat image", address, boot.file().length());
        boot.memory().clear(0, Math.min(VECTOR_TABLE, boot.ramFrom(0)));
        boot.memory().write(address, boot.file().array());
        return switch (kind) {
            case FLAT32 -> Tables.prot32(boot, address);
            case FLAT64 -> Tables.long64(boot, address);
            default -> BootState.real16(0, 0, address).with(BootState.Register.RSP, STACK);
        };
    }
}
