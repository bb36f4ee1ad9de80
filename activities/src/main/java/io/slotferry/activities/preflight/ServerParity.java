package io.slotferry.activities.preflight;

import io.slotferry.activities.redis.Answer;
import io.slotferry.planning.NodeAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** That a new node has what the old ones have beside their configuration: users, modules, functions, a like machine. */
final class ServerParity {
    private final Answers answers;
    private final Readings readings;

    ServerParity(Answers answers, Readings readings) {
        this.answers = answers;
        this.readings = readings;
    }

    /**
     * One kind of thing that nodes have by name.
     *
     * @param what it is called, such as {@code user}
     */
    private record Kind(
            CheckName check, String what, Function<NodeReading, Answer<Map<String, String>>> of, String remedy) {}

    void check() {
        compare(
                new Kind(
                        CheckName.ACL_PARITY,
                        "ACL user",
                        NodeReading::aclUsers,
                        "ACL LIST on a node of the cluster shows the rules; give them to the new node by ACL SETUSER and"
                                + " ACL SAVE, or with the same ACL file"),
                address -> true);
        compare(
                new Kind(
                        CheckName.MODULE_PARITY,
                        "module",
                        NodeReading::modules,
                        "load the same modules in the same versions (loadmodule in its configuration file)"),
                address -> true);
        // A replica has its master's functions from the synchronisation.
        compare(
                new Kind(
                        CheckName.FUNCTION_PARITY,
                        "function library",
                        NodeReading::functions,
                        "slots move without functions, and a new master that has none gets those that all nodes of the"
                                + " cluster have alike: FUNCTION FLUSH on the new one and make the cluster's alike, or"
                                + " FUNCTION DUMP on a node of the cluster and FUNCTION RESTORE on the new one"),
                readings::isNewMaster);
        hardware();
    }

    private void compare(Kind kind, Function<NodeAddress, Boolean> concerned) {
        Map<String, String> there = common(kind);
        if (readings.members().values().stream().map(kind.of()).noneMatch(Answer.Done.class::isInstance)) {
            answers.notApplicable(
                    kind.check(),
                    Optional.empty(),
                    "no node of the cluster could be asked"
                            + readings.members().values().stream()
                                    .map(kind.of())
                                    .findFirst()
                                    .map(answer -> ": " + ((Answer.Refused<?>) answer).reply())
                                    .orElse(""));
            return;
        }
        readings.added().forEach((address, reading) -> {
            if (concerned.apply(address)) {
                compare(kind, address, kind.of().apply(reading), there);
            }
        });
        answers.passUnlessSaid(kind.check(), "no new node that it concerns");
    }

    /** What most of the old nodes have. */
    private Map<String, String> common(Kind kind) {
        Map<String, Map<String, Integer>> counts = new TreeMap<>();
        int asked = 0;
        for (NodeReading reading : readings.members().values()) {
            if (kind.of().apply(reading) instanceof Answer.Done<Map<String, String>> done) {
                asked++;
                done.value().forEach((name, value) -> counts.computeIfAbsent(name, n -> new HashMap<>())
                        .merge(value, 1, Integer::sum));
            }
        }
        Map<String, String> common = new TreeMap<>();
        int half = asked / 2;
        counts.forEach((name, values) -> {
            if (values.values().stream().mapToInt(Integer::intValue).sum() > half) {
                common.put(
                        name,
                        values.entrySet().stream()
                                .max(Map.Entry.comparingByValue())
                                .orElseThrow()
                                .getKey());
            }
        });
        return common;
    }

    /** Whether all old nodes answered, and have the same. */
    private boolean alike(Kind kind) {
        List<Answer<Map<String, String>>> all =
                readings.members().values().stream().map(kind.of()).distinct().toList();
        return all.size() == 1 && all.get(0) instanceof Answer.Done;
    }

    private void compare(
            Kind kind, NodeAddress address, Answer<Map<String, String>> answer, Map<String, String> there) {
        Optional<NodeAddress> subject = Optional.of(address);
        if (answer instanceof Answer.Refused<Map<String, String>> refused) {
            answers.notApplicable(kind.check(), subject, refused.reply());
            return;
        }
        Map<String, String> here = ((Answer.Done<Map<String, String>>) answer).value();
        if (kind.check() == CheckName.FUNCTION_PARITY && here.isEmpty() && !there.isEmpty() && alike(kind)) {
            answers.pass(
                    kind.check(),
                    subject,
                    "it has none, and gets the cluster's " + kind.what() + " " + String.join(", ", there.keySet())
                            + " when it joins");
            return;
        }
        List<String> lacking = new ArrayList<>();
        there.forEach((name, value) -> {
            if (!here.containsKey(name)) {
                lacking.add(kind.what() + " " + name + " is missing");
            } else if (!here.get(name).equals(value)) {
                lacking.add(kind.what() + " " + name + " differs");
            }
        });
        TreeSet<String> more = new TreeSet<>(here.keySet());
        more.removeAll(there.keySet());
        if (!lacking.isEmpty()) {
            answers.fail(
                    kind.check(),
                    subject,
                    "on " + address + ", compared with the cluster's nodes: " + String.join(", ", lacking),
                    kind.remedy());
        }
        if (!more.isEmpty()) {
            answers.warn(
                    kind.check(),
                    subject,
                    address + " has more than the cluster's nodes: " + kind.what() + " " + String.join(", ", more),
                    "remove it there, or give it to all");
        }
        if (lacking.isEmpty() && more.isEmpty()) {
            answers.pass(kind.check(), subject, "as on the cluster's nodes (" + there.size() + ")");
        }
    }

    /** As far as INFO tells. */
    private void hardware() {
        if (readings.members().isEmpty()) {
            answers.notApplicable(CheckName.HARDWARE_PARITY, Optional.empty(), "no node of the cluster could be asked");
            return;
        }
        long least = readings.members().values().stream()
                .mapToLong(reading -> reading.figure("total_system_memory"))
                .min()
                .orElse(0);
        readings.added().forEach((address, reading) -> {
            List<String> differences = new ArrayList<>();
            for (String fact : List.of("os", "arch_bits", "multiplexing_api", "mem_allocator")) {
                List<String> there = readings.members().values().stream()
                        .map(member -> member.facts().getOrDefault(fact, ""))
                        .distinct()
                        .toList();
                String here = reading.facts().getOrDefault(fact, "");
                if (!there.contains(here)) {
                    differences.add(fact + " is " + here + ", in the cluster " + there.get(0));
                }
            }
            long memory = reading.figure("total_system_memory");
            // A kernel keeps a little more or less for itself.
            if (memory > 0 && memory < least - least / 20) {
                differences.add("its machine has " + memory / 1_000_000 + " MB, none of the cluster's less than "
                        + least / 1_000_000 + " MB");
            }
            report(address, differences);
        });
        answers.passUnlessSaid(CheckName.HARDWARE_PARITY, "no new node that it concerns");
    }

    private void report(NodeAddress address, List<String> differences) {
        if (differences.isEmpty()) {
            answers.pass(
                    CheckName.HARDWARE_PARITY,
                    Optional.of(address),
                    "system, architecture, allocator and memory are like those of the cluster's nodes");
        } else {
            answers.warn(
                    CheckName.HARDWARE_PARITY,
                    Optional.of(address),
                    address + ": " + String.join("; ", differences),
                    "see that it is meant: slots are shared out evenly, whatever the machines are");
        }
    }
}
