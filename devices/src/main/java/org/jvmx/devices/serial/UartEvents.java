package org.jvmx.devices.serial;

/** What a UART reports to whoever feeds and measures it. */
public interface UartEvents {
    /** Hears nothing. */
    UartEvents NONE = new UartEvents() {
        @Override
        public void spaceAvailable() {
            // nobody feeds it
        }

        @Override
        public void overrun() {
            // nobody counts
        }
    };

    /** The guest made room: {@link Uart#receive} would take a byte again after it had refused one. */
    void spaceAvailable();

    /** A byte was lost because the receiver was full. */
    void overrun();
}
