package org.jvmx.devices.apic;

/** What a local APIC does to its processor beyond interrupting it, and to the machine's address map. */
public interface ApicEvents {
    /** Ignores everything. */
    ApicEvents NONE = new ApicEvents() {
        @Override
        public void init() {
            // no processor
        }

        @Override
        public void startup(int vector) {
            // no processor
        }

        @Override
        public void relocated(LocalApic apic, long base) {
            // no address map
        }
    };

    /** An INIT arrived: the processor resets itself, its local APIC has done so. */
    void init();

    /** A start-up IPI arrived: a processor that waits for it starts in real mode at {@code vector << 12}. */
    void startup(int vector);

    /** The guest moved the register page to this guest-physical address. */
    void relocated(LocalApic apic, long base);
}
