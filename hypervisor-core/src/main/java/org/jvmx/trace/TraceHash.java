package org.jvmx.trace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import org.jvmx.arch.Hot;
import org.jvmx.vm.ExitObserver;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/** SHA-256 over the canonical records of all exits, computed in batches, and counts by reason. */
public final class TraceHash implements ExitObserver {
    private static final int BATCH = 512;
    private static final ExitReason[] REASONS = ExitReason.values();

    private final MessageDigest digest;
    private final byte[] bytes = new byte[BATCH * TraceField.RECORD_SIZE];
    private final LongBuffer longs = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    private final long[] record = new long[TraceField.COUNT];
    private final long[] counts = new long[ExitReason.COUNT];
    private int pending;
    private long exits;

    public TraceHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public void exited(int vcpu, long nanos, long rip, Exit exit) {
        TraceField.fill(record, vcpu, nanos, rip, exit);
        add(record);
    }

    @Override
    public void handled(int vcpu, ExitReason reason, long fromNanos, long toNanos) {
        // the hash is over what the guest did
    }

    @Hot
    void add(long[] fields) {
        longs.put(pending * TraceField.COUNT, fields, 0, TraceField.COUNT);
        if (++pending == BATCH) {
            digest.update(bytes);
            pending = 0;
        }
        ExitReason reason = ExitReason.of(fields[TraceField.REASON.ordinal()]);
        if (reason != null) {
            counts[reason.ordinal()]++;
        }
        exits++;
    }

    /** What was seen so far. */
    public TraceFooter footer() {
        try {
            MessageDigest copy = (MessageDigest) digest.clone();
            copy.update(bytes, 0, pending * TraceField.RECORD_SIZE);
            TreeMap<String, Long> byName = new TreeMap<>();
            for (ExitReason reason : REASONS) {
                if (counts[reason.ordinal()] != 0) {
                    byName.put(reason.name(), counts[reason.ordinal()]);
                }
            }
            return new TraceFooter(exits, byName, HexFormat.of().formatHex(copy.digest()));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the platform's SHA-256 cannot be copied", e);
        }
    }
}
