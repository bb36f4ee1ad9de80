package io.slotferry.servers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Describes the Temporal server that is needed. */
public final class LocalTemporalBuilder {
    private final Map<String, String> searchAttributes = new LinkedHashMap<>();
    private final List<String> arguments = new ArrayList<>();
    private String address;
    private String namespace = "default";
    private Path folder;
    private boolean exitHook = true;
    private Consumer<String> progress = line -> {};

    LocalTemporalBuilder() {}

    /** Uses the server at {@code host:port}, such as TEMPORAL_ADDRESS names it; null or blank for none. */
    public LocalTemporalBuilder address(String configured) {
        address = configured == null || configured.isBlank() ? null : configured.strip();
        return this;
    }

    /** The namespace to use, created where a server is started here; {@code default} by default. */
    public LocalTemporalBuilder namespace(String name) {
        namespace = name;
        return this;
    }

    /**
     * Registers a search attribute where a server is started here.
     *
     * @param type Text, Keyword, Int, Double, Bool, Datetime or KeywordList
     */
    public LocalTemporalBuilder searchAttribute(String name, String type) {
        searchAttributes.put(name, type);
        return this;
    }

    /** More arguments for {@code temporal server start-dev}. */
    public LocalTemporalBuilder arguments(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /** Where the SQLite file and the log lie, and stay. By default a temporary folder that closing deletes. */
    public LocalTemporalBuilder folder(Path place) {
        folder = place;
        return this;
    }

    /**
     * Leaves closing to the caller, who has a shutdown hook of his own where the order matters. Its processes still end
     * with this JVM, but its temporary files stay unless it is closed.
     */
    public LocalTemporalBuilder withoutExitHook() {
        exitHook = false;
        return this;
    }

    /** Is told, in sentences, what is tried and what came of it. */
    public LocalTemporalBuilder progress(Consumer<String> listener) {
        progress = listener;
        return this;
    }

    /**
     * Uses the configured address, else starts a real server by the first of: {@code temporal} on the PATH, a copy in
     * the cache folder, the official download, {@code go install}; else the in-memory test server.
     *
     * @throws ServerStartException when the configured address cannot be reached, or a server does not come up
     */
    public LocalTemporal start() {
        if (address != null) {
            return ConfiguredTemporal.connect(address, namespace);
        }
        Optional<Path> binary = new TemporalBinary(progress).find();
        if (binary.isPresent()) {
            return start(binary.get());
        }
        InMemoryTemporal inMemory = new InMemoryTemporal(namespace);
        progress.accept("No Temporal server could be had, so the in-memory test server stands in. "
                + String.join(" ", inMemory.missing()) + " " + TemporalBinary.REMEDY);
        return inMemory;
    }

    /**
     * Starts a real server, found as {@link #start()} does, and neither uses a configured one nor the in-memory one.
     *
     * @throws ServerStartException when none can be had, or it does not come up
     */
    public TemporalProcess startProcess() {
        return startProcess(ServerStartException::new);
    }

    /**
     * As {@link #startProcess()}, for tests: where no real server can be had, they fail in CI and are skipped elsewhere.
     *
     * @param skip makes the exception that has the test skipped, such as {@code TestAbortedException::new}
     */
    public TemporalProcess startProcessOrSkip(Function<String, ? extends RuntimeException> skip) {
        return startProcess(reason -> WantedServer.missing(reason, skip));
    }

    private TemporalProcess startProcess(Function<String, RuntimeException> missing) {
        List<String> said = new ArrayList<>();
        Optional<Path> binary = new TemporalBinary(progress.andThen(said::add)).find();
        return start(binary.orElseThrow(() -> missing.apply(
                "No Temporal server could be had. " + String.join(" ", said) + " " + TemporalBinary.REMEDY)));
    }

    private TemporalProcess start(Path binary) {
        for (int attempt = 1; ; attempt++) {
            WorkFolder files = WorkFolder.create(folder, "slotferry-temporal-");
            TemporalProcess server = new TemporalProcess(
                    binary, new TemporalProcess.Settings(namespace, searchAttributes, arguments, exitHook), files);
            try {
                server.start();
                return server;
            } catch (RuntimeException e) {
                if (!(e instanceof PortTakenException)) {
                    files.keep();
                }
                server.close();
                if (!(e instanceof PortTakenException) || attempt == LocalCluster.PORT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
