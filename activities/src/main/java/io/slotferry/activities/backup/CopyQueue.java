package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.planning.Member;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Gives shards out to be copied, never two on one host at once: each copy is a fork. Safe for use by several threads. */
final class CopyQueue {
    private final List<ShardCopy> waiting;
    private final Set<String> busyHosts = new HashSet<>();
    private int running;
    private Optional<RuntimeException> failure = Optional.empty();

    CopyQueue(Collection<ShardCopy> shards) {
        this.waiting = new ArrayList<>(shards);
    }

    /** A shard to copy now, from this node. */
    record Turn(ShardCopy copy, Member source) {
        private String host() {
            return source.address().host();
        }
    }

    /** Waits for a turn; empty where nothing is left, or the whole has failed. */
    synchronized Optional<Turn> next() throws InterruptedException {
        while (failure.isEmpty() && (!waiting.isEmpty() || running > 0)) {
            Optional<Turn> turn = free();
            if (turn.isPresent()) {
                waiting.remove(turn.get().copy());
                busyHosts.add(turn.get().host());
                running++;
                return turn;
            }
            wait();
        }
        return Optional.empty();
    }

    private Optional<Turn> free() {
        for (ShardCopy copy : waiting) {
            Optional<Member> source =
                    copy.source(node -> !busyHosts.contains(node.address().host()));
            if (source.isPresent()) {
                return Optional.of(new Turn(copy, source.get()));
            }
        }
        return Optional.empty();
    }

    /** That copy is there. */
    synchronized void done(Turn turn) {
        over(turn);
    }

    /** That copy was of no use: another node of the shard is asked, while there is one. */
    synchronized void again(Turn turn, String why) {
        turn.copy().failed(turn.source(), why);
        if (turn.copy().exhausted()) {
            fail(new Halted(
                    FailureKind.BACKUP_FAILED,
                    "The shard of " + turn.copy().shard().master() + " could not be backed up; nothing was touched.",
                    turn.copy().failures(),
                    "see the logs of these nodes and the network between them and the worker, then start again"));
        } else {
            waiting.add(turn.copy());
        }
        over(turn);
    }

    private void over(Turn turn) {
        busyHosts.remove(turn.host());
        running--;
        notifyAll();
    }

    /** The whole has failed: no more turns are given, and those in hand end soon. */
    synchronized void fail(RuntimeException why) {
        if (failure.isEmpty()) {
            failure = Optional.of(why);
        }
        notifyAll();
    }

    synchronized boolean failed() {
        return failure.isPresent();
    }

    /** Throws what the whole failed by. */
    synchronized void rethrow() {
        failure.ifPresent(why -> {
            throw why;
        });
    }
}
