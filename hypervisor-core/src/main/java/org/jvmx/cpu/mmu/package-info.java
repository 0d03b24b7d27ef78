/**
 * How a linear address becomes memory: paging, EPT, the TLBs and the memory fast path. {@link org.jvmx.cpu.mmu.PagedCpu} is the layer of the processor
 * that has memory.
 */
package org.jvmx.cpu.mmu;
