package org.jvmx.vm;

import java.util.Arrays;
import org.jvmx.arch.Msr;
import org.jvmx.bus.MsrDevice;

/** Who answers for model-specific registers that are not the processor's own: devices, and the clock for the time-stamp counter. */
final class MsrDevices {
    private final MsrDevice timeStamp;
    private MsrDevice[] devices;

    MsrDevices(VcpuClock clock) {
        timeStamp = new TimeStampMsrs(clock);
        devices = new MsrDevice[] {timeStamp};
    }

    void add(MsrDevice device) {
        devices = Arrays.copyOf(devices, devices.length + 1);
        devices[devices.length - 1] = device;
    }

    /** The device that answers now, or null. */
    MsrDevice owner(int msr) {
        MsrDevice[] all = devices;
        for (MsrDevice device : all) {
            if (device.owns(msr)) {
                return device;
            }
        }
        return null;
    }

    /** The value of an MSR that a device answers for, or 0. */
    long value(int msr) {
        MsrDevice device = owner(msr);
        return device != null && device.read(msr) ? device.value() : 0;
    }

    /** IA32_TIME_STAMP_COUNTER and IA32_TSC_ADJUST: the guest's counter is the processor's plus an offset. */
    private static final class TimeStampMsrs implements MsrDevice {
        private final VcpuClock clock;
        private long value;

        TimeStampMsrs(VcpuClock clock) {
            this.clock = clock;
        }

        @Override
        public boolean owns(int msr) {
            return msr == Msr.TSC || msr == Msr.TSC_ADJUST;
        }

        @Override
        public boolean read(int msr) {
            value = msr == Msr.TSC ? clock.tsc() : clock.tscAdjust();
            return true;
        }

        @Override
        public long value() {
            return value;
        }

        @Override
        public boolean write(int msr, long written) {
            if (msr == Msr.TSC) {
                clock.writeTsc(written);
            } else {
                clock.writeTscAdjust(written);
            }
            return true;
        }
    }
}
