package io.slotferry.sandbox.faults;

import io.slotferry.planning.SlotRange;
import io.slotferry.sandbox.faults.Portrait.Seen;
import io.slotferry.sandbox.faults.RunEnd.State;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds what is not as it must be after a run, whatever befell it. */
final class Judge {
    private static final int SHOWN = 5;
    private static final String DEFECT = FailureKind.DEFECT.name();

    private final Evidence evidence;
    private final List<String> violations = new ArrayList<>();

    private Judge(Evidence evidence) {
        this.evidence = evidence;
    }

    /** What is wrong, each as a sentence that names the promise that is broken; empty where nothing is. */
    static List<String> violations(Evidence evidence) {
        Judge judge = new Judge(evidence);
        judge.end();
        judge.cluster();
        judge.ownership();
        judge.settings();
        judge.newNodes();
        judge.data();
        return List.copyOf(judge.violations);
    }

    private void fail(String promise, String seen) {
        violations.add(promise + ": " + seen);
    }

    private State state() {
        return evidence.end().state();
    }

    private boolean undone() {
        return state() == State.ROLLED_BACK
                || (state() == State.REFUSED && !evidence.end().refusesTakeOver());
    }

    /** Whether it stands as it is until somebody decides: open slots and settings with it. */
    private boolean leftInPlace() {
        return state() == State.HALTED || evidence.end().refusesTakeOver();
    }

    private void end() {
        RunEnd end = evidence.end();
        switch (state()) {
            case COMPLETED, CANCELED -> {}
            case ROLLED_BACK, STOPPED, REFUSED, HALTED -> {
                if (end.reason().isBlank() && end.next().isBlank()) {
                    fail("a run says why it ended", "it is " + end + " without a word");
                }
                if (state() == State.HALTED
                        && (end.kind().isEmpty() || end.next().isBlank())) {
                    fail("a halt names its reason and the next command", "it is " + end + ": " + end.reason());
                }
            }
            case TERMINATED, FAILED, STUCK ->
                fail("every run ends balanced, rolled back, stopped or halted", end + ": " + end.reason());
        }
        if (end.kind().equals(DEFECT)) {
            fail("slotferry understands its own failures", end + ": " + end.reason());
        }
        evidence.halts().stream()
                .filter(halt -> halt.startsWith(DEFECT))
                .forEach(halt -> fail("slotferry understands its own failures", halt));
        if (!end.fruitless().isEmpty()) {
            fail("a finished batch is not repeated", "batches " + end.fruitless() + " were");
        }
    }

    private Set<String> membersNow() {
        return evidence.members().stream()
                .map(member -> evidence.after().membersWith(member))
                .filter(members -> !members.isEmpty())
                .findFirst()
                .<Set<String>>map(TreeSet::new)
                .orElse(evidence.members());
    }

    private void cluster() {
        Set<String> members = membersNow();
        if (!evidence.unrest().isEmpty()) {
            fail("in the end all members agree on a whole cluster", evidence.unrest());
        }
        Map<Integer, List<String>> claims = evidence.after().claims(members);
        Set<Integer> uncovered = new TreeSet<>();
        for (int slot = 0; slot < SlotRange.SLOTS; slot++) {
            List<String> owners = claims.getOrDefault(slot, List.of());
            if (owners.isEmpty()) {
                uncovered.add(slot);
            } else if (owners.size() > 1) {
                fail("each slot has one owner", "slot " + slot + " is claimed by " + owners);
            }
        }
        if (!uncovered.isEmpty()) {
            fail("all slots stay covered", "without owner: " + some(uncovered));
        }
        evidence.after()
                .of(members)
                .map(Seen::view)
                .filter(view -> view.master() && !view.open().isEmpty())
                .filter(view -> !leftInPlace() && !evidence.end().leavesDisputedSlots())
                .forEach(view -> fail("no slot is left open", view.openText() + " after " + evidence.end()));
    }

    /** The shard of each slot before and after, where the two differ. */
    private Map<Integer, List<String>> moved() {
        Map<Integer, List<String>> before = evidence.before().claims(evidence.members());
        Map<Integer, List<String>> after = evidence.after().claims(membersNow());
        Map<Integer, List<String>> moved = new TreeMap<>();
        before.forEach((slot, owners) -> {
            String now = after.getOrDefault(slot, List.of("nobody")).get(0);
            if (!shard(now).equals(shard(owners.get(0)))) {
                moved.put(slot, List.of(shard(owners.get(0)), shard(now)));
            }
        });
        return moved;
    }

    private String shard(String address) {
        return evidence.timeline().shard(address);
    }

    private void ownership() {
        Map<Integer, List<String>> moved = moved();
        evidence.strangers().forEach((slot, owner) -> {
            String now = moved.getOrDefault(slot, List.of("", "where it was")).get(1);
            if (!now.equals(shard(owner))) {
                fail(
                        "nobody else's change is overwritten",
                        "slot " + slot + " was given to " + owner + ", and is " + now);
            }
        });
        Set<String> targets = evidence.newMasters().stream().map(this::shard).collect(Collectors.toSet());
        Map<Integer, List<String>> wrong = new TreeMap<>(moved);
        wrong.keySet().removeAll(evidence.strangers().keySet());
        if (!undone()) {
            wrong.values().removeIf(shards -> targets.contains(shards.get(1)));
        }
        if (!wrong.isEmpty()) {
            fail(
                    undone() ? "after " + state() + " every slot is where it was" : "slots go to new masters alone",
                    wrong.size() + " are not: " + some(wrong.entrySet()));
        }
        if (state() == State.COMPLETED) {
            balance(targets);
        }
    }

    private void balance(Set<String> targets) {
        Map<String, Integer> shares = new TreeMap<>();
        targets.forEach(target -> shares.put(target, 0));
        evidence.after()
                .claims(membersNow())
                .values()
                .forEach(owners -> shares.merge(shard(owners.get(0)), 1, Integer::sum));
        int share = SlotRange.SLOTS / shares.size();
        int slack = evidence.strangers().size();
        boolean even = shares.values().stream().allMatch(own -> own >= share - slack && own <= share + 1 + slack);
        if (!even) {
            fail("a completed run is balanced", shares.toString());
        }
    }

    private void settings() {
        if (leftInPlace() || state() == State.CANCELED) {
            return;
        }
        evidence.after().of(membersNow()).forEach(node -> {
            Seen before = evidence.before().nodes().get(node.view().address());
            boolean named = evidence.end().notes().stream()
                    .anyMatch(note -> note.contains(node.view().address()));
            if (before != null && !before.wander().equals(node.wander()) && !named) {
                fail(
                        "settings are put back",
                        "cluster-allow-replica-migration of " + node.view().address() + " is " + node.wander()
                                + ", and was " + before.wander() + ", after " + evidence.end());
            }
        });
    }

    private void newNodes() {
        Set<String> members = membersNow();
        List<String> added = new ArrayList<>(evidence.newMasters());
        added.addAll(evidence.newReplicas());
        if (state() == State.COMPLETED) {
            added.stream()
                    .filter(node -> !members.contains(node))
                    .forEach(node -> fail("a completed run added every node", node + " is no member"));
        }
        if (!undone()) {
            return;
        }
        evidence.after().of(added).forEach(node -> {
            NodeView view = node.view();
            if (members.contains(view.address())) {
                fail("after " + state() + " the new nodes are gone", view.address() + " is still a member");
            } else if (view.members().size() > 1 || !view.slots().isEmpty() || node.keys() > 0) {
                fail(
                        "a removed node is empty and alone",
                        view.address() + " knows " + view.members() + ", owns "
                                + view.slots().size() + " slots and holds " + node.keys() + " keys");
            }
        });
    }

    private void data() {
        if (!evidence.losses().byMovement().isEmpty()) {
            fail(
                    "no acknowledged write is lost, and no key misplaced, by moving slots",
                    evidence.losses().byMovement().size() + " are: "
                            + some(evidence.losses().byMovement()));
        }
        evidence.clientErrors().forEach(error -> fail("clients see no error of slotferry's making", error));
    }

    private static String some(java.util.Collection<?> all) {
        return all.stream()
                        .limit(SHOWN)
                        .map(each -> each.toString().replaceAll("\\s+", " "))
                        .collect(Collectors.joining("; "))
                + (all.size() > SHOWN ? "; and " + (all.size() - SHOWN) + " more" : "");
    }
}
