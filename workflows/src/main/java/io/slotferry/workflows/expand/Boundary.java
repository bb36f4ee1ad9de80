package io.slotferry.workflows.expand;

import io.slotferry.planning.Window;
import io.slotferry.planning.Window.Night;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Between two batches, where a run may stop: while the operator has it paused, outside its window, and for the pause of its
 * pacing. Whatever is retuned meanwhile holds at once.
 */
final class Boundary {
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private final Run run;
    private final Steering steering;
    private final BooleanSupplier startsNow;

    /** A boundary of the way there. */
    Boundary(Run run, Steering steering) {
        this(run, steering, () -> false);
    }

    /**
     * A boundary.
     *
     * @param startsNow whether the window does not count
     */
    Boundary(Run run, Steering steering, BooleanSupplier startsNow) {
        this.run = run;
        this.steering = steering;
        this.startsNow = startsNow;
    }

    /**
     * Waits until what takes so long may start.
     *
     * @param likely how long it takes; zero where nobody can tell
     * @param ahead how long before the window's begin it may start
     * @return whether the window was waited for
     * @throws io.temporal.failure.ApplicationFailure of kind WINDOW_TOO_SHORT where it fits into no night
     */
    boolean pass(Duration likely, Duration ahead) {
        boolean waited = false;
        while (true) {
            if (steering.pausing()) {
                paused();
                continue;
            }
            Optional<Opening> opening = opening(likely, ahead);
            if (opening.isEmpty()) {
                return waited;
            }
            waited = true;
            await(opening.get());
        }
    }

    /** When to go on, and why not now. */
    private record Opening(Instant at, String why) {}

    private Optional<Opening> opening(Duration likely, Duration ahead) {
        Optional<Window> window = run.tuning().window().filter(hours -> !startsNow.getAsBoolean());
        return window.flatMap(hours -> opening(hours, likely, ahead));
    }

    private static Optional<Opening> opening(Window window, Duration likely, Duration ahead) {
        Instant now = Run.now();
        Night night = window.night(now);
        String why = "the window " + window + " opens";
        if (night.open(now)) {
            if (likely.compareTo(night.left(now)) <= 0) {
                return Optional.empty();
            }
            why = "what is left of this window is likely too short for a batch, which takes about " + text(likely)
                    + "; " + why;
            night = window.after(night);
        }
        if (likely.compareTo(night.length()) > 0) {
            throw tooShort(window, night, likely);
        }
        Instant at = night.opens().minus(ahead);
        String start = ahead.isZero() ? "" : "; it is prepared " + text(ahead) + " before";
        return at.isAfter(now) ? Optional.of(new Opening(at, why + start)) : Optional.empty();
    }

    private static RuntimeException tooShort(Window window, Night night, Duration likely) {
        return Failures.of(new Halt(
                FailureKind.WINDOW_TOO_SHORT,
                "No batch fits into the window " + window + ".",
                List.of(
                        "a batch took " + text(likely) + " of late",
                        "the night from " + night.opens() + " to " + night.closes() + " has " + text(night.length())),
                "slotferry retune with a longer window, or a faster mode; then slotferry retry"));
    }

    private void await(Opening opening) {
        int known = steering.retunes();
        run.awaitingWindow(opening.why(), opening.at());
        Waits.until(
                () -> steering.pausing() || steering.retunes() != known || startsNow.getAsBoolean(),
                Duration.between(Run.now(), opening.at()),
                "waits: " + opening.why() + " at " + opening.at());
    }

    private void paused() {
        run.paused(steering.pausedBy());
        Waits.until(() -> !steering.pausing());
        run.now("resumed");
    }

    /** When a batch that is ordered now does not begin any more; empty where it may at any time. */
    Optional<Instant> notAfter(Duration likely) {
        Instant now = Run.now();
        return run.tuning().window().filter(hours -> !startsNow.getAsBoolean()).map(hours -> {
            Night night = hours.night(now);
            return night.open(now) ? night.closes().minus(likely) : now;
        });
    }

    /**
     * The pause between two batches, which the operator's word ends or makes another one.
     *
     * @param length of the pause, by how the run goes now
     */
    void pause(String summary, Function<Pacing, Duration> length) {
        Instant since = Run.now();
        int known;
        do {
            known = steering.retunes();
            int before = known;
            Duration left = Duration.between(
                    Run.now(), since.plus(length.apply(run.tuning().pacing())));
            if (left.compareTo(SHORTEST_PAUSE) < 0) {
                return;
            }
            Waits.until(() -> steering.pausing() || steering.retunes() != before, left, summary);
        } while (!steering.pausing() && steering.retunes() != known);
    }

    /** {@code 2 h 3 min}, {@code 40 s}. */
    static String text(Duration time) {
        long seconds = Math.max(1, time.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        if (minutes < 60) {
            return minutes + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
        }
        return minutes / 60 + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
    }
}
