package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.ChangingNode.MigrateOrder;
import io.slotferry.activities.slots.CallSizer.Flush;
import io.slotferry.activities.slots.CallSizer.SizedKey;
import io.slotferry.workflows.contract.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Sends the keys of open slots of one lane to its target with MIGRATE. */
final class KeyDrain {
    /** Keys that are listed together, of all slots of a window: what a lane holds in memory. */
    private static final int LISTED_AT_ONCE = 16_000;

    private static final int LEAST_OF_A_SLOT = 100;
    private static final int MOST_OF_A_SLOT = 1_000;
    private static final int PATIENCE = 5;

    /** Answers of a node that is no master any more, or does not see a whole cluster for the moment. */
    private static final List<String> PASSES = List.of("READONLY", "CLUSTERDOWN", "MASTERDOWN");

    private final LaneMover lane;
    private String lastRefusal = "";
    private int carriedKeys;
    private long carriedBytes;

    KeyDrain(LaneMover lane) {
        this.lane = lane;
    }

    /**
     * Lists and sends the keys of these slots in one database until none is known to be left: a slot is listed again where its
     * listing was full, or a call was refused. The check of the window counts what came since.
     */
    void drain(int database, List<Integer> slots) {
        List<Integer> left = slots;
        int fruitless = 0;
        while (!left.isEmpty()) {
            List<SizedKey> keys = list(database, left);
            if (keys.isEmpty()) {
                return;
            }
            int most = ofEach(left);
            Sent sent = send(database, keys);
            fruitless = sent.progress() ? 0 : fruitless + 1;
            if (fruitless > PATIENCE) {
                throw stuck(left);
            }
            Map<Integer, Long> listed =
                    keys.stream().collect(Collectors.groupingBy(SizedKey::slot, Collectors.counting()));
            left = listed.keySet().stream()
                    .filter(slot -> !sent.all() || listed.get(slot) >= most)
                    .sorted()
                    .toList();
        }
    }

    /**
     * How the calls of some keys ended.
     *
     * @param progress whether any key went across
     * @param all whether every call did
     */
    private record Sent(boolean progress, boolean all) {}

    private static int ofEach(List<Integer> slots) {
        return Math.max(LEAST_OF_A_SLOT, Math.min(MOST_OF_A_SLOT, LISTED_AT_ONCE / slots.size()));
    }

    private List<SizedKey> list(int database, List<Integer> slots) {
        List<List<byte[]>> listed = lane.source().keysInSlots(database, slots, ofEach(slots));
        List<byte[]> all = listed.stream().flatMap(List::stream).toList();
        if (all.isEmpty()) {
            return List.of();
        }
        List<Long> sizes = sizes(database, all);
        List<SizedKey> keys = new ArrayList<>(all.size());
        int next = 0;
        for (int i = 0; i < slots.size(); i++) {
            for (byte[] key : listed.get(i)) {
                keys.add(new SizedKey(slots.get(i), key, sizes.get(next++)));
            }
        }
        keys.forEach(this::refuseTooLarge);
        return keys;
    }

    /** Few enough at once that the node answers others in between as it does between calls. */
    private List<Long> sizes(int database, List<byte[]> keys) {
        List<Long> sizes = new ArrayList<>(keys.size());
        while (sizes.size() < keys.size()) {
            int next = Math.min(keys.size(), sizes.size() + lane.sizer().sizesAtOnce());
            long began = System.nanoTime();
            sizes.addAll(lane.source().memoryUsage(database, keys.subList(sizes.size(), next)));
            lane.run().rest(System.nanoTime() - began);
        }
        return sizes;
    }

    /** MIGRATE of it would block source and target for long, and may end in a failover. */
    private void refuseTooLarge(SizedKey key) {
        long largest = lane.run().largestKey();
        if (key.bytes() > largest) {
            throw new Halted(
                    FailureKind.KEY_TOO_LARGE,
                    "A key of slot " + key.slot() + " is too large to be moved by MIGRATE.",
                    List.of("key " + printable(key.key()) + ": " + key.bytes() + " bytes, limit " + largest
                            + " (bigKeys.hardLimit)"),
                    "split the key, delete it with UNLINK, or let the application move it; then slotferry retry");
        }
    }

    private Sent send(int database, List<SizedKey> keys) {
        boolean progress = false;
        boolean all = true;
        int sent = 0;
        lane.sending();
        while (sent < keys.size()) {
            Flush flush = lane.sizer().next(keys.subList(sent, keys.size()));
            long began = System.nanoTime();
            List<Answer<Void>> answers = lane.source()
                    .migrate(
                            order(database, false),
                            flush.calls().stream().map(KeyDrain::names).toList());
            long took = System.nanoTime() - began;
            lane.sizer().took(flush, took);
            int across = settle(database, flush, answers);
            progress |= across > 0;
            all &= across == answers.size();
            sent += flush.keys();
            lane.run().rest(took);
        }
        return new Sent(progress, all);
    }

    /** How many of the calls went across. */
    private int settle(int database, Flush flush, List<Answer<Void>> answers) {
        int across = 0;
        carriedKeys = 0;
        carriedBytes = 0;
        try {
            for (int i = 0; i < answers.size(); i++) {
                across += settle(database, flush.calls().get(i), answers.get(i)) ? 1 : 0;
            }
            return across;
        } finally {
            lane.run().carried(lane.task(), carriedKeys, carriedBytes);
        }
    }

    private static List<byte[]> names(List<SizedKey> call) {
        return call.stream().map(SizedKey::key).toList();
    }

    private MigrateOrder order(int database, boolean replace) {
        return new MigrateOrder(lane.task().target().address(), database, replace);
    }

    /** NOKEY is no refusal: the keys expired or were deleted meanwhile. */
    private boolean settle(int database, List<SizedKey> call, Answer<Void> answer) {
        if (answer instanceof Answer.Refused<Void> refused) {
            lastRefusal = refused.reply();
            if (refused.reply().contains("BUSYKEY")) {
                call.forEach(key -> moveHeldByBoth(database, key));
                return true;
            }
            if (!isPassing(refused.reply())) {
                throw failed(call, refused.reply());
            }
            return false;
        }
        carriedKeys += call.size();
        carriedBytes += call.stream().mapToLong(SizedKey::bytes).sum();
        return true;
    }

    /** The source deletes only what the target acknowledged, so after these it is safe to list again and go on. */
    private static boolean isPassing(String reply) {
        return reply.startsWith("IOERR") || reply.contains("TRYAGAIN") || reply.contains("LOADING");
    }

    /**
     * A MIGRATE whose acknowledgement was lost leaves the key on both sides. Clients are served by the source while it has
     * the key, so its copy replaces an equal one; copies that differ are kept, and an operator is asked.
     */
    private void moveHeldByBoth(int database, SizedKey key) {
        Answer<Void> alone = lane.source()
                .migrate(order(database, false), List.of(List.of(key.key())))
                .get(0);
        if (!(alone instanceof Answer.Refused<Void> refused) || !refused.reply().contains("BUSYKEY")) {
            settle(database, List.of(key), alone);
            return;
        }
        new Copies(lane.source(), lane.target(), database, key.key())
                .difference()
                .ifPresent(difference -> {
                    throw new Halted(
                            FailureKind.KEY_ON_BOTH_SIDES,
                            "Source and target of " + lane.task().name()
                                    + " hold differing copies of a key; both are kept.",
                            List.of(
                                    "slot " + key.slot() + ", database " + database + ", key " + printable(key.key()),
                                    difference),
                            "compare the two, delete the one that is wrong on its node, then slotferry retry");
                });
        Answer<Void> replaced = lane.source()
                .migrate(order(database, true), List.of(List.of(key.key())))
                .get(0);
        settle(database, List.of(key), replaced);
    }

    Halted stuck(List<Integer> slots) {
        return new Halted(
                FailureKind.MIGRATE_FAILED,
                "The keys of " + slots.size() + " slots do not get from "
                        + lane.task().name() + ".",
                List.of("slots " + slots, "last answer: " + (lastRefusal.isEmpty() ? "none" : lastRefusal)),
                "see whether the source reaches the target at "
                        + lane.task().target().address() + ", then slotferry retry");
    }

    private Halted failed(List<SizedKey> call, String reply) {
        boolean passes = reply.startsWith("MOVED ") || PASSES.stream().anyMatch(reply::contains);
        return new Halted(
                passes ? FailureKind.SHARD_FAILED_OVER : FailureKind.MIGRATE_FAILED,
                "MIGRATE " + lane.task().name() + " of " + call.size() + " keys of slot "
                        + call.get(0).slot() + " failed.",
                List.of(reply),
                "mend what the answer names, then slotferry retry");
    }

    private static String printable(byte[] key) {
        String text = new String(key, StandardCharsets.UTF_8);
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
