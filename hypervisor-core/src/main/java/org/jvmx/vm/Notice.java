package org.jvmx.vm;

/** What to do about a write to a device. */
public enum Notice {
    /** The next policy is asked. */
    PASS,
    /** The device is told at once. */
    DELIVER,
    /** It is kept, in order, until an exit that is not kept, and costs no more than {@link ExitPath#KERNEL}. */
    KEEP
}
