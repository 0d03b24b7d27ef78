package org.jvmx.tools.hosttrace;

import org.jvmx.error.ConfigException;
import org.jvmx.vm.VcpuControls;
import org.jvmx.vm.VcpuView;
import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.VmcsField;

/** A virtual processor of which only a host's trace is known: the time, and how often it halted. */
final class ReplayedVcpu implements VcpuView {
    private int number;
    private long nanos;
    private long halts;

    void at(int which, long time, long haltsBefore) {
        number = which;
        nanos = time;
        halts = haltsBefore;
    }

    private static ConfigException unknown(String what) {
        return new ConfigException("the policy asks for %s, which a host's trace does not tell".formatted(what));
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public int processors() {
        throw unknown("the number of processors");
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long tsc() {
        throw unknown("the guest's time-stamp counter");
    }

    @Override
    public long retired() {
        throw unknown("retired instructions");
    }

    @Override
    public long exits(ExitReason reason) {
        if (reason != ExitReason.HLT) {
            throw unknown("exits other than HLT");
        }
        return halts + 1;
    }

    @Override
    public long gpr(int register) {
        throw unknown("a register");
    }

    @Override
    public long rip() {
        throw unknown("RIP");
    }

    @Override
    public long codeAddress() {
        throw unknown("an address");
    }

    @Override
    public int codeSize() {
        throw unknown("the code segment");
    }

    @Override
    public long field(VmcsField field) {
        throw unknown("the VMCS");
    }

    @Override
    public CapabilityMsrs capabilities() {
        throw unknown("the processor's capabilities");
    }

    @Override
    public boolean isRam(long gpa, long size) {
        throw unknown("the memory map");
    }

    @Override
    public int readByte(long gpa) {
        throw unknown("memory");
    }

    @Override
    public long readLong(long gpa) {
        throw unknown("memory");
    }

    @Override
    public long translate(long linear) {
        throw unknown("memory");
    }

    @Override
    public int read(long linear, byte[] target) {
        throw unknown("memory");
    }

    @Override
    public boolean passable(int msr) {
        throw unknown("model-specific registers");
    }

    @Override
    public VcpuControls controls() {
        throw unknown("controls");
    }
}
