package io.slotferry.sandbox.race;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.BatchMover;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Adaptive;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.contract.FailureKind.Proceeds;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.PacingState;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/**
 * The process of {@link MoverAlone}: moves what each line of its standard input orders, and answers it with a line: how many
 * nanoseconds it took, or {@value #FAILED} and why. It ends with its standard input.
 */
final class MoverMain {
    static final String FAILED = "failed";

    private static final int LANES = 4;
    private static final int BUDGET = 10;
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(2);

    private final ClusterReader reader = new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty()));

    private MoverMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        // The answers alone stand there: how it goes, and a log, go to standard error.
        PrintStream answers = System.out;
        System.setOut(System.err);
        BlockingQueue<String> orders = lines();
        MoverMain mover = new MoverMain();
        while (true) {
            String order = orders.take();
            answers.println(mover.answer(order));
        }
    }

    /** Nobody else waits for it, and nodes that are gone are patiently waited for: it ends once its standard input does. */
    private static BlockingQueue<String> lines() {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reading = new Thread(
                () -> {
                    try {
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                                .lines()
                                .forEach(lines::add);
                    } catch (RuntimeException e) {
                        // The pipe is as good as closed.
                    }
                    Runtime.getRuntime().halt(0);
                },
                "parent");
        reading.setDaemon(true);
        reading.start();
        return lines;
    }

    private String answer(String line) throws InterruptedException {
        try {
            return String.valueOf(moved(MoverOrder.parse(line)).toNanos());
        } catch (RuntimeException e) {
            e.printStackTrace();
            return FAILED + " " + String.valueOf(e).replace('\n', ' ');
        }
    }

    private Duration moved(MoverOrder order) throws InterruptedException {
        List<NodeView> views = List.copyOf(reader.ask(
                        Stream.concat(order.sources().stream(), Stream.of(order.target()))
                                .toList(),
                        Node::view)
                .answers()
                .values());
        List<BatchOrder> orders = orders(views, order.slots(), order.slotsOfBatch(), order.mode()).stream()
                .map(batch -> batch.by(order.migration()))
                .toList();
        BatchMover mover = new BatchMover(reader);
        PacingState pacing = PacingState.FIRST;
        long began = System.nanoTime();
        for (BatchOrder batch : orders) {
            BatchOutcome outcome =
                    moved(mover, order.mode() == Mode.ADAPTIVE ? batch.keeping(new Adaptive(BUDGET, pacing)) : batch);
            pacing = outcome.pacing().map(pacing::then).orElse(pacing);
            if (order.mode() != Mode.FAST && batch.number() < orders.size()) {
                Thread.sleep(
                        PAUSE.multipliedBy(pacing.pauseShare()).dividedBy(100).toMillis());
                System.out.println(outcome.progress().pacing().orElse("") + "; pause " + pacing.pauseShare() + " %");
            }
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** A batch that fails by what may pass by itself is begun again, as a run does it. */
    private static BatchOutcome moved(BatchMover mover, BatchOrder order) throws InterruptedException {
        Instant since = Instant.now();
        for (int attempt = 1; ; attempt++) {
            try {
                BatchOutcome outcome = mover.move(order, new Unwatched(order.number(), attempt));
                if (!outcome.complete()) {
                    throw new IllegalStateException("Batch " + order.number() + " ended early: " + outcome);
                }
                return outcome;
            } catch (Halted e) {
                failUnlessRetried(e.halt(), since, e);
            } catch (NodeFailure e) {
                failUnlessRetried(e.halt(), since, e);
            }
            Thread.sleep(BETWEEN_ATTEMPTS.toMillis());
        }
    }

    private static void failUnlessRetried(Halt halt, Instant since, RuntimeException cause) {
        System.out.println(halt.text());
        boolean patient = Instant.now().isBefore(since.plus(halt.kind().patience()));
        if (halt.kind().proceeds() != Proceeds.RETRY || !patient) {
            throw cause;
        }
    }

    /** From each source the first of its slots, in batches of about so many; the target's view stands last. */
    private static List<BatchOrder> orders(List<NodeView> views, int slots, int slotsOfBatch, Mode mode) {
        List<NodeView> sources = views.subList(0, views.size() - 1);
        Member target = member(views.get(views.size() - 1));
        ClusterAccess access = new ClusterAccess(List.of(target.address()), Optional.empty());
        int batches = (slots + slotsOfBatch - 1) / slotsOfBatch;
        List<BatchOrder> orders = new ArrayList<>();
        for (int batch = 0; batch < batches; batch++) {
            List<Move> moves = new ArrayList<>();
            for (int i = 0; i < sources.size(); i++) {
                int share = slots * (i + 1) / sources.size() - slots * i / sources.size();
                SlotRanges owned = sources.get(i).self().slots();
                int[] part = Arrays.copyOfRange(
                        owned.stream().toArray(), share * batch / batches, share * (batch + 1) / batches);
                if (part.length > 0) {
                    moves.add(new Move(
                            List.of(member(sources.get(i))), List.of(target), SlotRanges.ofSlots(Arrays.stream(part))));
                }
            }
            orders.add(new BatchOrder(access, batch + 1, LANES, mode, moves));
        }
        return orders;
    }

    private static Member member(NodeView view) {
        return new Member(view.viewer(), view.self().address());
    }
}
