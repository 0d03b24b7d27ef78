/**
 * The architectural state of one software processor: registers, segments, flags, x87 and SSE state, pending events, the count of retired
 * instructions. Plain data with one writer; it knows neither memory nor instructions.
 */
package org.jvmx.cpu.state;
