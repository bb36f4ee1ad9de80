package io.slotferry.sandbox.faults;

import io.slotferry.sandbox.faults.Timeline.Takeover;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Who carries out which strike of a run, and what clients may have lost by them. */
final class Strikes {
    private final NodeFaults nodes;
    private final ProcessFaults processes;
    private final Stranger stranger;
    private final Steering steering;
    private final Crashes crashes;

    Strikes(FaultStage stage, RunShape shape, Steering steering, Journal journal) {
        this.nodes = new NodeFaults(stage, shape, journal);
        this.processes = new ProcessFaults(stage, journal);
        this.stranger = new Stranger(stage, journal);
        this.steering = steering;
        this.crashes = new Crashes(stage::nodes, journal);
    }

    /** Servers that crashed by themselves are started again. */
    void mendCrashes() {
        crashes.mend();
    }

    Striker.Arm arm(Strike strike) {
        return switch (strike.kind().struck()) {
            case WORKER -> processes.onWorker();
            case TEMPORAL -> processes.onTemporal();
            case NODE -> nodes;
            case SLOT -> stranger;
            case RUN -> steering;
        };
    }

    /** The slots that a stranger moved, and to whom. */
    Map<Integer, String> moved() {
        return stranger.moved();
    }

    /**
     * When a shard may have lost what it had acknowledged: by what was done to it, and by every change of its master that
     * was seen besides, which an overloaded machine brings about too. A hand-over by consent loses nothing.
     */
    List<LossWindow> windows(Timeline timeline) {
        List<LossWindow> windows = new ArrayList<>(nodes.windows());
        windows.addAll(crashes.windows());
        for (Takeover takeover : timeline.takeovers()) {
            String shard = timeline.shard(takeover.address());
            boolean byConsent = nodes.handovers().stream()
                    .anyMatch(handover -> timeline.shard(handover.address()).equals(shard)
                            && takeover.atMillis() >= handover.from()
                            && takeover.atMillis() <= handover.to());
            if (!byConsent) {
                windows.add(LossWindow.ofRivals(
                        takeover.address(),
                        takeover.atMillis() - RunShape.NODE_TIMEOUT_MILLIS,
                        takeover.atMillis(),
                        "another master was elected"));
            }
        }
        return windows;
    }
}
