package io.slotferry.sandbox.race;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.redis.ConnectionName;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Nobody else may begin an attempt here, so this one may always change things. */
public record Unwatched(int turn, int attempt) implements Lifeline {
    /** The first attempt. */
    public Unwatched(int turn) {
        this(turn, 1);
    }

    @Override
    public ConnectionName connectionName() {
        return new ConnectionName("benchmark", turn, attempt);
    }

    @Override
    public void assertMayChange(Duration limit) {}

    @Override
    public boolean stopRequested() {
        return false;
    }

    @Override
    public void report(JsonNode details) {}

    @Override
    public void report(Supplier<? extends JsonNode> details) {
        // Nobody asks for it.
    }

    @Override
    public void sync() {}

    @Override
    public Optional<JsonNode> lastReport() {
        return Optional.empty();
    }
}
