package org.jvmx.cpu.state;

import org.jvmx.vmx.DebugFacility.Stop;

/**
 * Where a debugger outside the guest wants it stopped. While there is anything of that kind, {@link Attention#WATCH} is set, so that each block of
 * instructions is looked at before it runs; otherwise none of this is asked.
 */
public final class Watches {
    /** Places of each sort: instructions, data. */
    public static final int ROOM = 256;

    private final long[] code = new long[ROOM];
    private int codes;

    private final Stop[] kinds = new Stop[ROOM];
    private final long[] first = new long[ROOM];
    private final long[] last = new long[ROOM];
    private int ranges;

    private boolean stepping;
    private boolean begun;
    private long stepRetired;
    private long stepRip;

    private Stop stop;
    private long stopAddress;

    /** The last instruction stopped at, and when: looked at again, it may run. */
    private long passed;
    private long passedRetired = -1;

    Watches() {
    }

    /** Whether anything has to be looked at. */
    public boolean any() {
        return codes + ranges > 0 || stepping;
    }

    /** Whether data accesses have to be looked at, each one. */
    public boolean data() {
        return ranges > 0;
    }

    // --- places

    /** Adds a place; false if there is no room. */
    public boolean add(Stop kind, long linear, long length) {
        remove(kind, linear, length);
        if (kind == Stop.EXECUTE) {
            if (codes == ROOM) {
                return false;
            }
            code[codes++] = linear;
            return true;
        }
        if (ranges == ROOM) {
            return false;
        }
        kinds[ranges] = kind;
        first[ranges] = linear;
        last[ranges++] = linear + Math.max(length, 1) - 1;
        return true;
    }

    /** Takes a place away, if it is one. */
    public void remove(Stop kind, long linear, long length) {
        if (kind == Stop.EXECUTE) {
            for (int n = 0; n < codes; n++) {
                if (code[n] == linear) {
                    code[n] = code[--codes];
                }
            }
            return;
        }
        for (int n = 0; n < ranges; n++) {
            if (kinds[n] == kind && first[n] == linear && last[n] == linear + Math.max(length, 1) - 1) {
                ranges--;
                kinds[n] = kinds[ranges];
                first[n] = first[ranges];
                last[n] = last[ranges];
            }
        }
    }

    /** Takes all away. */
    public void clear() {
        codes = 0;
        ranges = 0;
        stepping = false;
        stop = null;
    }

    /** Stops after the next instruction, or the delivery of an event before it; or not, after all. */
    public void step(boolean one) {
        stepping = one;
        begun = false;
    }

    // --- while the guest runs

    /** The guest goes on: here a step begins, if one was asked for. */
    public void begin(CpuState cpu) {
        if (!begun) {
            begun = true;
            stepRetired = cpu.retired;
            stepRip = cpu.rip;
        }
    }

    /** Whether the guest is to be left at an instruction boundary, before the instruction at {@code linear}. */
    public boolean stops(CpuState cpu, long linear) {
        if (stop != null) {
            return true;
        }
        for (int n = 0; n < codes; n++) {
            if (code[n] == linear && (passed != linear || passedRetired != cpu.retired)) {
                passed = linear;
                passedRetired = cpu.retired;
                stopAddress = linear;
                stop = Stop.EXECUTE;
                return true;
            }
        }
        if (stepping && (cpu.retired != stepRetired || cpu.rip != stepRip)) {
            stop = Stop.STEP;
            stopAddress = linear;
            return true;
        }
        return false;
    }

    /** How many bytes of code from {@code linear} may run before the next look: at least one, at most {@code most}. */
    public long before(long linear, long most) {
        long bytes = stepping || ranges > 0 ? 1 : most;
        for (int n = 0; n < codes; n++) {
            long distance = code[n] - linear;
            if (distance > 0 && distance < bytes) {
                bytes = distance;
            }
        }
        return bytes;
    }

    /** An instruction reads or writes memory. */
    public void access(long linear, int size, boolean write) {
        long end = linear + size - 1;
        for (int n = 0; n < ranges; n++) {
            boolean kind = kinds[n] == Stop.ACCESS || (kinds[n] == Stop.WRITE) == write;
            if (kind && linear <= last[n] && first[n] <= end && stop == null) {
                stop = kinds[n];
                stopAddress = Math.max(linear, first[n]);
            }
        }
    }

    // --- afterwards

    /** Why the guest was left; asking forgets it. */
    public Stop takeStop() {
        Stop taken = stop;
        stop = null;
        return taken;
    }

    /** What the last stop was about. */
    public long stopAddress() {
        return stopAddress;
    }
}
