package io.slotferry.activities.preflight;

import io.slotferry.activities.preflight.ParityRules.Grade;
import io.slotferry.activities.redis.Answer;
import io.slotferry.planning.NodeAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** That a new node is configured as the old ones are, by all of CONFIG GET and {@link ParityRules}. */
final class ConfigParity {
    private static final int MOST_SHOWN = 40;

    private final Answers answers;
    /** For each parameter, the old nodes that have each value. */
    private final Map<String, Map<String, List<NodeAddress>>> old = new TreeMap<>();

    ConfigParity(Answers answers) {
        this.answers = answers;
    }

    void check(Readings readings) {
        readings.members().forEach((address, reading) -> {
            if (reading.config() instanceof Answer.Done<Map<String, String>> done) {
                done.value().forEach((name, value) -> old.computeIfAbsent(name, n -> new LinkedHashMap<>())
                        .computeIfAbsent(value, v -> new ArrayList<>())
                        .add(address));
            }
        });
        if (old.isEmpty()) {
            answers.notApplicable(
                    CheckName.CONFIG_PARITY,
                    Optional.empty(),
                    "no node of the cluster could be asked for its configuration"
                            + readings.members().values().stream()
                                    .map(NodeReading::config)
                                    .filter(Answer.Refused.class::isInstance)
                                    .map(answer -> ": " + ((Answer.Refused<?>) answer).reply())
                                    .findFirst()
                                    .orElse(""));
            return;
        }
        membersAmongThemselves();
        readings.added().forEach(this::check);
        answers.passUnlessSaid(CheckName.CONFIG_PARITY, "no new node that it concerns");
    }

    /** No reason not to expand, but one to know which of two values is meant. */
    private void membersAmongThemselves() {
        Set<String> compared = ParityRules.compared(old.keySet());
        List<String> differing = old.entrySet().stream()
                .filter(entry -> compared.contains(entry.getKey())
                        && entry.getValue().size() > 1
                        && ParityRules.of(entry.getKey()).grade() == Grade.FAILS)
                .map(entry -> entry.getKey() + " ("
                        + (ParityRules.secret(entry.getKey())
                                ? "differs"
                                : mostCommonFirst(entry.getKey()).stream()
                                        .limit(3)
                                        .map(value -> shown(value) + " on "
                                                + entry.getValue().get(value).get(0))
                                        .collect(Collectors.joining(", ")))
                        + ")")
                .toList();
        if (!differing.isEmpty()) {
            answers.warn(
                    CheckName.CONFIG_PARITY,
                    Optional.empty(),
                    "the cluster's own nodes differ in " + String.join(", ", differing),
                    "make up your mind which is meant, and CONFIG SET it on the others; a new node passes with either");
        }
    }

    private List<String> mostCommonFirst(String name) {
        return old.get(name).entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, List<NodeAddress>> value) ->
                        -value.getValue().size()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void check(NodeAddress address, NodeReading reading) {
        Optional<NodeAddress> subject = Optional.of(address);
        if (reading.config() instanceof Answer.Refused<Map<String, String>> refused) {
            answers.notApplicable(CheckName.CONFIG_PARITY, subject, refused.reply());
            return;
        }
        if (!reading.info().clusterEnabled()) {
            answers.notApplicable(CheckName.CONFIG_PARITY, subject, "it is not in cluster mode: new-node-cluster-mode");
            return;
        }
        Map<String, String> here = ((Answer.Done<Map<String, String>>) reading.config()).value();
        Map<Grade, List<String>> differing = differing(here);
        List<String> failing = differing.getOrDefault(Grade.FAILS, List.of());
        List<String> warning = differing.getOrDefault(Grade.WARNS, List.of());
        if (!failing.isEmpty()) {
            answers.fail(CheckName.CONFIG_PARITY, subject, evidence(address, failing, here), remedy(address, failing));
        }
        if (!warning.isEmpty()) {
            answers.warn(CheckName.CONFIG_PARITY, subject, evidence(address, warning, here), remedy(address, warning));
        }
        if (failing.isEmpty() && warning.isEmpty()) {
            answers.pass(CheckName.CONFIG_PARITY, subject, "its configuration is theirs, in all that CONFIG GET shows");
        }
    }

    private Map<Grade, List<String>> differing(Map<String, String> here) {
        // What only one of two versions has cannot be compared: new-node-same-server speaks of that.
        return ParityRules.compared(here.keySet()).stream()
                .filter(name -> old.containsKey(name) && !old.get(name).containsKey(here.get(name)))
                .collect(Collectors.groupingBy(name -> ParityRules.of(name).grade()));
    }

    private String evidence(NodeAddress address, List<String> names, Map<String, String> here) {
        return names.stream()
                .map(name -> ParityRules.secret(name)
                        ? name + " differs"
                        : name + " is " + shown(here.get(name)) + " on " + address + " and "
                                + shown(mostCommonFirst(name).get(0)) + " in the cluster")
                .collect(Collectors.joining("; "));
    }

    private String remedy(NodeAddress address, List<String> names) {
        return names.stream()
                        .map(name -> "CONFIG SET " + name + " "
                                + (ParityRules.secret(name)
                                        ? "(as on the others)"
                                        : shown(old.get(name)
                                                .keySet()
                                                .iterator()
                                                .next())))
                        .collect(Collectors.joining(", "))
                + " on " + address + ", then CONFIG REWRITE; what cannot be set while it runs goes into its"
                + " configuration file, with a restart";
    }

    private static String shown(String value) {
        if (value.isEmpty()) {
            return "\"\"";
        }
        return value.length() <= MOST_SHOWN ? value : value.substring(0, MOST_SHOWN) + "…";
    }
}
