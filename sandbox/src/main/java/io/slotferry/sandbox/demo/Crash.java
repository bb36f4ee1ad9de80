package io.slotferry.sandbox.demo;

import io.slotferry.sandbox.BatchHistory;
import io.slotferry.sandbox.BatchHistory.Movement;
import io.slotferry.sandbox.MidBatch;
import io.slotferry.sandbox.TemporalLink;
import io.slotferry.servers.LocalNode;
import java.util.Map;
import java.util.Optional;

/** Kills the worker while a batch is in hand, starts another, and tells where that one went on. */
final class Crash {
    private static final int AFTER_BATCHES = 10;

    private final Stage stage;
    private final LocalNode newMaster;
    private final Narrator narrator;
    private final Thread thread = new Thread(this::run, "crash");
    private volatile boolean over;
    private volatile Optional<Scene> scene = Optional.empty();
    private volatile RuntimeException failure;

    /**
     * What happened.
     *
     * @param batch in hand when the worker was killed
     * @param slotsThen slots of the new master at that time
     * @param seconds from the new worker's start until the new master had one slot more; negative if never
     */
    private record Scene(int batch, int slotsThen, double seconds) {}

    private Crash(Stage stage, LocalNode newMaster, Narrator narrator) {
        this.stage = stage;
        this.newMaster = newMaster;
        this.narrator = narrator;
    }

    /** Waits for its moment from now on. */
    static Crash prepare(Stage stage, LocalNode newMaster, Narrator narrator) {
        Crash crash = new Crash(stage, newMaster, narrator);
        crash.thread.setDaemon(true);
        crash.thread.start();
        return crash;
    }

    private void run() {
        try (TemporalLink link = TemporalLink.to(stage.temporal())) {
            Optional<MidBatch> moment = MidBatch.await(link, Demo.WORKFLOW_ID, newMaster, AFTER_BATCHES, () -> over);
            if (moment.isEmpty()) {
                return;
            }
            stage.worker().kill();
            // What it had sent by then may still arrive.
            int then = MidBatch.slots(newMaster);
            int batch = moment.get().batch();
            narrator.say("");
            narrator.say(">>> SIGKILL to worker " + stage.worker().pid() + " inside batch " + batch
                    + "; the new master has " + then + " slots.");
            stage.startWorker();
            long restarted = System.nanoTime();
            narrator.say(">>> Worker " + stage.worker().pid() + " started. Temporal gives it the batch once the dead"
                    + " one's heartbeat is overdue.");
            boolean moved = MidBatch.awaitMovement(newMaster, then, () -> over);
            double seconds = moved ? (System.nanoTime() - restarted) / 1e9 : -1;
            narrator.say(
                    moved
                            ? String.format(">>> Slots move again, %.1f s after it began to poll.", seconds)
                            : ">>> No slot moved any more.");
            narrator.say("");
            scene = Optional.of(new Scene(batch, then, seconds));
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** The expansion has ended. */
    void end() {
        over = true;
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells what history says of it; answers whether it went as it must. */
    boolean explain(BatchHistory history) {
        if (scene.isEmpty()) {
            narrator.step(
                    "Crash",
                    failure == null
                            ? "there was none: the run ended before its eleventh batch. Next: more slots to move, or "
                                    + "smaller batches"
                            : "there was none: " + failure);
            return false;
        }
        Scene then = scene.get();
        Optional<Movement> resumed = history.movements().stream()
                .filter(movement -> movement.number() == then.batch() && movement.complete())
                .findFirst();
        narrator.step(
                "Crash",
                resumed.map(movement -> "batch " + then.batch() + " was done in " + movement.attempts()
                                + " attempts; the last found "
                                + movement.outcome().orElseThrow().resumed() + " of its slots moved or open")
                        .orElse("batch " + then.batch() + " was never completed"));
        narrator.event(
                "crash",
                Map.of(
                        "batch",
                        then.batch(),
                        "slotsThen",
                        then.slotsThen(),
                        "secondsUntilMoving",
                        then.seconds(),
                        "attempts",
                        resumed.map(Movement::attempts).orElse(0)));
        return resumed.isPresent() && then.seconds() >= 0;
    }
}
