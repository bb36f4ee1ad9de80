package io.slotferry.planning;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a plan is expected to cost, from numbers of keys and assumed rates. */
final class Estimates {
    /**
     * Keys moved in a second: what redis-cli manages with small keys on one lane, so that an estimate errs on the long
     * side.
     */
    static final long KEYS_PER_SECOND = 10_000;

    /** Opening, finalising and telling every master of one slot. */
    static final Duration PER_SLOT = Duration.ofMillis(5);

    private Estimates() {}

    static Estimate of(List<PlannedShard> shards, List<Batch> batches, Map<NodeId, Long> keys, Duration pause) {
        long[] given = new long[shards.size()];
        batches.forEach(batch -> batch.lanes()
                .forEach(lane -> given[lane.source()] += lane.slots().size()));
        double moving = 0;
        long slots = 0;
        for (int i = 0; i < given.length; i++) {
            PlannedShard shard = shards.get(i);
            slots += given[i];
            if (given[i] > 0) {
                moving += (double) keys.getOrDefault(shard.master().id(), 0L)
                        * given[i]
                        / shard.before().size();
            }
        }
        long keysMoved = Math.round(moving);
        Duration time = pause.multipliedBy(Math.max(0, batches.size() - 1))
                .plus(PER_SLOT.multipliedBy(slots))
                .plusMillis(keysMoved * 1_000 / KEYS_PER_SECOND);
        return new Estimate(keysMoved, time);
    }
}
