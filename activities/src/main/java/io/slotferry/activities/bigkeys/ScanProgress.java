package io.slotferry.activities.bigkeys;

import io.slotferry.activities.redis.Node.KeyPage;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BigKeys.BigKey;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import java.util.List;
import java.util.stream.Stream;

/**
 * How far the scan of a shard has come, as heartbeats carry it. A cursor means something to the process alone that gave it,
 * since each hashes keys by a seed of its own: where the node or its process is another one, the scan begins anew.
 *
 * @param node that is asked
 * @param runId of its process
 * @param cursor where the database's scan goes on; {@code 0} at its beginning and at its end
 * @param keys over the limit so far, the biggest of them
 * @param count of all keys over the limit so far
 */
record ScanProgress(
        NodeAddress node,
        String runId,
        int database,
        String cursor,
        long scanned,
        List<BigKey> keys,
        long count,
        SlotRanges overLimit,
        SlotRanges overHardLimit,
        boolean done) {

    ScanProgress {
        keys = List.copyOf(keys);
    }

    static ScanProgress beginning(NodeAddress node, String runId) {
        return new ScanProgress(node, runId, 0, "0", 0, List.of(), 0, SlotRanges.none(), SlotRanges.none(), false);
    }

    boolean isOf(NodeAddress address, String process) {
        return node.equals(address) && runId.equals(process);
    }

    ScanProgress in(int other) {
        return new ScanProgress(node, runId, other, "0", scanned, keys, count, overLimit, overHardLimit, false);
    }

    ScanProgress finished() {
        return new ScanProgress(node, runId, database, "0", scanned, keys, count, overLimit, overHardLimit, true);
    }

    /** A page further. SCAN may give a key twice, so that counts of keys are upper bounds; slots are sets. */
    ScanProgress after(KeyPage page, List<BigKey> found, BigKeyLimits limits) {
        return new ScanProgress(
                node,
                runId,
                database,
                page.cursor(),
                scanned + page.keys().size(),
                ShardScan.biggest(
                        Stream.concat(keys.stream(), found.stream()).distinct().toList()),
                count + found.size(),
                overLimit.plus(slots(found, limits.limit().bytes())),
                overHardLimit.plus(slots(found, limits.hardLimit().bytes())),
                false);
    }

    private static SlotRanges slots(List<BigKey> keys, long over) {
        return SlotRanges.ofSlots(
                keys.stream().filter(key -> key.bytes() > over).mapToInt(BigKey::slot));
    }
}
