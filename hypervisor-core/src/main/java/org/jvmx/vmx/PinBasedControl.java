package org.jvmx.vmx;

/** What asynchronous events do in VMX non-root operation. SDM Vol. 3, "Pin-Based VM-Execution Controls". */
public enum PinBasedControl implements Control {
    EXTERNAL_INTERRUPT_EXITING(0),
    NMI_EXITING(3),
    VIRTUAL_NMIS(5),
    ACTIVATE_PREEMPTION_TIMER(6),
    PROCESS_POSTED_INTERRUPTS(7);

    private final int bit;

    PinBasedControl(int bit) {
        this.bit = bit;
    }

    @Override
    public ControlWord word() {
        return ControlWord.PIN_BASED;
    }

    @Override
    public int bit() {
        return bit;
    }
}
