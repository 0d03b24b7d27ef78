package org.jvmx.isa;

/**
 * Which extended state a row works on, and so which of #UD (CR0.EM, CR4.OSFXSR), #NM (CR0.TS) and #MF apply to it. FXSAVE, XSAVE and their
 * kin, and WAIT (which looks at CR0.MP), are NONE: their checks are their own.
 */
public enum StateClass {
    /** General registers and system state. */
    NONE,
    /** x87, waiting: a pending unmasked exception is delivered first. */
    X87,
    /** x87 control instructions of the FN kind, which do not wait. */
    X87_NOWAIT,
    /** MMX registers: as x87 for #UD, #NM and #MF, and turns the x87 tags to valid. */
    MMX,
    /** XMM registers or MXCSR. */
    SSE,
    /** YMM registers: #UD unless CR4.OSXSAVE and the SSE and AVX bits of XCR0 are set, whatever CR0.EM and CR4.OSFXSR are. */
    AVX,
    /** Both MMX and XMM registers, such as CVTPS2PI and MOVDQ2Q. */
    SSE_MMX
}
