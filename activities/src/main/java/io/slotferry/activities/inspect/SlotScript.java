package io.slotferry.activities.inspect;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A script that closes open slots, and asks before each step whether its premise still holds, since others may change the
 * cluster between inspection and typing. It never overwrites a key (MIGRATE without REPLACE), and gives a slot to its
 * target before the source is told.
 */
final class SlotScript {
    private static final List<String> STOP = List.of(
            "stop() {",
            "  echo \"Stopped at slot $slot: $*. Run slotferry inspect again.\"",
            "  exit 1",
            "}",
            "ok() { [ \"$1\" = OK ] || stop \"$1\"; }");
    private static final List<String> EMPTY = List.of(
            "empty() {",
            "  for db in DATABASES; do",
            "    [ \"$($1 -n $db cluster countkeysinslot $slot)\" = 0 ] ||",
            "      stop \"$1 has keys in database $db, or does not answer\"",
            "  done",
            "}");
    private static final List<String> HOLDS = List.of(
            "holds() {",
            "  $1 cluster nodes | grep -qF \"[$slot-$2-$3]\" ||",
            "    stop \"$1 does not have it open as it was\"",
            "}");
    private static final List<String> EPOCH =
            List.of("epoch() { $1 cluster nodes | awk -v id=$2 '$1==id {print $7}'; }");
    private static final List<String> SEND = List.of(
            "send=\"local k=redis.call('cluster','getkeysinslot',ARGV[1],10)",
            "if #k==0 then return 'NOKEY' end",
            "local a={'migrate',ARGV[2],ARGV[3],'',ARGV[4],5000}",
            "for i=5,#ARGV do a[#a+1]=ARGV[i] end",
            "a[#a+1]='keys'",
            "for i=1,#k do a[#a+1]=k[i] end",
            "return redis.call(unpack(a))\"");

    private final Shell shell;
    private final Shell.Functions nodes;
    private final Collection<Integer> databases;
    private final List<String> body = new ArrayList<>();
    private boolean drains;

    SlotScript(Shell shell, Collection<Integer> databases) {
        this.shell = shell;
        this.nodes = new Shell.Functions(shell);
        this.databases = databases;
    }

    /** SETSLOT STABLE on a node which holds no key that the slot's owner has not. */
    SlotScript stable(NodeId node) {
        return line("ok \"$(" + nodes.of(node) + " cluster setslot $slot stable)\"");
    }

    /** Goes on only where none of these nodes has a key of the slot. */
    SlotScript empty(NodeId node) {
        return line("empty " + nodes.of(node));
    }

    /** SETSLOT IMPORTING: the node serves the keys of the slot that it has to whoever its owner sends. */
    SlotScript importing(NodeId node, NodeId from) {
        return line("ok \"$(" + nodes.of(node) + " cluster setslot $slot importing \\", "  " + from.value() + ")\"");
    }

    /** Goes on only where a node has the slot open in this direction. */
    SlotScript migrating(NodeId node, NodeId to) {
        return line("holds " + nodes.of(node) + " '>' " + to.value());
    }

    /** Goes on only where a node has the slot open in this direction. */
    SlotScript imports(NodeId node, NodeId from) {
        return line("holds " + nodes.of(node) + " '<' " + from.value());
    }

    /** Sends every key of the slot from one node to another, ten at a time. */
    SlotScript drain(NodeId from, NodeId to) {
        drains = true;
        NodeAddress there = shell.announced(from, to);
        return line("drain " + nodes.of(from) + " " + there.host() + " " + there.port())
                .empty(from);
    }

    /** Gives the slot to the target, reads its epoch back, and tells the source and then all others. */
    SlotScript give(NodeId source, NodeId target, List<NodeId> others) {
        String to = nodes.of(target);
        line("ok \"$(" + to + " cluster setslot $slot node \\", "  " + target.value() + ")\"");
        line(
                "[ \"$(epoch " + to + " \\",
                "  " + target.value() + ")\" -gt \\",
                "  \"$(epoch " + to + " \\",
                "  " + source.value() + ")\" ] ||",
                "  stop \"the target's epoch is not above the source's\"");
        List<NodeId> all = new ArrayList<>(List.of(source));
        all.addAll(others);
        line("for node in " + nodes.of(all) + "; do");
        line("  $node cluster setslot $slot node \\", "    " + target.value(), "done");
        return this;
    }

    private SlotScript line(String... lines) {
        body.addAll(List.of(lines));
        return this;
    }

    /** The whole script, for these slots. */
    List<String> lines(SlotRanges slots) {
        String text = String.join("\n", body);
        List<String> lines = new ArrayList<>();
        lines.add("(");
        lines.addAll(nodes.lines());
        lines.addAll(STOP);
        addIf(lines, text.contains("empty "), EMPTY);
        addIf(lines, text.contains("holds "), HOLDS);
        addIf(lines, text.contains("epoch "), EPOCH);
        if (drains) {
            lines.addAll(SEND);
            lines.addAll(drainFunction());
        }
        lines.addAll(Shell.broken("for slot in " + Shell.slots(slots) + "; do"));
        body.forEach(line -> lines.add("  " + line));
        lines.add("done");
        lines.add(")");
        // Written out, since zsh does not split a variable into words.
        String all = databases.stream().sorted().map(String::valueOf).collect(Collectors.joining(" "));
        return lines.stream().map(line -> line.replace("DATABASES", all)).toList();
    }

    private static void addIf(List<String> lines, boolean needed, List<String> function) {
        if (needed) {
            lines.addAll(function);
        }
    }

    private List<String> drainFunction() {
        List<String> lines = new ArrayList<>(List.of(
                "drain() {",
                "  for db in DATABASES; do",
                "    until [ \"$($1 -n $db cluster countkeysinslot $slot)\" = 0 ]; do",
                "      said=$($1 -n $db eval \"$send\" 0 $slot $2 $3 $db \\"));
        lines.add("        " + shell.migrateLogin().strip() + ")");
        lines.addAll(List.of(
                "      case $said in",
                "        OK | NOKEY) ;;",
                "        *) stop \"$said\" ;;",
                "      esac",
                "    done",
                "  done",
                "}"));
        return lines;
    }
}
