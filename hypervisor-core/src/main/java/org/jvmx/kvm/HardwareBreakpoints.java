package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.vmx.DebugFacility.Stop;

/**
 * A debugger's places to stop at, in the four breakpoints of the host's processor, which the guest's own lose while there are any; and its single
 * steps. SDM Vol. 3, "Debug Control Register (DR7)", "Debug Status Register (DR6)".
 */
final class HardwareBreakpoints {
    static final int ROOM = 4;
    /** What a debugger wants of KVM, as KVM_SET_GUEST_DEBUG spells it. */
    static final int SINGLE_STEP = 2;
    private static final int USE_HARDWARE = 1 << 17;

    private static final long SINGLE_STEPPED = 1 << 14;
    private static final int LONGEST = 8;
    private static final long NOWHERE = -1;
    private static final long REGISTERS = Layouts.offset(Layouts.GUEST_DEBUG, "debugreg");

    private final Stop[] kinds = new Stop[ROOM];
    private final long[] addresses = new long[ROOM];
    private final int[] lengths = new int[ROOM];
    private boolean stepping;
    private boolean changed;
    /** The instruction that the guest stands before since a stop: it may run when the guest goes on. */
    private long stoodAt = NOWHERE;
    private boolean passing;
    private Stop stop;
    private long stopAddress;

    boolean insert(Stop kind, long linear, long length) {
        int bytes = kind == Stop.EXECUTE ? 1 : (int) Math.min(length, LONGEST + 1);
        boolean possible = Integer.bitCount(bytes) == 1 && bytes <= LONGEST && (linear & bytes - 1) == 0;
        if (kind == Stop.READ || !possible) {
            return false;
        }
        remove(kind, linear, length);
        for (int n = 0; n < ROOM; n++) {
            if (kinds[n] == null) {
                kinds[n] = kind;
                addresses[n] = linear;
                lengths[n] = bytes;
                changed = true;
                return true;
            }
        }
        return false;
    }

    void remove(Stop kind, long linear, long length) {
        for (int n = 0; n < ROOM; n++) {
            if (kinds[n] == kind && addresses[n] == linear && (kind == Stop.EXECUTE || lengths[n] == length)) {
                kinds[n] = null;
                changed = true;
            }
        }
    }

    void clear() {
        for (int n = 0; n < ROOM; n++) {
            kinds[n] = null;
        }
        stepping = false;
        stop = null;
        changed = true;
    }

    void step(boolean one) {
        changed |= stepping != one;
        stepping = one;
    }

    Stop takeStop() {
        Stop taken = stop;
        stop = null;
        return taken;
    }

    long stopAddress() {
        return stopAddress;
    }

    /** Whether KVM has to be told anew. */
    boolean changed() {
        return changed;
    }

    /** Whether anything is asked for. */
    boolean any() {
        return stepping || passing || places();
    }

    private boolean places() {
        for (Stop kind : kinds) {
            if (kind != null) {
                return true;
            }
        }
        return false;
    }

    /** Before a run from {@code linear}: a breakpoint there has had its stop, and is passed by a step. */
    void begin(long linear) {
        boolean pass = linear == stoodAt && places();
        changed |= pass != passing;
        passing = pass;
        stoodAt = NOWHERE;
    }

    /** Fills {@code kvm_guest_debug}; gives the bits of its control word. */
    int fill(MemorySegment debug) {
        changed = false;
        long dr7 = 0;
        for (int n = 0; n < ROOM; n++) {
            debug.set(JAVA_LONG, REGISTERS + 8L * n, addresses[n]);
            dr7 |= kinds[n] == null || passing && kinds[n] == Stop.EXECUTE ? 0 : control(n);
        }
        debug.set(JAVA_LONG, REGISTERS + 8 * 7, dr7);
        debug.set(JAVA_INT, 0, 0);
        return (stepping || passing ? SINGLE_STEP : 0) | (dr7 != 0 ? USE_HARDWARE : 0);
    }

    private long control(int n) {
        long condition = kinds[n] == Stop.EXECUTE ? 0 : kinds[n] == Stop.WRITE ? 1 : 3;
        long length = lengths[n] == LONGEST ? 2 : lengths[n] - 1;
        return 2L << 2 * n | (condition | length << 2) << 16 + 4 * n;
    }

    /** KVM has made a debug exit at {@code linear}; true if that is for the debugger, who finds it by {@link #takeStop}. */
    boolean hit(long dr6, long linear) {
        for (int n = 0; n < ROOM; n++) {
            if ((dr6 >> n & 1) != 0 && kinds[n] != null) {
                return stopped(kinds[n], kinds[n] == Stop.EXECUTE ? linear : addresses[n], linear);
            }
        }
        if (stepping && (dr6 & SINGLE_STEPPED) != 0) {
            return stopped(Stop.STEP, linear, linear);
        }
        return false;
    }

    private boolean stopped(Stop kind, long about, long linear) {
        stop = kind;
        stopAddress = about;
        stoodAt = linear;
        endPass();
        return true;
    }

    /** After the step over a breakpoint; false if this was none. */
    boolean passed() {
        boolean was = passing;
        endPass();
        return was;
    }

    private void endPass() {
        changed |= passing;
        passing = false;
    }
}
