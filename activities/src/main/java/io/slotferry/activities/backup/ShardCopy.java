package io.slotferry.activities.backup;

import io.slotferry.planning.Member;
import io.slotferry.planning.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A shard that is to be backed up: the nodes that may still be asked, its replicas first, and what came of those that were. */
final class ShardCopy {
    /** There is no other one to ask. */
    private static final int TRIES_OF_THE_MASTER = 2;

    private final Shard shard;
    private final List<Member> replicas;
    private final List<String> failures = new ArrayList<>();
    private int triesOfMaster = TRIES_OF_THE_MASTER;

    /**
     * A shard of which nobody was asked yet.
     *
     * @param inSync those of its replicas that are in sync with its master
     */
    ShardCopy(Shard shard, List<Member> inSync) {
        this.shard = shard;
        this.replicas = new ArrayList<>(inSync);
    }

    Shard shard() {
        return shard;
    }

    /** Such as {@code 10.0.0.1-7000-ab12cd34.rdb}: the master's address is for people, its ID tells files apart. */
    String file() {
        Member master = shard.master();
        String host = master.address().host().replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^\\.", "_");
        return host + "-" + master.address().port() + "-" + master.id().brief() + ".rdb";
    }

    /** The next node to ask whose host is free; the master only when no replica is left. Empty where all hosts are busy. */
    Optional<Member> source(Predicate<Member> free) {
        return replicas.isEmpty()
                ? Optional.of(shard.master()).filter(free)
                : replicas.stream().filter(free).findFirst();
    }

    /** That node's stream was of no use. */
    void failed(Member source, String why) {
        failures.add(source.address() + ": " + why);
        if (!replicas.remove(source)) {
            triesOfMaster--;
        }
    }

    /** Whether nobody is left to ask. */
    boolean exhausted() {
        return replicas.isEmpty() && triesOfMaster == 0;
    }

    List<String> failures() {
        return List.copyOf(failures);
    }
}
