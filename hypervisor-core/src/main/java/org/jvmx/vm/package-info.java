/**
 * The monitor: a machine of memory, buses, clock and processor, and the loop that enters the guest, acts on each VM exit and obeys the verdict.
 * It knows no backend and no device. Start with {@link org.jvmx.vm.Machine}, then {@code RunLoop} and {@code ExitHandlers}.
 */
package org.jvmx.vm;
