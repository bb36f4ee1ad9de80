package io.slotferry.activities.slots;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.BatchProgress.Earlier;
import io.slotferry.workflows.contract.Processes;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of a chain's batches, by this attempt and those before it. Heartbeats carry it to the next attempt, so that none
 * is counted twice; what is done is for the nodes to say.
 */
final class ChainMemory {
    private static final Logger log = LoggerFactory.getLogger(ChainMemory.class);

    /** Under this name heartbeats carry the outcomes. */
    static final String FIELD = "done";

    private static final String EARLIER = "earlier";

    private final BatchChain chain;
    private volatile List<BatchOutcome> done = List.of();
    private volatile ProcessMemory processes;

    ChainMemory(BatchChain chain) {
        this.chain = chain;
        this.processes = new ProcessMemory(
                chain.orders().stream().map(BatchOrder::known).reduce(Processes.none(), Processes::plus));
    }

    /** Learns from the last heartbeat of the attempt before. */
    void recall(Optional<JsonNode> lastReport) {
        lastReport.map(report -> report.get(FIELD)).ifPresent(told -> {
            try {
                List<BatchOutcome> outcomes =
                        SlotferryJson.mapper().convertValue(told, new TypeReference<List<BatchOutcome>>() {});
                outcomes.stream()
                        .filter(outcome ->
                                outcome.progress().number() == chain.first().number() + done.size())
                        .forEach(this::add);
            } catch (IllegalArgumentException e) {
                log.warn("the last heartbeat tells nothing of batches that were done: {}", e.getMessage());
            }
        });
    }

    /** The outcomes of complete batches, from the first on. */
    List<BatchOutcome> done() {
        return done;
    }

    /** The processes at the ends of the batch in hand, and of those before it. */
    ProcessMemory processes() {
        return processes;
    }

    /** The next one is complete. */
    void add(BatchOutcome outcome) {
        List<BatchOutcome> more = new ArrayList<>(done);
        more.add(outcome.seeing(Optional.empty()));
        done = List.copyOf(more);
    }

    /** The last one is not complete after all. */
    void dropLast() {
        done = done.subList(0, done.size() - 1);
    }

    /** Nothing is open on the nodes between two batches. */
    void rest() {
        processes = new ProcessMemory(processes.atRest());
    }

    /** The outcomes of all that was begun, of which the last one tells of the processes. */
    List<BatchOutcome> told(BatchOutcome last) {
        List<BatchOutcome> all = new ArrayList<>(done);
        if (last.complete()) {
            all.set(all.size() - 1, all.get(all.size() - 1).seeing(last.seen()));
        } else {
            all.add(last);
        }
        return all;
    }

    /** What a heartbeat says before a batch has anything to say itself. */
    JsonNode ahead(BatchOrder order) {
        ObjectNode report =
                SlotferryJson.mapper().valueToTree(new BatchProgress(order.number(), 0, order.slots(), 0, 0));
        report.set(ProcessMemory.FIELD, SlotferryJson.mapper().valueToTree(processes.now()));
        return report;
    }

    /** What the batch in hand reports, with those that were done before it began. */
    static JsonNode beside(List<BatchOutcome> before, JsonNode report) {
        if (!before.isEmpty() && report instanceof ObjectNode object) {
            object.set(EARLIER, SlotferryJson.mapper().valueToTree(Earlier.of(before)));
            object.set(FIELD, SlotferryJson.mapper().valueToTree(before));
        }
        return report;
    }
}
