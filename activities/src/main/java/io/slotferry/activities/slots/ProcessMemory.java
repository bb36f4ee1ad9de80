package io.slotferry.activities.slots;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.ChangingNode.SlotCheck;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Processes;
import io.slotferry.workflows.contract.Processes.Known;
import io.slotferry.workflows.contract.Processes.State;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which processes stand at the ends of the lanes, and how many keys they had: told by batches and attempts before, and
 * handed on to those after. A node that came back empty passes every check of its slots, and would have them finalised
 * without their keys. Safe for use by several threads.
 */
final class ProcessMemory {
    private static final Logger log = LoggerFactory.getLogger(ProcessMemory.class);

    /** Under this name heartbeats carry it. */
    static final String FIELD = "seen";

    private Processes known;

    ProcessMemory(Processes known) {
        this.known = known;
    }

    /** Learns from the last heartbeat of the attempt before, which is newer than what the order knew. */
    synchronized void recall(Optional<JsonNode> lastReport) {
        lastReport.map(report -> report.get(FIELD)).ifPresent(seen -> {
            try {
                known = known.plus(SlotferryJson.mapper().convertValue(seen, Processes.class));
            } catch (IllegalArgumentException e) {
                log.warn("the last heartbeat tells nothing of processes: {}", e.getMessage());
            }
        });
    }

    synchronized Processes now() {
        return known;
    }

    /** What outlives a batch that ended in order: nothing is open on its nodes. */
    synchronized Processes atRest() {
        Map<NodeId, Known> rest = new HashMap<>();
        known.byNode()
                .forEach((node, process) -> rest.put(
                        node,
                        process.state() == State.OPEN
                                ? new Known(process.runId(), process.keys(), State.IDLE)
                                : process));
        return new Processes(rest);
    }

    /**
     * A lane is about to open slots on this master.
     *
     * @param check what it said just now
     * @param info asks it for more, where it is another process
     * @throws Halted of kind OPEN_SLOT_LOST where it is another process than before: once where it has its data, so that a
     *     person has seen it; for as long as it lives where it came back without
     */
    synchronized void expect(Shard shard, SlotCheck check, Supplier<ServerInfo> info) {
        Member master = shard.master();
        Optional<Known> own = known.of(master.id());
        String runId = check.identity().runId();
        if (own.isEmpty()) {
            refuseEmptySuccessor(shard, check);
            remember(master, new Known(runId, check.allKeys(), State.OPEN));
            return;
        }
        Known before = own.get();
        boolean emptied = before.is(runId) ? before.state() == State.EMPTIED : cameEmpty(before, check, info);
        if (emptied) {
            remember(master, new Known(runId, before.keys(), State.EMPTIED));
            throw emptied(master + " came back without its data while this run worked on it.", before, check);
        }
        remember(master, new Known(runId, check.allKeys(), State.OPEN));
        if (!before.is(runId)) {
            log.warn("{} restarted with its data: {} keys before, now {}", master, before.keys(), check.allKeys());
            if (before.state() == State.OPEN) {
                throw restarted(master, before, check);
            }
        }
    }

    /** By how many keys it has, and by how many it says it has loaded: clients may have written new ones since. */
    private static boolean cameEmpty(Known before, SlotCheck check, Supplier<ServerInfo> asked) {
        if (before.keys() == 0) {
            return false;
        }
        if (2 * check.allKeys() < before.keys()) {
            return true;
        }
        ServerInfo info = asked.get();
        return !info.aof() && info.loadedKeys().filter(loaded -> loaded == 0).isPresent();
    }

    /** A replica that took over has its master's keys, if it ever had any. */
    private void refuseEmptySuccessor(Shard shard, SlotCheck check) {
        Optional<Known> mate = shard.members()
                .flatMap(member -> known.of(member.id()).stream())
                .filter(process -> process.state() == State.EMPTIED || (process.keys() > 0 && check.allKeys() == 0))
                .findFirst();
        if (mate.isPresent()) {
            throw emptied(
                    shard.master() + " took over a shard whose data is gone, while this run worked on it.",
                    mate.get(),
                    check);
        }
    }

    private static Halted emptied(String message, Known before, SlotCheck check) {
        return new Halted(
                FailureKind.OPEN_SLOT_LOST,
                message,
                evidence(before, check),
                "restart it with its data (its RDB or AOF file), then slotferry retry; it is halted on as long as this"
                        + " process lives. If the loss is to be accepted: slotferry stop-here, then plan anew");
    }

    private static Halted restarted(Member master, Known before, SlotCheck check) {
        return new Halted(
                FailureKind.OPEN_SLOT_LOST,
                master + " restarted while its slots were open.",
                evidence(before, check),
                "see in its log whether it came back with all of its data, then slotferry retry goes on");
    }

    private static List<String> evidence(Known before, SlotCheck check) {
        return List.of(
                "run_id before " + before.runId() + "…, now " + check.identity().runId(),
                "keys before " + before.keys() + ", now " + check.allKeys());
    }

    /** What a node says while slots move. */
    synchronized void seen(Member node, SlotCheck check) {
        known.of(node.id())
                .filter(process -> process.state() == State.OPEN
                        && process.is(check.identity().runId()))
                .ifPresent(process -> remember(node, new Known(check.identity().runId(), check.allKeys(), State.OPEN)));
    }

    /**
     * A node without keys is about to get some: if it comes back empty, it has lost them.
     *
     * @return whether that is news
     */
    synchronized boolean receiving(Member node) {
        Optional<Known> empty = known.of(node.id()).filter(process -> process.keys() == 0);
        empty.ifPresent(process -> remember(node, new Known(process.runId(), 1, process.state())));
        return empty.isPresent();
    }

    /** So many keys went from the one to the other. */
    synchronized void carried(Member source, Member target, int keys) {
        add(source, -keys);
        add(target, keys);
    }

    private void add(Member node, int keys) {
        known.of(node.id())
                .ifPresent(process -> remember(
                        node, new Known(process.runId(), Math.max(0, process.keys() + keys), process.state())));
    }

    private void remember(Member node, Known process) {
        known = known.plus(new Processes(Map.of(node.id(), process)));
    }
}
