package org.jvmx.vmx;

/** One bit of a VMX control word. */
public sealed interface Control permits PinBasedControl, PrimaryControl, SecondaryControl, TertiaryControl, ExitControl, EntryControl {
    /** The word that the bit is in. */
    ControlWord word();

    /** The position of the bit. */
    int bit();

    /** The constant's name. */
    String name();

    /** The bit as a mask of its word. */
    default long mask() {
        return 1L << bit();
    }
}
