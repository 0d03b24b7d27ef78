package org.jvmx.vm;

/** What a policy may need that not every machine has. */
public enum PolicyNeed {
    /** The controls PLE_Gap and PLE_Window. */
    PAUSE_LOOP_EXITING("PAUSE-loop exiting"),
    /** MSR bitmaps that the monitor chooses. */
    MSR_BITMAPS("MSR bitmaps"),
    /** A timer that leaves the guest on time. */
    PREEMPTION_TIMER("the VMX-preemption timer"),
    /** An EPT that the monitor fills page by page; a machine is made with lazy memory for it. */
    LAZY_MEMORY("memory that is mapped when it is first touched"),
    /** A monitor that can execute an instruction of the guest. */
    EMULATION("a processor that executes single instructions for the monitor");

    private final String title;

    PolicyNeed(String title) {
        this.title = title;
    }

    /** In words. */
    public String title() {
        return title;
    }
}
