package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.vmx.ExecutionControls;
import org.jvmx.vmx.PrimaryControl;

/** What of the execution controls KVM has been told. */
final class AppliedControls {
    private static final int DEBUG_ENABLE = 1;
    private static final int DEBUG_BREAKPOINT = 1 << 16;

    private final Vcpu vcpu;
    private final MsrFilter filter;
    private final TimeStamps time;
    private final HardwareBreakpoints breakpoints;
    private final MemorySegment guestDebug;
    private int generation = -1;
    private long filteredBy = Long.MIN_VALUE;
    private int debug;

    /** Nothing yet; {@code filter} is null where KVM has none. */
    AppliedControls(Vcpu vcpu, MsrFilter filter, TimeStamps time, HardwareBreakpoints breakpoints) {
        this.vcpu = vcpu;
        this.filter = filter;
        this.time = time;
        this.breakpoints = breakpoints;
        this.guestDebug = vcpu.arena().allocate(Layouts.GUEST_DEBUG);
    }

    /** Tells KVM what has changed. */
    void apply(ExecutionControls controls) {
        if (generation == controls.generation) {
            if (breakpoints.changed()) {
                debug(controls);
            }
            return;
        }
        generation = controls.generation;
        vcpu.interruptWindow(controls.has(PrimaryControl.INTERRUPT_WINDOW_EXITING));
        if (filter != null) {
            filter(controls.has(PrimaryControl.USE_MSR_BITMAPS) ? controls.msrBitmaps : -1);
        }
        time.offset(controls.tscOffset);
        debug(controls);
    }

    private void filter(long bitmaps) {
        if (bitmaps != filteredBy) {
            filteredBy = bitmaps;
            filter.apply(bitmaps);
        }
    }

    private void debug(ExecutionControls controls) {
        boolean inserted = breakpoints.changed();
        int wanted = breakpoints.fill(guestDebug) | (controls.has(PrimaryControl.MONITOR_TRAP_FLAG) ? HardwareBreakpoints.SINGLE_STEP : 0)
                | ((controls.exceptionBitmap & 1 << KvmExits.BREAKPOINT) != 0 ? DEBUG_BREAKPOINT : 0);
        if (wanted != debug || inserted) {
            debug = wanted;
            guestDebug.set(JAVA_INT, 0, wanted == 0 ? 0 : wanted | DEBUG_ENABLE);
            vcpu.require(Ioctl.SET_GUEST_DEBUG, guestDebug, "breakpoints and single steps");
        }
    }
}
