package org.jvmx.vmx;

/** The VMX control words with their default1 class. SDM Vol. 3, "Reserved Controls and Default Settings". */
public enum ControlWord {
    PIN_BASED("pin-based VM-execution controls", 0x16),
    PRIMARY("primary processor-based VM-execution controls", 0x0401_e172),
    SECONDARY("secondary processor-based VM-execution controls", 0),
    TERTIARY("tertiary processor-based VM-execution controls", 0),
    EXIT("VM-exit controls", 0x0003_6dff),
    ENTRY("VM-entry controls", 0x11ff);

    private final String title;
    private final int default1;

    ControlWord(String title, int default1) {
        this.title = title;
        this.default1 = default1;
    }

    /** The SDM's name of the word. */
    public String title() {
        return title;
    }

    /** The bits that are 1 where software knows nothing of them. */
    public int default1() {
        return default1;
    }
}
