package org.jvmx.policy;

import org.jvmx.bus.MsrDevice;

/** A device behind one model-specific register, which takes any value. */
record Anything(int msr) implements MsrDevice {
    @Override
    public boolean owns(int index) {
        return index == msr;
    }

    @Override
    public boolean read(int index) {
        return true;
    }

    @Override
    public long value() {
        return 0;
    }

    @Override
    public boolean write(int index, long value) {
        return true;
    }
}
