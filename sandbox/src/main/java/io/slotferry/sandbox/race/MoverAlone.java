package io.slotferry.sandbox.race;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.BatchMover;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalNode;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Adaptive;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.contract.FailureKind.Proceeds;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.PacingState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The mover, batch after batch as a plan would have them, without Temporal, in a process of its own that is as young as
 * redis-cli's.
 */
public final class MoverAlone implements Contender {
    private static final int LANES = 4;
    private static final int BUDGET = 10;
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(2);

    private final String name;
    private final int slotsOfBatch;
    private final Migration migration;
    private final Mode mode;

    private MoverAlone(String name, int slotsOfBatch, Migration migration, Mode mode) {
        this.mode = mode;
        this.name = name;
        this.slotsOfBatch = slotsOfBatch;
        this.migration = migration;
    }

    /** Key by key, in batches of so many slots. */
    public static MoverAlone byKeys(int slotsOfBatch) {
        return new MoverAlone("slotferry KEYS, mover alone", slotsOfBatch, Migration.KEYS, Mode.FAST);
    }

    /** Key by key in any mode, in batches of so many slots, with the pauses that a run would make between them. */
    public static MoverAlone paced(Mode mode, int slotsOfBatch) {
        return new MoverAlone("slotferry " + mode + ", mover alone", slotsOfBatch, Migration.KEYS, mode);
    }

    /** By the servers' own migration, in one batch. */
    public static MoverAlone atomic() {
        return new MoverAlone("slotferry ATOMIC, mover alone", 16_384, Migration.ATOMIC, Mode.FAST);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Duration move(Twin twin) {
        twin.join();
        Path log = twin.folder().resolve("mover.log");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // What a worker has to do with.
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                MoverAlone.class.getName(),
                migration.name(),
                mode.name(),
                String.valueOf(slotsOfBatch),
                String.valueOf(twin.slotsToMove()),
                twin.target().address(),
                twin.sources().stream().map(LocalNode::address).collect(Collectors.joining(",")));
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(log.toFile()).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(
                        "It ended with exit code " + process.exitValue() + ":\n" + said + "\n" + Twin.tail(log));
            }
            return Duration.ofNanos(Long.parseLong(said));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Arguments: migration, mode, slots of a batch, slots, target, sources; prints how many nanoseconds it took. */
    public static void main(String[] arguments) throws InterruptedException {
        // The answer alone stands there: how it goes, and a log, go to standard error.
        PrintStream answer = System.out;
        System.setOut(System.err);
        endWithParent();
        ClusterReader reader = new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty()));
        NodeAddress target = NodeAddress.parse(arguments[4]);
        List<NodeAddress> sources =
                Arrays.stream(arguments[5].split(",")).map(NodeAddress::parse).toList();
        List<NodeView> views = List.copyOf(
                reader.ask(Stream.concat(sources.stream(), Stream.of(target)).toList(), Node::view)
                        .answers()
                        .values());
        Mode mode = Mode.valueOf(arguments[1]);
        List<BatchOrder> orders =
                orders(views, Integer.parseInt(arguments[3]), Integer.parseInt(arguments[2]), mode).stream()
                        .map(order -> order.by(Migration.valueOf(arguments[0])))
                        .toList();
        BatchMover mover = new BatchMover(reader);
        PacingState pacing = PacingState.FIRST;
        long began = System.nanoTime();
        for (BatchOrder order : orders) {
            BatchOutcome outcome =
                    moved(mover, mode == Mode.ADAPTIVE ? order.keeping(new Adaptive(BUDGET, pacing)) : order);
            pacing = outcome.pacing().map(pacing::then).orElse(pacing);
            if (mode != Mode.FAST && order.number() < orders.size()) {
                Thread.sleep(
                        PAUSE.multipliedBy(pacing.pauseShare()).dividedBy(100).toMillis());
                System.out.println(outcome.progress().pacing().orElse("") + "; pause " + pacing.pauseShare() + " %");
            }
        }
        answer.println(System.nanoTime() - began);
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

    /** Nobody else waits for it, and nodes that are gone are patiently waited for: it ends once its standard input does. */
    private static void endWithParent() {
        Thread watch = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // The pipe is as good as closed.
                    }
                    Runtime.getRuntime().halt(1);
                },
                "parent");
        watch.setDaemon(true);
        watch.start();
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
