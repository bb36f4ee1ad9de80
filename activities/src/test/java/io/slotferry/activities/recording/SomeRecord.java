package io.slotferry.activities.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.slotferry.planning.Batch;
import io.slotferry.planning.Estimate;
import io.slotferry.planning.Lane;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.planning.PlannedShard;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.Settings;
import io.slotferry.workflows.contract.SlotferryJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A record of one master that becomes two. */
final class SomeRecord {
    private static final Member OLD = member('a', 7000);
    private static final Member NEW = member('b', 7001);

    private SomeRecord() {}

    static RunRecord of(String workflowId, String runId) {
        Plan plan = new Plan(
                "f".repeat(64),
                List.of(
                        new PlannedShard(OLD, List.of(), SlotRanges.of(new SlotRange(0, 16_383)), 8_192, false),
                        new PlannedShard(NEW, List.of(), SlotRanges.none(), 8_192, true)),
                List.of(new Batch(List.of(new Lane(0, 1, SlotRanges.of(new SlotRange(0, 8_191)))))),
                List.of(),
                AttachOrder.AFTER_RESHARD,
                new Estimate(1_000, Duration.ofSeconds(5)));
        return new RunRecord(
                request(),
                plan,
                List.of(OLD.id()),
                List.of(),
                new Settings(
                        "cluster-allow-replica-migration",
                        List.of(new Settings.Prior(OLD, "yes"), new Settings.Prior(NEW, "no"))),
                workflowId,
                runId,
                List.of("an-earlier-run"),
                Instant.parse("2026-01-02T03:04:05Z"));
    }

    private static ExpandRequest request() {
        try {
            return RequestReader.read(SlotferryJson.mapper().readTree("""
                    {"cluster": {"name": "orders", "seeds": ["10.0.0.1:7000"]},
                     "add": {"masters": ["10.0.0.1:7001"]}, "backup": "none"}"""));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static Member member(char digit, int port) {
        return new Member(new NodeId(String.valueOf(digit).repeat(40)), new NodeAddress("10.0.0.1", port));
    }
}
