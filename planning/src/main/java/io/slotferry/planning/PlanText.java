package io.slotferry.planning;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A plan as a person reads it before approving: plain text of at most {@value #COLUMNS} columns, fit for a terminal and
 * for a Markdown code block. Of many masters it shows those that give or receive most, and counts the others.
 */
public final class PlanText {
    /** No line is longer. */
    public static final int COLUMNS = 100;

    /** How many digits of the fingerprint stand in the text. */
    public static final int FINGERPRINT_DIGITS = 12;

    private static final int SHOWN = 10;
    private static final int SHOWN_TARGETS = 4;
    private static final int ADDRESS_COLUMNS = 32;

    private final Plan plan;
    private final List<String> lines = new ArrayList<>();
    private final List<Map<Integer, SlotRanges>> gives = new ArrayList<>();
    private final int[] given;
    private final int[] received;

    private PlanText(Plan plan) {
        this.plan = plan;
        this.given = new int[plan.shards().size()];
        this.received = new int[plan.shards().size()];
        plan.shards().forEach(shard -> gives.add(new TreeMap<>()));
        plan.batches().stream().flatMap(batch -> batch.lanes().stream()).forEach(lane -> {
            gives.get(lane.source()).merge(lane.target(), lane.slots(), SlotRanges::plus);
            given[lane.source()] += lane.slots().size();
            received[lane.target()] += lane.slots().size();
        });
    }

    /**
     * The text, ending with a line break.
     *
     * @param clusterName what the operator calls the cluster
     */
    public static String render(Plan plan, String clusterName) {
        return new PlanText(plan).text(clusterName);
    }

    private String text(String clusterName) {
        line("Plan " + plan.fingerprint().substring(0, FINGERPRINT_DIGITS) + " for cluster "
                + shortened(clusterName, 50));
        summary();
        giving();
        receiving();
        replicas();
        touched();
        line("");
        line("Expected: " + Texts.count(plan.estimate().keys(), "key") + ", "
                + time(plan.estimate().duration()) + " without waiting for windows, load or people.");
        return String.join("\n", lines) + "\n";
    }

    private void line(String text) {
        lines.add(text);
    }

    private void summary() {
        long added = plan.shards().stream().filter(PlannedShard::added).count();
        line("");
        line("Masters:  " + Texts.number(plan.shards().size() - added) + " now, "
                + Texts.number(plan.shards().size()) + " afterwards, with " + shares() + " each.");
        if (plan.batches().isEmpty()) {
            line("Slots:    none moves.");
            return;
        }
        int largest = plan.batches().stream().mapToInt(Batch::slots).max().orElse(0);
        line("Slots:    " + Texts.number(plan.movedSlots()) + " of 16,384 move, in "
                + Texts.count(plan.batches().size(), "batch") + " of at most " + Texts.count(largest, "slot") + ".");
        plan.evenness().ifPresent(this::evenness);
        if (!plan.kept().isEmpty()) {
            line(withRanges(
                    "          " + Texts.count(plan.kept().size(), "slot") + " with big keys stay: ", plan.kept()));
        }
    }

    private void evenness(Evenness evenness) {
        line("          Chosen by " + evenness.balance().words() + ": now "
                + ofMasters(evenness.balance(), evenness.leastBefore(), evenness.mostBefore()) + " on a master, then "
                + ofMasters(evenness.balance(), evenness.leastAfter(), evenness.mostAfter()) + ".");
    }

    private static String ofMasters(Balance balance, long least, long most) {
        if (balance == Balance.LOAD) {
            // What it was measured in says nothing to a person; how far masters are apart does.
            return least == most ? "the same" : Math.round(100.0 * least / most) + " to 100 % of the busiest";
        }
        return Texts.number(least) + (least == most ? "" : " to " + Texts.number(most)) + " " + balance.words();
    }

    private String shares() {
        int least =
                plan.shards().stream().mapToInt(PlannedShard::slotsAfter).min().orElse(0);
        int most =
                plan.shards().stream().mapToInt(PlannedShard::slotsAfter).max().orElse(0);
        return least == most
                ? Texts.count(least, "slot")
                : Texts.number(least) + (most - least == 1 ? " or " : " to ") + Texts.count(most, "slot");
    }

    private void giving() {
        section("Who gives what to whom", given, this::gift);
    }

    private void receiving() {
        section("Who receives", received, i -> {
            PlannedShard shard = plan.shards().get(i);
            return Stream.of("  " + name(shard.master()) + (shard.added() ? ", new: " : ": ") + "from "
                    + Texts.number(shard.before().size()) + " to " + Texts.count(shard.slotsAfter(), "slot"));
        });
    }

    /** The shards that count most, in the plan's order, then how many others there are and their slots. */
    private void section(String title, int[] counts, IntFunction<Stream<String>> text) {
        int[] all = IntStream.range(0, counts.length).filter(i -> counts[i] > 0).toArray();
        if (all.length == 0) {
            return;
        }
        int[] shown = IntStream.of(all)
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> -counts[i]))
                .limit(SHOWN)
                .mapToInt(i -> i)
                .sorted()
                .toArray();
        line("");
        line(title);
        IntStream.of(shown).mapToObj(text).flatMap(some -> some).forEach(this::line);
        int rest = IntStream.of(all).map(i -> counts[i]).sum()
                - IntStream.of(shown).map(i -> counts[i]).sum();
        if (all.length > shown.length) {
            line("  and " + Texts.count(all.length - shown.length, "more master") + " with " + Texts.count(rest, "slot")
                    + " in sum");
        }
    }

    private Stream<String> gift(int source) {
        PlannedShard shard = plan.shards().get(source);
        Map<Integer, SlotRanges> targets = gives.get(source);
        Stream<String> head = Stream.of("  " + name(shard.master()) + " keeps " + Texts.number(shard.slotsAfter())
                + " of " + Texts.count(shard.before().size(), "slot") + " and gives");
        Stream<String> gifts = targets.entrySet().stream()
                .limit(SHOWN_TARGETS)
                .map(entry -> withRanges(
                        String.format(
                                Locale.ROOT,
                                "    %6s to %s: ",
                                Texts.number(entry.getValue().size()),
                                name(plan.shards().get(entry.getKey()).master())),
                        entry.getValue()));
        int more = targets.size() - SHOWN_TARGETS;
        return Stream.of(head, gifts, more > 0 ? Stream.of("    and to " + more + " more") : Stream.<String>empty())
                .flatMap(text -> text);
    }

    /** As many ranges as fit behind the text. */
    private static String withRanges(String text, SlotRanges slots) {
        List<String> ranges = slots.ranges().stream().map(SlotRange::toString).toList();
        int shown = ranges.size();
        while (shown > 1 && text.length() + Texts.some(ranges, shown).length() > COLUMNS) {
            shown--;
        }
        return text + Texts.some(ranges, shown);
    }

    private void replicas() {
        if (plan.attachments().isEmpty()) {
            return;
        }
        line("");
        line("Replicas to attach, "
                + (plan.attachOrder() == Plan.AttachOrder.BEFORE_RESHARD
                        ? "before the slots move"
                        : "after the slots moved"));
        plan.attachments().stream()
                .limit(SHOWN)
                .map(a -> "  " + name(a.replica()) + " to "
                        + name(plan.shards().get(a.shard()).master()))
                .forEach(this::line);
        if (plan.attachments().size() > SHOWN) {
            line("  and " + Texts.number(plan.attachments().size() - SHOWN) + " more");
        }
    }

    private void touched() {
        long added = plan.shards().stream().filter(PlannedShard::added).count();
        long moving = IntStream.range(0, given.length)
                .filter(i -> given[i] + received[i] > 0)
                .count();
        long nodes = plan.shards().stream().flatMap(PlannedShard::members).count()
                + plan.attachments().size();
        line("");
        line("What is touched");
        if (added > 0) {
            line("  " + Texts.count(added, "new master") + " will join the cluster.");
        }
        if (!plan.attachments().isEmpty()) {
            line("  " + Texts.count(plan.attachments().size(), "new replica") + " will join and follow.");
        }
        if (moving > 0) {
            line("  " + Texts.count(moving, "master") + " will give or receive slots, with the keys in them.");
        }
        line("  cluster-allow-replica-migration: set to no on all " + Texts.count(nodes, "node")
                + " while this runs, then put back.");
    }

    private static String name(Member member) {
        return shortened(member.address().toString(), ADDRESS_COLUMNS) + " ("
                + member.id().brief() + ")";
    }

    /** Cut out of the middle, since hosts differ at their beginning and ports stand at the end. */
    private static String shortened(String text, int columns) {
        if (text.length() <= columns) {
            return text;
        }
        int tail = (columns - 3) / 2;
        return text.substring(0, columns - 3 - tail) + "..." + text.substring(text.length() - tail);
    }

    private static String time(Duration time) {
        long seconds = Math.max(1, Math.round(time.toMillis() / 1_000.0));
        if (seconds < 60) {
            return "about " + seconds + " s";
        }
        if (seconds < 3_600) {
            return "about " + seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
        }
        long minutes = Math.round(seconds / 60.0);
        return "about " + Texts.number(minutes / 60) + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
    }
}
