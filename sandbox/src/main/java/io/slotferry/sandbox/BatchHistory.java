package io.slotferry.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.history.v1.ActivityTaskCompletedEventAttributes;
import io.temporal.api.history.v1.ActivityTaskFailedEventAttributes;
import io.temporal.api.history.v1.ActivityTaskScheduledEventAttributes;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Every time a run had a batch moved, in order, as its history tells.
 *
 * @param movements one for each batch that an activity moved; where the activity has not ended, for the first that it was given
 */
public record BatchHistory(List<Movement> movements) {
    public BatchHistory {
        movements = List.copyOf(movements);
    }

    /**
     * A batch that was scheduled.
     *
     * @param number of the batch, from 1
     * @param attempts that were started; 0 while the first has not ended (history learns of it then)
     * @param outcome empty until it is completed
     */
    public record Movement(int number, int attempts, Optional<BatchOutcome> outcome) {
        /** Whether all its slots are at their targets. */
        public boolean complete() {
            return outcome.filter(BatchOutcome::complete).isPresent();
        }
    }

    /** Reads the history of a workflow's latest run. */
    public static BatchHistory read(WorkflowClient client, String workflowId) {
        Map<Long, List<Movement>> byEvent = new LinkedHashMap<>();
        for (HistoryEvent event : client.fetchHistory(workflowId).getEvents()) {
            switch (event.getEventType()) {
                case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED ->
                    first(client, event.getActivityTaskScheduledEventAttributes())
                            .ifPresent(number -> byEvent.put(
                                    event.getEventId(), List.of(new Movement(number, 0, Optional.empty()))));
                case EVENT_TYPE_ACTIVITY_TASK_STARTED -> {
                    int attempt = event.getActivityTaskStartedEventAttributes().getAttempt();
                    byEvent.computeIfPresent(
                            event.getActivityTaskStartedEventAttributes().getScheduledEventId(),
                            (id, m) -> List.of(new Movement(
                                    m.get(0).number(), attempt, m.get(0).outcome())));
                }
                case EVENT_TYPE_ACTIVITY_TASK_COMPLETED -> {
                    ActivityTaskCompletedEventAttributes completed = event.getActivityTaskCompletedEventAttributes();
                    byEvent.computeIfPresent(
                            completed.getScheduledEventId(),
                            (id, m) -> ended(m.get(0), outcomes(client, completed.getResult())));
                }
                case EVENT_TYPE_ACTIVITY_TASK_FAILED -> {
                    ActivityTaskFailedEventAttributes failed = event.getActivityTaskFailedEventAttributes();
                    byEvent.computeIfPresent(
                            failed.getScheduledEventId(), (id, m) -> failed(m.get(0), doneBefore(client, failed)));
                }
                default -> {}
            }
        }
        return new BatchHistory(byEvent.values().stream().flatMap(List::stream).toList());
    }

    /** The batch with which the activity begins; empty where it is none that moves batches. */
    private static Optional<Integer> first(WorkflowClient client, ActivityTaskScheduledEventAttributes scheduled) {
        return switch (scheduled.getActivityType().getName()) {
            case "MoveBatch" ->
                Optional.of(
                        decode(client, scheduled.getInput(), BatchOrder.class).number());
            case "MoveBatches" ->
                Optional.of(decode(client, scheduled.getInput(), BatchChain.class)
                        .first()
                        .number());
            default -> Optional.empty();
        };
    }

    private static List<BatchOutcome> outcomes(WorkflowClient client, Payloads result) {
        JsonNode tree = decode(client, result, JsonNode.class);
        Stream<JsonNode> each = tree.isArray() ? StreamSupport.stream(tree.spliterator(), false) : Stream.of(tree);
        return each.map(one -> SlotferryJson.mapper().convertValue(one, BatchOutcome.class))
                .toList();
    }

    private static List<BatchOutcome> doneBefore(WorkflowClient client, ActivityTaskFailedEventAttributes failed) {
        return Failures.doneBefore(client.getOptions().getDataConverter().failureToException(failed.getFailure()));
    }

    private static List<Movement> ended(Movement scheduled, List<BatchOutcome> outcomes) {
        return outcomes.stream()
                .map(outcome -> new Movement(outcome.progress().number(), scheduled.attempts(), Optional.of(outcome)))
                .toList();
    }

    private static List<Movement> failed(Movement scheduled, List<BatchOutcome> done) {
        List<Movement> movements = new ArrayList<>(ended(scheduled, done));
        movements.add(new Movement(scheduled.number() + done.size(), scheduled.attempts(), Optional.empty()));
        return movements;
    }

    private static <T> T decode(WorkflowClient client, Payloads payloads, Class<T> type) {
        return client.getOptions().getDataConverter().fromPayloads(0, Optional.of(payloads), type, type);
    }

    /** Batches that were scheduled again after they were complete; must be none. */
    public List<Integer> repeated() {
        List<Integer> finished = new ArrayList<>();
        List<Integer> repeated = new ArrayList<>();
        for (Movement movement : movements) {
            if (finished.contains(movement.number())) {
                repeated.add(movement.number());
            }
            if (movement.complete()) {
                finished.add(movement.number());
            }
        }
        return repeated;
    }

    /** The last that was scheduled. */
    public Optional<Movement> last() {
        return movements.isEmpty() ? Optional.empty() : Optional.of(movements.get(movements.size() - 1));
    }
}
