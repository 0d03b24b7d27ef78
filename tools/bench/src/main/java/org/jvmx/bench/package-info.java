/**
 * Benchmarks of the machine: one class for each question, all through the whole of it (run loop, VMX, EPT, paging). Results count for comparisons on one
 * machine in one quiet hour only.
 */
package org.jvmx.bench;
