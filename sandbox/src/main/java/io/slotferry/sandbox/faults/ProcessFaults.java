package io.slotferry.sandbox.faults;

import io.slotferry.sandbox.WorkerProcess;
import java.util.List;

/** Kills, freezes and stops workers, and kills Temporal. */
final class ProcessFaults {
    /** A worker that is frozen for longer than its heartbeat may be silent is worth another one beside it. */
    private static final long SILENCE_MILLIS = 8_000;

    private final FaultStage stage;
    private final Journal journal;

    ProcessFaults(FaultStage stage, Journal journal) {
        this.stage = stage;
        this.journal = journal;
    }

    /** For what befalls workers. */
    Striker.Arm onWorker() {
        return new Striker.Arm() {
            private WorkerProcess victim;

            @Override
            public String strike(Strike strike) {
                List<WorkerProcess> workers = stage.workers();
                if (workers.isEmpty()) {
                    return "no worker is running";
                }
                victim = workers.get((int) (strike.pick() * workers.size()));
                journal.note(strike.kind().words() + ": " + victim.pid());
                switch (strike.kind()) {
                    case WORKER_KILLED -> victim.kill();
                    case WORKER_FROZEN -> victim.suspend();
                    // It may take a while to give its work back, and does so while other things happen.
                    case WORKER_STOPPED -> new Thread(victim::terminate, "worker-stop").start();
                    default -> throw new IllegalArgumentException(strike.kind() + " strikes no worker");
                }
                if (strike.kind() == FaultKind.WORKER_FROZEN && strike.lastsMillis() > SILENCE_MILLIS) {
                    another();
                }
                return "";
            }

            @Override
            public void mend(Strike strike) {
                if (strike.kind() == FaultKind.WORKER_FROZEN) {
                    victim.resume();
                    journal.note("goes on: worker " + victim.pid());
                } else {
                    another();
                }
            }
        };
    }

    private void another() {
        journal.note("started: worker " + stage.startWorker().pid());
    }

    /** For what befalls Temporal. */
    Striker.Arm onTemporal() {
        return new Striker.Arm() {
            @Override
            public String strike(Strike strike) {
                journal.note(strike.kind().words());
                stage.temporal().kill();
                return "";
            }

            @Override
            public void mend(Strike strike) {
                stage.temporal().start();
                journal.note("back: Temporal");
            }
        };
    }
}
