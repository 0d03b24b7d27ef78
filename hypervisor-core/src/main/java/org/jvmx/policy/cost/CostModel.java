package org.jvmx.policy.cost;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jvmx.vm.ExitCost;
import org.jvmx.vm.ExitPath;
import org.jvmx.vmx.ExitReason;

/** The costs of one processor with some mitigations. What it charges to virtual time is one value of each constant: the typical one, or an end. */
public final class CostModel implements ExitCost {
    private static final double PERCENT = 100;
    private static final double MEGA = 1000;

    private final String name;
    private final int megahertz;
    private final String dataHash;
    private final Map<CostConstant, Bounds> constants;
    private final ToDoubleFunction<Bounds> charged;
    private final long transition;
    private final long[] handling = new long[ExitPath.values().length];
    private final long eptFault;
    private final long emulation;
    private final long wakeUp;
    private final long mapping;

    CostModel(CostData data, CostData.Processor processor, List<String> mitigations) {
        this(mitigations.isEmpty() ? processor.name() : processor.name() + ",mitigations=" + String.join("+", mitigations),
                processor.megahertz(), data.hash(), all(data, processor, mitigations), Bounds::typical);
    }

    private CostModel(String name, int megahertz, String dataHash, Map<CostConstant, Bounds> constants, ToDoubleFunction<Bounds> charged) {
        this.name = name;
        this.megahertz = megahertz;
        this.dataHash = dataHash;
        this.constants = constants;
        this.charged = charged;
        transition = nanos(CostConstant.TRANSITION);
        handling[ExitPath.FAST.ordinal()] = nanos(CostConstant.FAST);
        handling[ExitPath.KERNEL.ordinal()] = nanos(CostConstant.KERNEL);
        handling[ExitPath.USER.ordinal()] = nanos(CostConstant.USER);
        eptFault = nanos(CostConstant.EPT_FAULT);
        emulation = nanos(CostConstant.EMULATION);
        mapping = nanos(CostConstant.MAPPING);
        wakeUp = Math.round(charged.applyAsDouble(constants.get(CostConstant.WAKE_UP)));
    }

    private static Map<CostConstant, Bounds> all(CostData data, CostData.Processor processor, List<String> mitigations) {
        Map<CostConstant, Bounds> all = new EnumMap<>(CostConstant.class);
        for (CostConstant constant : CostConstant.values()) {
            all.put(constant, constant == CostConstant.PERCENT ? Bounds.ZERO : effective(data, processor, mitigations, constant));
        }
        return all;
    }

    /** The same with the low end of every constant charged to virtual time. */
    public CostModel cheapest() {
        return new CostModel(name, megahertz, dataHash, constants, Bounds::low);
    }

    /** The same with the high end of every constant charged to virtual time. */
    public CostModel dearest() {
        return new CostModel(name, megahertz, dataHash, constants, Bounds::high);
    }

    private static Bounds effective(CostData data, CostData.Processor processor, List<String> mitigations, CostConstant constant) {
        CostData.Entry entry = data.entry(processor.name(), constant);
        Bounds bounds = entry == null ? Bounds.ZERO : entry.bounds();
        for (String mitigation : mitigations) {
            CostData.Entry added = data.find(mitigation, constant);
            bounds = added == null ? bounds : bounds.plus(added.bounds());
        }
        for (String mitigation : mitigations) {
            CostData.Entry percent = data.find(mitigation, CostConstant.PERCENT);
            if (percent != null && constant.mitigated()) {
                bounds = bounds.times(Bounds.exactly(1).plus(percent.bounds().times(1 / PERCENT)));
            }
        }
        return bounds;
    }

    private long nanos(CostConstant constant) {
        return Math.round(charged.applyAsDouble(constants.get(constant)) * MEGA / megahertz);
    }

    /** How it was asked for. */
    public String name() {
        return name;
    }

    /** What turns its cycles into time. */
    public int megahertz() {
        return megahertz;
    }

    /** Cycles in a time of the host's. */
    public double cycles(long nanos) {
        return nanos * (double) megahertz / MEGA;
    }

    /** SHA-256 of the data that it was made from. */
    public String dataHash() {
        return dataHash;
    }

    /** A constant, mitigations included. */
    public Bounds constant(CostConstant which) {
        return constants.get(which);
    }

    @Override
    public long transition(ExitReason reason) {
        return transition;
    }

    @Override
    public long handling(ExitReason reason, ExitPath path) {
        long nanos = handling[path.ordinal()];
        return reason == ExitReason.EPT_VIOLATION && path == ExitPath.KERNEL ? nanos + eptFault : nanos;
    }

    @Override
    public long emulation() {
        return emulation;
    }

    @Override
    public long wakeUp() {
        return wakeUp;
    }

    @Override
    public long mapping() {
        return mapping;
    }

    @Override
    public String toString() {
        return name;
    }
}
