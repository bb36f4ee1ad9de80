package io.slotferry.activities.slots;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.activities.pacing.AdaptivePacer;
import io.slotferry.activities.pacing.Pacer;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.planning.Member;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Adaptive;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import io.slotferry.workflows.contract.PacingState;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What paces one attempt at a batch: what attempts and batches before have learnt is where it begins. */
final class Paces {
    private static final Logger log = LoggerFactory.getLogger(Paces.class);

    /** Under this name heartbeats carry what was learnt. */
    static final String FIELD = "paced";

    private final Nodes nodes;
    private final BatchOrder order;
    private final Thresholds thresholds;
    private final MoveMeters.OfRun meters;
    private PacingState state;

    Paces(Nodes nodes, BatchOrder order, Thresholds thresholds, MoveMeters.OfRun meters) {
        this.nodes = nodes;
        this.order = order;
        this.thresholds = thresholds;
        this.meters = meters;
        this.state = order.adaptive().map(Adaptive::state).orElse(PacingState.FIRST);
    }

    /** Learns from the last heartbeat of the attempt before. */
    void recall(Optional<JsonNode> lastReport) {
        lastReport.map(report -> report.get(FIELD)).ifPresent(report -> {
            try {
                learn(Optional.of(SlotferryJson.mapper().convertValue(report, PacingState.class)));
            } catch (IllegalArgumentException e) {
                log.warn("the last heartbeat tells nothing of baselines: {}", e.getMessage());
            }
        });
    }

    /** What an attempt has found out; the pause after the batch is only told once, when it ends. */
    void learn(Optional<PacingState> found) {
        found.ifPresent(later -> state = state.then(new PacingState(
                later.baselines(),
                later.speed(),
                later.noticed(),
                state.pauseShare(),
                later.slowdowns(),
                later.trend())));
    }

    /**
     * Begins to pace these lanes. In mode ADAPTIVE it first takes the baselines that are missing, while nothing moves.
     *
     * @param stopping whether nobody is to wait any more
     */
    Pacer start(List<LaneTask> tasks, BooleanSupplier stopping) {
        if (order.mode() != Pacing.Mode.ADAPTIVE) {
            return Pacer.steady(order.mode());
        }
        List<Member> ends = tasks.stream()
                .flatMap(task -> Stream.of(task.source(), task.target()))
                .distinct()
                .toList();
        Set<Member> targets = tasks.stream().map(LaneTask::target).collect(Collectors.toSet());
        Adaptive adaptive =
                new Adaptive(order.adaptive().map(Adaptive::latencyBudget).orElse(Pacing.DEFAULT_BUDGET), state);
        return AdaptivePacer.start(
                nodes,
                ends,
                new AdaptivePacer.Terms(adaptive, order.lanes(), targets, thresholds, stopping, meters::slowed));
    }
}
