package io.slotferry.workflows.contract;

import io.slotferry.planning.Window;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a request may be changed while its run is under way. The plan and its batches stay as they are.
 *
 * @param lanes the most source→target pairs that move side by side
 * @param window empty where batches may start at any time
 */
public record Tuning(Pacing pacing, int lanes, Thresholds thresholds, Optional<Window> window) {
    public Tuning {
        window = window == null ? Optional.empty() : window;
    }

    /** What is otherwise than before, for a person: {@code pause PT10S -> PT30S}. */
    public List<String> since(Tuning before) {
        List<String> changes = new ArrayList<>();
        change(changes, "mode", before.pacing().mode(), pacing.mode());
        change(changes, "pause", before.pacing().pause(), pacing.pause());
        change(changes, "latencyBudget", before.pacing().latencyBudget(), pacing.latencyBudget());
        change(changes, "lanes", before.lanes(), lanes);
        change(changes, "thresholds", before.thresholds().text(), thresholds.text());
        change(changes, "window", before.windowText(), windowText());
        return changes;
    }

    private String windowText() {
        return window.map(Window::toString).orElse("none");
    }

    private static void change(List<String> changes, String what, Object before, Object now) {
        if (!before.equals(now)) {
            changes.add(what + " " + before + " -> " + now);
        }
    }

    /** For a person. */
    public String text() {
        boolean adaptive = pacing.mode() == Pacing.Mode.ADAPTIVE;
        return pacing.mode()
                + (adaptive ? ", latency budget " + pacing.latencyBudget() + " %" : "")
                + (pacing.pause().equals(Duration.ZERO)
                        ? ", no pause"
                        : ", pause " + (adaptive ? "at most " : "") + pacing.pause())
                + ", " + lanes + (lanes == 1 ? " lane" : " lanes")
                + window.map(hours -> ", window " + hours).orElse("");
    }
}
