package org.jvmx.tools.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jvmx.tools.server.Address;
import org.jvmx.tools.server.HttpEndpoint;
import org.jvmx.tools.server.Resource;

/**
 * Meters for Prometheus over HTTP: {@code /metrics} as Prometheus text or, where the client accepts it, OpenMetrics; {@code /health}.
 *
 * <pre>{@code
 * try (MetricsServer metrics = MetricsServer.open("127.0.0.1:9400")) {
 *     Pc pc = new Pc(PcSpec.of(image).counting(true).observer(new ExitTimes(metrics.registry(), "hello", 1)).build());
 *     metrics.add(new PcMetrics(pc, "hello"));
 *     pc.run();
 * }
 * }</pre>
 */
public final class MetricsServer implements AutoCloseable {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final byte[] HEALTH = "{\"schema\":1,\"status\":\"up\"}\n".getBytes(StandardCharsets.UTF_8);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<Runnable> refreshes = new CopyOnWriteArrayList<>();
    private final HttpEndpoint endpoint;

    private MetricsServer(Address address) {
        endpoint = HttpEndpoint.open(address,
                Map.of("/metrics", this::scrape, "/health", _ -> new Resource.Content("application/json", HEALTH)));
    }

    /**
     * Listens at {@code HOST:PORT}, or at a port of the loopback address.
     *
     * @throws org.jvmx.error.JvmxException if that is no address, or is taken
     */
    public static MetricsServer open(String address) {
        return new MetricsServer(Address.parse(address));
    }

    private Resource.Content scrape(String accept) {
        String type = accept.toLowerCase(Locale.ROOT).contains("application/openmetrics-text") ? OPEN_METRICS : PROMETHEUS;
        refreshes.forEach(Runnable::run);
        return new Resource.Content(type, registry.scrape(type).getBytes(StandardCharsets.UTF_8));
    }

    /** Where meters go. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Adds meters. */
    public void add(MeterBinder meters) {
        meters.bindTo(registry);
    }

    /** Adds meters of which more may come to be: what is to be done before each scrape. */
    public void refresh(Runnable before) {
        refreshes.add(before);
    }

    /** Where it listens, with the port that was chosen. */
    public Address address() {
        return endpoint.address();
    }

    @Override
    public void close() {
        endpoint.close();
        registry.close();
    }
}
