/**
 * Meters over a machine's plain counters, by Micrometer, and their endpoint for Prometheus. Nothing here is on the path of an exit but the
 * sampled timer. Start with {@link org.jvmx.tools.metrics.PcMetrics} and {@link org.jvmx.tools.metrics.MetricsServer}.
 */
package org.jvmx.tools.metrics;
