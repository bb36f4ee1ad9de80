package io.slotferry.workflows.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One batch to move: all that the activity needs, and small, since it stands in history once for every batch.
 *
 * @param number from 1; of a batch of the plan its place in it
 * @param lanes how many of the moves run side by side at most
 * @param known of the processes at the ends, from batches and attempts before
 * @param largestKey a slot with a larger one is not moved by MIGRATE; the request's {@code bigKeys.hardLimit}
 * @param terms under which it may begin
 * @param migration how its slots move
 * @param adaptive what pacing ADAPTIVE keeps to; empty in the other modes
 */
public record BatchOrder(
        ClusterAccess access,
        int number,
        int lanes,
        ExpandRequest.Pacing.Mode mode,
        List<Move> moves,
        Way way,
        Processes known,
        ByteSize largestKey,
        Terms terms,
        Migration migration,
        Optional<Adaptive> adaptive) {
    public BatchOrder {
        moves = List.copyOf(moves);
    }

    /**
     * What a batch that has not begun is held to.
     *
     * @param thresholds in the place of the request's; empty where those hold
     * @param notAfter from when on it does not begin any more; one that has begun is finished all the same
     */
    public record Terms(Optional<ExpandRequest.Thresholds> thresholds, Optional<Instant> notAfter) {
        /** Those of the request, at any time. */
        public static final Terms USUAL = new Terms(Optional.empty(), Optional.empty());

        public Terms {
            thresholds = thresholds == null ? Optional.empty() : thresholds;
            notAfter = notAfter == null ? Optional.empty() : notAfter;
        }

        /** Whether it is too late to begin. */
        public boolean over(Instant now) {
            return notAfter.filter(end -> !now.isBefore(end)).isPresent();
        }
    }

    /**
     * What pacing ADAPTIVE keeps to.
     *
     * @param latencyBudget in percent of the baselines
     * @param state from batches before
     */
    public record Adaptive(int latencyBudget, PacingState state) {}

    /** A batch of the plan that moves key by key, of whose ends nothing is known yet. */
    public BatchOrder(ClusterAccess access, int number, int lanes, ExpandRequest.Pacing.Mode mode, List<Move> moves) {
        this(
                access,
                number,
                lanes,
                mode,
                moves,
                Way.THERE,
                Processes.none(),
                BigKeyLimits.DEFAULT.hardLimit(),
                Terms.USUAL,
                Migration.KEYS,
                Optional.empty());
    }

    /** Which way slots go, and so what is foreign at a batch's gate. */
    public enum Way {
        /** The plan's batch of that number: those before it are done, those after it not begun. */
        THERE,
        /** Anything else that brings slots to an owner of the plan: the way back, or the end of slots that stood open. */
        BACK,
        /** The end of slots that stand open, of a run that ends: what somebody else did elsewhere is none of its business. */
        SETTLE
    }

    /**
     * Slots that go from one shard to another; a shard is given by its members, the master first as the plan saw it.
     */
    public record Move(List<Member> source, List<Member> target, SlotRanges slots) {
        public Move {
            source = List.copyOf(source);
            target = List.copyOf(target);
        }
    }

    /** As history holds it. */
    @JsonValue
    CompactOrder compact() {
        return CompactOrder.of(this);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static BatchOrder of(CompactOrder compact) {
        return compact.order();
    }

    /** How many slots the batch holds. */
    public int slots() {
        return moves.stream().mapToInt(move -> move.slots().size()).sum();
    }

    /** The same batch, with what is known of the processes at its ends. */
    public BatchOrder knowing(Processes processes) {
        return new BatchOrder(
                access,
                number,
                lanes,
                mode,
                moves,
                way,
                processes.among(ends()),
                largestKey,
                terms,
                migration,
                adaptive);
    }

    private Set<NodeId> ends() {
        return moves.stream()
                .flatMap(move -> Stream.concat(move.source().stream(), move.target().stream()))
                .map(Member::id)
                .collect(Collectors.toSet());
    }

    /** The same batch, paced by what was learnt before of its ends; as it is, where its mode is not ADAPTIVE. */
    public BatchOrder paced(PacingState state) {
        return adaptive.map(budget -> keeping(new Adaptive(budget.latencyBudget(), state.among(ends()))))
                .orElse(this);
    }

    /** The same batch, in a mode that keeps to this. */
    public BatchOrder keeping(Adaptive budget) {
        return new BatchOrder(
                access, number, lanes, mode, moves, way, known, largestKey, terms, migration, Optional.of(budget));
    }

    /** The same batch as one that goes this way. */
    public BatchOrder going(Way otherWay) {
        return new BatchOrder(
                access, number, lanes, mode, moves, otherWay, known, largestKey, terms, migration, adaptive);
    }

    /** Another batch, of that number, that moves these in the same way. */
    BatchOrder holding(int otherNumber, List<Move> otherMoves) {
        return new BatchOrder(
                access, otherNumber, lanes, mode, otherMoves, way, known, largestKey, terms, migration, adaptive);
    }

    /** The same batch, with another limit for keys. */
    public BatchOrder upTo(ByteSize otherLimit) {
        return new BatchOrder(access, number, lanes, mode, moves, way, known, otherLimit, terms, migration, adaptive);
    }

    /** The same batch under these terms. */
    public BatchOrder under(Terms otherTerms) {
        return new BatchOrder(
                access, number, lanes, mode, moves, way, known, largestKey, otherTerms, migration, adaptive);
    }

    /** The same batch, whose slots move in this way. */
    public BatchOrder by(Migration otherMigration) {
        return new BatchOrder(
                access, number, lanes, mode, moves, way, known, largestKey, terms, otherMigration, adaptive);
    }
}
