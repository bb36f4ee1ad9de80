package io.slotferry.starter;

import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.RunState;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Watches a run until something is the case, and shows it: in place on a terminal, a line for every change in a log, an
 * event for every change with {@code --json}. Survives absences of worker and server, and says so.
 */
final class Follower {
    private static final long BETWEEN_LOOKS_MILLIS = 1_000;

    private final Connection temporal;
    private final Runs runs;
    private final Voice voice;
    private final Optional<Screen> screen;
    private final StatusText text;
    private final Rate rate = new Rate();
    private String said = "";
    private boolean away;

    Follower(Connection temporal, Voice voice, Surroundings surroundings) {
        this.temporal = temporal;
        this.runs = new Runs(temporal);
        this.voice = voice;
        this.screen = Screen.of(voice, surroundings);
        this.text = new StatusText(
                surroundings.terminal().width(), Style.of(surroundings.colour()), ZoneId.systemDefault());
    }

    /** Looks until the run is closed, is halted, or shows what is waited for; answers that look. */
    Look until(Run run, Predicate<ExpandStatus> reached) {
        while (true) {
            Optional<Look> seen = look(run);
            if (seen.isPresent()) {
                Look look = seen.get();
                rate.add(look.at(), look.keysMoved());
                boolean done = look.closed()
                        || look.status()
                                .filter(status -> halted(status) || reached.test(status))
                                .isPresent();
                if (done) {
                    screen.ifPresent(Screen::clear);
                    changed(look);
                    return look;
                }
                show(look);
            }
            pause();
        }
    }

    static boolean halted(ExpandStatus status) {
        return status.state() == RunState.HALTED;
    }

    private Optional<Look> look(Run run) {
        try {
            Look look = runs.look(run);
            away = false;
            return Optional.of(look);
        } catch (StatusRuntimeException e) {
            String line = "Temporal at " + temporal.address() + " does not answer ("
                    + e.getStatus().getCode() + "); trying again. What the worker has in hand goes on meanwhile.";
            // Once, whatever status each further try ends with.
            if (!away) {
                screen.ifPresent(Screen::clear);
                voice.say(line);
                voice.event("notice", Map.of("message", line));
                said = line;
                away = true;
            }
            return Optional.empty();
        }
    }

    private void show(Look look) {
        if (screen.isPresent()) {
            screen.get().draw(text.display(look, rate.keysPerSecond(), temporal.page(look.run())));
        } else {
            changed(look);
        }
    }

    private void changed(Look look) {
        String event = text.event(look);
        if (event.equals(said)) {
            return;
        }
        said = event;
        String line = text.line(look);
        if (screen.isEmpty() && !voice.quiet()) {
            voice.say(Words.clock(Instant.now(), ZoneId.systemDefault()) + "  " + line);
        }
        look.status().ifPresent(status -> voice.event("status", Events.status(look, status)));
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.INTERRUPTED, "interrupted; the run goes on", "slotferry watch");
        }
    }
}
