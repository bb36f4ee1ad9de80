package io.slotferry.workflows.expand;

import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What this run has set out to change, each recorded before the call that changes it, so that a call that failed midway is
 * undone too.
 */
final class Changes {
    private final List<Member> joined = new ArrayList<>();
    private final List<Member> removed = new ArrayList<>();
    private final Set<Integer> filled = new HashSet<>();
    private Optional<Settings> settings = Optional.empty();
    private Optional<Settings> putBack = Optional.empty();
    private boolean attached;

    void touching(Settings prior) {
        settings = Optional.of(prior);
    }

    /**
     * Takes everything over that an earlier run may have changed.
     *
     * @param newNodes that were no members before it, the newest first
     * @param filledShards to which it may have moved slots
     */
    void inherit(Settings prior, List<Member> newNodes, List<Integer> filledShards) {
        touching(prior);
        joined.addAll(newNodes);
        filled.addAll(filledShards);
    }

    /** An earlier run may have put these back when it ended. */
    void mayHavePutBack(Settings ofMembers) {
        putBack = Optional.of(ofMembers);
    }

    /** What is to be set once more before slots move; empty where this run has set it. */
    Optional<Settings> putBack() {
        return putBack;
    }

    void setAgain() {
        putBack = Optional.empty();
    }

    /** Nodes are about to join; those that were members before this run are not this run's to remove. */
    void joining(List<Member> nodes, List<NodeId> membersBefore) {
        nodes.stream()
                .filter(node -> !membersBefore.contains(node.id()) && !joined.contains(node))
                .forEach(node -> joined.add(0, node));
    }

    /** Slots are about to move to this shard: from here on nothing is undone without being asked. */
    void filling(int shard) {
        filled.add(shard);
    }

    /** No new master owns a slot any more. */
    void emptied() {
        filled.clear();
    }

    /** Every new replica follows its master. */
    void attachedAll() {
        attached = true;
    }

    boolean attached() {
        return attached;
    }

    /** Whether anything would have to be undone. */
    boolean any() {
        return settings.isPresent() || !joined.isEmpty() || slotsMayHaveMoved();
    }

    /** What has to be put back. */
    Optional<Settings> settings() {
        return settings;
    }

    void settingsRestored() {
        settings = Optional.empty();
    }

    /** What has to be removed, the newest first. */
    List<Member> joined() {
        return List.copyOf(joined);
    }

    void joinedRemoved() {
        removed.addAll(joined);
        joined.clear();
    }

    /** What was removed. */
    List<Member> removed() {
        return List.copyOf(removed);
    }

    /** Whether any batch was started: it may have moved slots, whatever became of it. */
    boolean slotsMayHaveMoved() {
        return !filled.isEmpty();
    }

    /** Whether slots may have moved to the shard at this index of the plan. */
    boolean filled(int shard) {
        return filled.contains(shard);
    }
}
