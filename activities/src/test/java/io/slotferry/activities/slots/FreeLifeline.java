package io.slotferry.activities.slots;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.redis.ConnectionName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** An attempt without Temporal: lives until the test says otherwise. */
public class FreeLifeline implements Lifeline {
    private final ConnectionName name;
    private final AtomicReference<JsonNode> report = new AtomicReference<>();
    private final Optional<JsonNode> lastReport;
    private volatile BooleanSupplier stop = () -> false;
    private volatile boolean superseded;

    public FreeLifeline(long turn, int attempt, Optional<JsonNode> lastReport) {
        this.name = new ConnectionName("test-run", turn, attempt);
        this.lastReport = lastReport;
    }

    public FreeLifeline() {
        this(1, 1, Optional.empty());
    }

    public FreeLifeline stoppingWhen(BooleanSupplier condition) {
        stop = condition;
        return this;
    }

    public void supersede() {
        superseded = true;
    }

    public Optional<JsonNode> reported() {
        return Optional.ofNullable(report.get());
    }

    @Override
    public ConnectionName connectionName() {
        return name;
    }

    @Override
    public void assertMayChange(Duration limit) {
        if (superseded) {
            throw new Superseded("superseded by the test");
        }
    }

    @Override
    public boolean stopRequested() {
        return stop.getAsBoolean();
    }

    @Override
    public void report(JsonNode details) {
        report.set(details);
    }

    @Override
    public void sync() {
        assertMayChange(Duration.ZERO);
    }

    @Override
    public Optional<JsonNode> lastReport() {
        return lastReport;
    }
}
