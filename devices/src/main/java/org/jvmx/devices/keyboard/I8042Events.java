package org.jvmx.devices.keyboard;

/** What the keyboard controller reports. */
public interface I8042Events {
    /** Hears nothing. */
    I8042Events NONE = new I8042Events() {
        @Override
        public void a20(boolean open) {
            // address line 20 is always open
        }

        @Override
        public void leds(int lit) {
            // nobody looks
        }
    };

    /** The controller opens or closes its gate of address line 20. */
    void a20(boolean open);

    /** The keyboard's lights: bit 0 scroll lock, 1 num lock, 2 caps lock. */
    void leds(int lit);
}
