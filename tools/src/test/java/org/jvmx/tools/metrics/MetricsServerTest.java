package org.jvmx.tools.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Counter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.tools.server.Address;
import org.jvmx.vmx.ExitReason;

class MetricsServerTest {
    private MetricsServer server;
    private HttpClient client;

    @BeforeEach
    void open() {
        server = MetricsServer.open("127.0.0.1:0");
        client = HttpClient.newHttpClient();
        Counter.builder("jvmx.vcpu.exits").description("VM exits").tags("reason", "HLT").register(server.registry()).increment(3);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + server.address() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void prometheusTextIsTheDefault() throws Exception {
        HttpResponse<String> response = send("GET", "/metrics");
        assertEquals(200, response.statusCode());
        assertTrue(response.headers().firstValue("content-type").orElseThrow().startsWith("text/plain; version=0.0.4"));
        assertTrue(response.body().contains("jvmx_vcpu_exits_total{reason=\"HLT\"} 3.0"), response.body());
    }

    @Test
    void openMetricsIsServedToWhoAcceptsIt() throws Exception {
        HttpResponse<String> response = send("GET", "/metrics", "Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
        assertTrue(response.headers().firstValue("content-type").orElseThrow().startsWith("application/openmetrics-text"));
        assertTrue(response.body().endsWith("# EOF\n"), response.body());
    }

    @Test
    void healthIsJsonWithItsSchema() throws Exception {
        assertEquals("{\"schema\":1,\"status\":\"up\"}\n", send("GET", "/health").body());
    }

    @Test
    void aQueryDoesNotHideThePath() throws Exception {
        assertEquals(200, send("GET", "/health?x=1").statusCode());
    }

    @Test
    void headHasTheLengthAndNoBody() throws Exception {
        HttpResponse<String> response = send("HEAD", "/health");
        assertEquals("", response.body());
        assertEquals(27, response.headers().firstValueAsLong("content-length").orElseThrow());
    }

    @Test
    void anotherPathIsNotFoundAndTellsThePaths() throws Exception {
        HttpResponse<String> response = send("GET", "/");
        assertEquals(404, response.statusCode());
        assertTrue(response.body().contains("/health, /metrics"), response.body());
    }

    @Test
    void anotherMethodIsNotAllowed() throws Exception {
        HttpResponse<String> response = send("POST", "/metrics");
        assertEquals(405, response.statusCode());
        assertEquals("GET, HEAD", response.headers().firstValue("allow").orElseThrow());
    }

    @Test
    void anOccupiedPortIsTheHostsFailureAndNamed() {
        String taken = server.address().toString();
        BackendException failure = assertThrows(BackendException.class, () -> MetricsServer.open(taken));
        assertTrue(failure.getMessage().startsWith("cannot listen on " + taken), failure.getMessage());
    }

    @Test
    void anAddressIsHostAndPortOrAPortOfLoopback() {
        assertEquals(new Address("127.0.0.1", 9400), Address.parse("9400"));
        assertEquals(new Address("::1", 9400), Address.parse("[::1]:9400"));
        for (String wrong : new String[] {"", "host:", "::1:9400", "127.0.0.1:65536", "127.0.0.1:-1"}) {
            assertThrows(ConfigException.class, () -> Address.parse(wrong), wrong);
        }
    }

    @Test
    void oneExitInSixtyFourIsTimed() {
        ExitTimes times = new ExitTimes(server.registry(), "test", 1);
        for (int n = 0; n < 2 * ExitTimes.SAMPLED; n++) {
            times.handled(0, ExitReason.HLT, 0, 500);
        }
        assertEquals(2, server.registry().get("jvmx.vcpu.exit").timer().count());
    }
}
