package io.slotferry.sandbox.faults;

import java.util.List;

/** Kills, freezes, stops and cuts off workers, and kills Temporal. */
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
            private FaultStage.Worker victim;

            @Override
            public String strike(Strike strike) {
                List<FaultStage.Worker> workers = stage.workers();
                if (workers.isEmpty()) {
                    return "no worker is running";
                }
                victim = workers.get((int) (strike.pick() * workers.size()));
                journal.note(strike.kind().words() + ": " + victim.pid());
                switch (strike.kind()) {
                    case WORKER_KILLED -> victim.process().kill();
                    case WORKER_FROZEN -> victim.process().suspend();
                    case WORKER_CUT_OFF -> victim.wire().cut();
                    // It may take a while to give its work back, and does so while other things happen.
                    case WORKER_STOPPED -> new Thread(victim.process()::terminate, "worker-stop").start();
                    default -> throw new IllegalArgumentException(strike.kind() + " strikes no worker");
                }
                if (isSilenced(strike) && strike.lastsMillis() > SILENCE_MILLIS) {
                    another();
                }
                return "";
            }

            @Override
            public void mend(Strike strike) {
                if (isSilenced(strike)) {
                    victim.process().resume();
                    victim.wire().mend();
                    journal.note("goes on: worker " + victim.pid());
                } else {
                    another();
                }
            }
        };
    }

    private static boolean isSilenced(Strike strike) {
        return strike.kind() == FaultKind.WORKER_FROZEN || strike.kind() == FaultKind.WORKER_CUT_OFF;
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
