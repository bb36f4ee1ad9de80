package io.slotferry.activities.bigkeys;

import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.Node.KeyPage;
import io.slotferry.activities.redis.Node.SizedKey;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.BigKeys.BigKey;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** The keys of one shard, page by page on one node. */
final class ShardScan {
    /** What a page costs blocks the node for a fifth of a millisecond. */
    private static final int KEYS_AT_ONCE = 25;

    private static final int LONGEST_NAME = 200;

    private final Node node;
    private final BigKeyLimits limits;
    private final Pace pace;
    private final List<Integer> databases;
    private final BlockEstimate blocks;
    private final Duration nodeTimeout;

    /**
     * A scan through this connection.
     *
     * @param databases that have keys, ascending
     */
    ShardScan(Node node, BlockEstimate blocks, BigKeyLimits limits, Pace pace, List<Integer> databases) {
        this.node = node;
        this.blocks = blocks;
        this.limits = limits;
        this.pace = pace;
        this.databases = databases;
        this.nodeTimeout = Duration.ofMillis(
                node.config("cluster-node-timeout").map(Long::parseLong).orElse(15_000L));
    }

    /**
     * Goes on from there to the end, telling how far it has come after each page.
     *
     * @return the last progress
     */
    ScanProgress from(ScanProgress begun, Consumer<ScanProgress> told) {
        ScanProgress progress = begun;
        for (int database : databases) {
            if (database < progress.database() || progress.done()) {
                continue;
            }
            if (database > progress.database()) {
                progress = progress.in(database);
            }
            do {
                KeyPage page = node.scan(database, progress.cursor(), KEYS_AT_ONCE);
                progress = progress.after(page, found(database, page), limits);
                told.accept(progress);
                pace.counted(page.keys().size());
            } while (!progress.cursor().equals("0"));
        }
        progress = progress.finished();
        told.accept(progress);
        return progress;
    }

    private List<BigKey> found(int database, KeyPage page) {
        List<BigKey> found = new ArrayList<>();
        for (SizedKey key : page.keys()) {
            if (key.bytes() > limits.limit().bytes()) {
                BlockEstimate.Block block = blocks.of(database, key);
                found.add(new BigKey(
                        printed(key.name()),
                        database,
                        key.slot(),
                        node.type(database, key.name()),
                        key.bytes(),
                        node.address(),
                        block.time(),
                        nodeTimeout,
                        block.measured()));
            }
        }
        return found;
    }

    /** The biggest of them, as many as are named. */
    static List<BigKey> biggest(List<BigKey> keys) {
        return keys.stream()
                .sorted(Comparator.comparingLong(BigKey::bytes).reversed())
                .limit(BigKeys.MOST_NAMED)
                .toList();
    }

    private static String printed(byte[] name) {
        StringBuilder text = new StringBuilder();
        for (char c : new String(name, StandardCharsets.ISO_8859_1).toCharArray()) {
            if (text.length() >= LONGEST_NAME) {
                return text + "...";
            }
            text.append(c < ' ' || c > '~' ? String.format("\\x%02x", (int) c) : String.valueOf(c));
        }
        return text.toString();
    }
}
