package io.slotferry.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Answers {@code GET /metrics} with a worker's metrics, as Prometheus reads them. */
final class MetricsServer implements AutoCloseable {
    private static final int NOT_FOUND = 404;
    private static final int OK = 200;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpServer server;

    private MetricsServer(HttpServer server) {
        this.server = server;
        server.createContext("/", this::answer);
        server.start();
    }

    /**
     * Begins to listen.
     *
     * @param address {@code HOST:PORT}, or {@code PORT} of the loopback interface; 0 is any port that is free
     * @throws IOException where it is no address, or cannot be listened on
     */
    static MetricsServer listen(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        try {
            int port = Integer.parseInt(address.substring(colon + 1));
            InetAddress host =
                    colon < 0 ? InetAddress.getLoopbackAddress() : InetAddress.getByName(address.substring(0, colon));
            return new MetricsServer(HttpServer.create(new InetSocketAddress(host, port), 0));
        } catch (IllegalArgumentException e) {
            throw new IOException("not HOST:PORT or PORT", e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean known = exchange.getRequestURI().getPath().equals("/metrics");
            byte[] body = (known ? registry.scrape() : "GET /metrics\n").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(known ? OK : NOT_FOUND, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** What is kept here is answered. */
    MeterRegistry registry() {
        return registry;
    }

    /** For a person. */
    String url() {
        InetSocketAddress address = server.getAddress();
        return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + "/metrics";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
