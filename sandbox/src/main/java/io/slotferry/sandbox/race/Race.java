package io.slotferry.sandbox.race;

import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.ServerBinary;
import io.slotferry.starter.Screen;
import io.slotferry.starter.Voice;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A race from its beginning to its end, in order. */
final class Race {
    private static final int MASTERS = 3;
    private static final int BATCH_SLOTS = 100;
    private static final Duration WARMING_UP = Duration.ofSeconds(2);
    private static final Duration QUIET = Duration.ofSeconds(3);
    private static final Duration BETWEEN_DRAWINGS = Duration.ofMillis(250);
    private static final double BETWEEN_LINES_SECONDS = 3;

    private final ServerBinary server;
    private final Moved what;
    private final int rate;
    private final Mode pacing;
    private final Voice voice;
    private final Optional<Screen> screen;
    private volatile boolean interrupted;

    /**
     * What is moved.
     *
     * @param keys in each cluster
     * @param slots of them all that go to the new master
     */
    record Moved(long keys, int slots) {}

    /**
     * A race.
     *
     * @param rate writes a second, to each cluster
     */
    Race(ServerBinary server, Moved what, int rate, Mode pacing, Voice voice) {
        this.server = server;
        this.what = what;
        this.rate = rate;
        this.pacing = pacing;
        this.voice = voice;
        this.screen = Screen.of(voice);
    }

    /** What was raced on, in a line. */
    String title() {
        return String.join(", ", titles());
    }

    /** The same in lines of 80 columns. */
    private List<String> titles() {
        return List.of(
                String.format(Locale.ROOT, "%s, 3 masters, %,d keys of about 100 bytes", server, what.keys()),
                String.format(Locale.ROOT, "%,d slots to a 4th, %,d writes/s", what.slots(), rate));
    }

    /** The command-line client's outcome, then slotferry's. */
    List<Outcome> run(boolean oneAfterTheOther) {
        String cli = server.cli().orElseThrow().getFileName().toString();
        voice.say("slotferry race: " + cli + " and slotferry in " + pacing + " on clusters that are alike");
        voice.say("");
        titles().forEach(line -> voice.say("  " + line));
        voice.say("");
        // From Ctrl-C on everything is being taken away: what fails by that is no news.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupted = true, "race-exit"));
        List<Outcome> outcomes = new ArrayList<>();
        if (oneAfterTheOther) {
            try (Lane first = lane(cli, RedisCli.asItComes(server))) {
                outcomes.addAll(race(List.of(first)));
            }
            try (Lane second = lane("slotferry", MoverAlone.paced(pacing, BATCH_SLOTS))) {
                outcomes.addAll(race(List.of(second)));
            }
        } else {
            try (Lane first = lane(cli, RedisCli.asItComes(server));
                    Lane second = lane("slotferry", MoverAlone.paced(pacing, BATCH_SLOTS))) {
                outcomes.addAll(race(List.of(first, second)));
            }
        }
        tell(outcomes, oneAfterTheOther);
        return outcomes;
    }

    private Lane lane(String name, Contender contender) {
        long began = System.nanoTime();
        Lane lane =
                Lane.on(Twin.start(server, MASTERS, 0, Dataset.of(what.keys()), what.slots()), name, contender, rate);
        voice.say(String.format(
                Locale.ROOT,
                "  A cluster for %s, filled, clients at work  (%.1f s)",
                name,
                (System.nanoTime() - began) / 1e9));
        return lane;
    }

    private List<Outcome> race(List<Lane> lanes) {
        voice.say("  " + WARMING_UP.plus(QUIET).toSeconds() + " s in which nothing moves");
        lanes.forEach(Lane::join);
        sleep(WARMING_UP);
        lanes.forEach(Lane::beginQuiet);
        sleep(QUIET);
        lanes.forEach(Lane::endQuiet);
        voice.say("");
        long began = System.nanoTime();
        lanes.forEach(lane -> lane.start(began));
        follow(lanes, began);
        voice.say("");
        voice.say("Reading every key back ...");
        List<Outcome> outcomes = lanes.stream().map(Lane::end).toList();
        awaitEndIfInterrupted();
        return outcomes;
    }

    private void follow(List<Lane> lanes, long began) {
        double said = 0;
        while (!lanes.stream().allMatch(Lane::done)) {
            sleep(BETWEEN_DRAWINGS);
            awaitEndIfInterrupted();
            double seconds = (System.nanoTime() - began) / 1e9;
            if (screen.isPresent()) {
                draw(lanes, seconds);
            } else if (seconds - said >= BETWEEN_LINES_SECONDS) {
                said = seconds;
                RaceText.lines(seconds, standings(lanes)).forEach(voice::say);
            }
        }
        // Whoever was last looks once more.
        sleep(BETWEEN_DRAWINGS.multipliedBy(2));
        double seconds = (System.nanoTime() - began) / 1e9;
        if (screen.isPresent()) {
            draw(lanes, seconds);
        } else {
            RaceText.lines(seconds, standings(lanes)).forEach(voice::say);
        }
    }

    private void draw(List<Lane> lanes, double seconds) {
        screen.ifPresent(display -> display.draw(RaceText.display(seconds, standings(lanes), display.width())));
    }

    private static List<Standing> standings(List<Lane> lanes) {
        return lanes.stream().map(Lane::standing).toList();
    }

    private void awaitEndIfInterrupted() {
        while (interrupted) {
            LockSupport.parkNanos(BETWEEN_DRAWINGS.toNanos());
        }
    }

    private void tell(List<Outcome> outcomes, boolean oneAfterTheOther) {
        voice.say("");
        RaceText.speeds(outcomes).forEach(voice::say);
        voice.say("");
        RaceText.clients(outcomes).forEach(voice::say);
        voice.say("");
        TextPlot.lines(outcomes).forEach(voice::say);
        voice.say("");
        outcomes.forEach(outcome -> outcome.problem()
                .ifPresent(problem -> voice.say("NOT as it should be, " + outcome.name() + ": " + problem)));
        boolean well = outcomes.stream().allMatch(outcome -> outcome.problem().isEmpty());
        if (well) {
            voice.say("Every key is where it belongs, on both clusters.");
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("server", server.toString());
        fields.put("keys", what.keys());
        fields.put("rate", rate);
        fields.put("pacing", pacing);
        fields.put("oneAfterTheOther", oneAfterTheOther);
        fields.put("processors", Runtime.getRuntime().availableProcessors());
        fields.put("well", well);
        fields.put("contenders", outcomes);
        voice.event("race", fields);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The race was interrupted", e);
        }
    }
}
