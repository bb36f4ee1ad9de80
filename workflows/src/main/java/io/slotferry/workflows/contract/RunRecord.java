package io.slotferry.workflows.contract;

import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run leaves for whoever goes on or undoes it: written before its first change, into a file of the worker that wrote
 * it and, as an activity's input, into Temporal's history. It never changes: what was done since is read from the cluster.
 *
 * @param members IDs of the cluster's members when the plan was made, ascending, without the new nodes
 * @param joinedBefore those of the request's nodes that were members before this run: not this run's to remove
 * @param settings what the nodes had before this run touched them; after a take-over what they had before the first run did
 * @param predecessors IDs of the runs that this run took over, the first one first
 */
public record RunRecord(
        ExpandRequest request,
        Plan plan,
        List<NodeId> members,
        List<NodeId> joinedBefore,
        Settings settings,
        String workflowId,
        String runId,
        List<String> predecessors,
        Instant startedAt) {

    public RunRecord {
        members = List.copyOf(members);
        joinedBefore = List.copyOf(joinedBefore);
        predecessors = List.copyOf(predecessors);
    }

    /** The same as the record of another run, of which the one that wrote it is a predecessor. */
    public RunRecord heldBy(String otherRunId) {
        if (otherRunId.equals(runId)) {
            return this;
        }
        List<String> earlier =
                Stream.concat(predecessors.stream(), Stream.of(runId)).toList();
        return new RunRecord(
                request, plan, members, joinedBefore, settings, workflowId, otherRunId, earlier, startedAt);
    }
}
