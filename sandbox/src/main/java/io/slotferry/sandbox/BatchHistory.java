package io.slotferry.sandbox;

import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.history.v1.ActivityTaskScheduledEventAttributes;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every time a run had a batch moved, in order, as its history tells.
 *
 * @param movements one for each MoveBatch that was scheduled
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
        Map<Long, Movement> byEvent = new LinkedHashMap<>();
        for (HistoryEvent event : client.fetchHistory(workflowId).getEvents()) {
            switch (event.getEventType()) {
                case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED -> {
                    ActivityTaskScheduledEventAttributes scheduled = event.getActivityTaskScheduledEventAttributes();
                    if (scheduled.getActivityType().getName().equals("MoveBatch")) {
                        BatchOrder order = decode(client, scheduled.getInput(), BatchOrder.class);
                        byEvent.put(event.getEventId(), new Movement(order.number(), 0, Optional.empty()));
                    }
                }
                case EVENT_TYPE_ACTIVITY_TASK_STARTED -> {
                    int attempt = event.getActivityTaskStartedEventAttributes().getAttempt();
                    byEvent.computeIfPresent(
                            event.getActivityTaskStartedEventAttributes().getScheduledEventId(),
                            (id, m) -> new Movement(m.number(), attempt, m.outcome()));
                }
                case EVENT_TYPE_ACTIVITY_TASK_COMPLETED ->
                    byEvent.computeIfPresent(
                            event.getActivityTaskCompletedEventAttributes().getScheduledEventId(),
                            (id, m) -> new Movement(
                                    m.number(),
                                    m.attempts(),
                                    Optional.of(decode(
                                            client,
                                            event.getActivityTaskCompletedEventAttributes()
                                                    .getResult(),
                                            BatchOutcome.class))));
                default -> {}
            }
        }
        return new BatchHistory(List.copyOf(byEvent.values()));
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
