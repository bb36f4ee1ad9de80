package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.ChangingNode.Carried;
import io.slotferry.activities.redis.ChangingNode.MigrateOrder;
import io.slotferry.activities.redis.Node.KeyLook;
import io.slotferry.activities.redis.Node.KeysSeen;
import io.slotferry.activities.slots.CallSizer.Flush;
import io.slotferry.activities.slots.CallSizer.SizedKey;
import io.slotferry.workflows.contract.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Sends the keys of open slots of one lane to its target with MIGRATE. */
final class KeyDrain {
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
            KeyQueue keys = new KeyQueue(left, lane.sizer());
            int calls = 0;
            int across = 0;
            while (!keys.isEmpty()) {
                Flush flush = keys.next();
                calls += flush.calls().size();
                across += send(database, flush, keys);
            }
            if (keys.withKeys().isEmpty()) {
                return;
            }
            fruitless = across > 0 ? 0 : fruitless + 1;
            if (fruitless > PATIENCE) {
                throw stuck(left);
            }
            Set<Integer> again = across == calls ? keys.listedInPart() : keys.withKeys();
            left = left.stream().filter(again::contains).toList();
        }
    }

    /** Sends some keys, looks behind them at what comes next, and answers how many of the calls went across. */
    private int send(int database, Flush flush, KeyQueue keys) {
        KeyLook look = keys.look();
        long began = System.nanoTime();
        if (flush.calls().isEmpty()) {
            KeysSeen seen = lane.source().look(database, look);
            long took = System.nanoTime() - began;
            keys.seen(look, seen).forEach(this::refuseTooLarge);
            lane.run().rest(took);
            return 0;
        }
        lane.sending();
        Carried carried = lane.source()
                .migrate(
                        order(database, false),
                        flush.calls().stream().map(KeyDrain::names).toList(),
                        look);
        long took = System.nanoTime() - began;
        lane.sizer().took(flush, look.names().size(), took);
        int across = settle(database, flush, carried.answers());
        keys.seen(look, carried.next().get()).forEach(this::refuseTooLarge);
        lane.run().rest(took);
        return across;
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
        Answer<Void> alone = migrateAlone(order(database, false), key);
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
        settle(database, List.of(key), migrateAlone(order(database, true), key));
    }

    private Answer<Void> migrateAlone(MigrateOrder order, SizedKey key) {
        return lane.source()
                .migrate(order, List.of(List.of(key.key())), KeyLook.NOTHING)
                .answers()
                .get(0);
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
