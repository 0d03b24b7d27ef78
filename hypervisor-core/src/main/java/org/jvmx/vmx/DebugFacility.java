package org.jvmx.vmx;

/**
 * What a debugger outside the guest needs of a processor: places to stop at, single steps, and the state that no VMCS holds. The guest notices
 * none of it: its debug registers, memory and count of instructions stay as they are. To be used while the guest does not run.
 */
public interface DebugFacility {
    /** Bytes of an image of {@link #saveFloatingPoint}. */
    int FLOATING_POINT_IMAGE = 832;
    /** Where bits 255:128 of the YMM registers begin in it. */
    int UPPER_HALVES = 576;

    /** What the guest is stopped for. */
    enum Stop {
        /** An instruction was run, or an event was delivered, as {@link #step} asks for. */
        STEP,
        /** Before the instruction at a linear address. */
        EXECUTE,
        /** After an instruction that wrote to a linear address. */
        WRITE,
        /** After an instruction that read from a linear address. */
        READ,
        /** After an instruction that read or wrote at a linear address. */
        ACCESS
    }

    /**
     * Stops the guest at a place from now on.
     *
     * @param kind any but {@link Stop#STEP}
     * @param length bytes from {@code linear}; of no meaning for instructions
     * @return false if the processor has no room for it
     */
    boolean insert(Stop kind, long linear, long length);

    /** Stops there no longer. */
    void remove(Stop kind, long linear, long length);

    /** Stops nowhere any longer. */
    void clear();

    /** How many places there is room for, and what they can be, for people. */
    String room();

    /** The next run stops after one instruction, a repeated string instruction counting as one; or not, after all. */
    void step(boolean one);

    /** Why the last VM exit was made; null if the guest made it by itself. Asking makes it null. */
    Stop takeStop();

    /** The linear address that the last stop was about. */
    long stopAddress();

    /** A model-specific register; 0 if there is none of that number. */
    long msr(int index);

    /** Changes a model-specific register; false if that value cannot be. */
    boolean msr(int index, long value);

    /** Writes x87, SSE and AVX state where XSAVE64 does; what is between them stays. */
    void saveFloatingPoint(byte[] image);

    /** Loads x87, SSE and AVX state from there; reserved bits of MXCSR are dropped. */
    void loadFloatingPoint(byte[] image);
}
