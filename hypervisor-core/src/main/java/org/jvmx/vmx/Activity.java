package org.jvmx.vmx;

/** The values of the activity-state field. SDM Vol. 3, "Guest Non-Register State". */
public final class Activity {
    public static final int ACTIVE = 0;
    public static final int HLT = 1;
    public static final int SHUTDOWN = 2;
    public static final int WAIT_FOR_SIPI = 3;

    private Activity() {
    }
}
