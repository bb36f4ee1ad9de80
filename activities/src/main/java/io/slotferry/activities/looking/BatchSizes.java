package io.slotferry.activities.looking;

import io.slotferry.activities.cluster.AtomicOffer;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.slots.JobSizer;
import io.slotferry.activities.slots.SourceFigures;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Plan;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandRequest.BatchOptions;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The most slots in a batch, the best number first. A request that names one leaves no choice. Else a batch that moves by
 * the servers' own migration is as large as jobs are worth, since a job forks its source and takes its time however
 * small it is; one that moves key by key has {@value BatchOptions#USUAL_SLOTS}.
 */
final class BatchSizes {
    /**
     * Far apart, so that data which grows while a plan waits for its approval seldom makes another plan of it; the others are for
     * a plan that was agreed on and can still be made.
     */
    static final List<Integer> STEPS = List.of(BatchOptions.USUAL_SLOTS, 400, 1_600, 6_400);

    private BatchSizes() {}

    /** A master that may give some of these slots. */
    record Source(int slots, SourceFigures figures) {
        private double slotsOfBatch(Pacing.Mode mode, int lanes) {
            double bytes = JobSizer.bytesOfBatch(mode, lanes, figures.forkSeconds());
            return bytes * slots / Math.max(1, figures.datasetBytes());
        }
    }

    /** For this request, asking the cluster's masters where they matter. */
    static List<Integer> of(ClusterReader reader, ExpandRequest request, Agreed agreed, AtomicOffer offer) {
        if (request.batch().slots().isPresent()) {
            return List.of(request.batch().slots().get());
        }
        int best = offer.isTaken(request.batch().migration())
                ? byJobs(request.pacing().mode(), sources(reader, agreed))
                : BatchOptions.USUAL_SLOTS;
        return Stream.concat(Stream.of(best), STEPS.stream()).distinct().toList();
    }

    private static List<Source> sources(ClusterReader reader, Agreed agreed) {
        List<Shard> giving = agreed.cluster().shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .toList();
        Asked<Map<String, String>> asked = reader.ask(
                giving.stream().map(shard -> shard.master().address()).toList(),
                node -> node.particulars().facts());
        List<Source> sources = new ArrayList<>();
        for (Shard shard : giving) {
            NodeAddress address = shard.master().address();
            if (!asked.answers().containsKey(address)) {
                throw asked.failures().get(address);
            }
            sources.add(new Source(
                    shard.slots().size(), SourceFigures.of(asked.answers().get(address))));
        }
        return sources;
    }

    /** By the source that gives the fewest slots to a batch, since a batch draws from all alike. */
    static int byJobs(Pacing.Mode mode, List<Source> sources) {
        int lanes = Math.min(sources.size(), Plan.MAX_LANES_PER_BATCH);
        double slots = lanes
                * sources.stream()
                        .mapToDouble(source -> source.slotsOfBatch(mode, lanes))
                        .min()
                        .orElse(0);
        return STEPS.stream()
                .filter(step -> step <= slots)
                .reduce((smaller, larger) -> larger)
                .orElse(BatchOptions.USUAL_SLOTS);
    }
}
