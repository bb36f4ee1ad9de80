package io.slotferry.activities.inspect;

import io.slotferry.planning.KnownNode;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ClusterAccess;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Commands for a shell (any: sh, bash, zsh), by the server's own CLI. The password is taken from REDISCLI_AUTH, and
 * appears nowhere.
 *
 * @param user the name to log in with; empty for the default user
 * @param password whether nodes ask for one
 */
record Shell(Survey survey, Optional<String> user, boolean password) {
    /** Longer lines are broken, with two columns of indentation left. */
    private static final int WIDTH = 74;

    static Shell of(Survey survey, ClusterAccess access, Optional<String> user) {
        return new Shell(survey, user, access.credentials().isPresent());
    }

    /** {@code redis-cli -h 10.0.0.1 -p 7000}. */
    String cli(NodeId node) {
        NodeAddress address = survey.addresses().get(node);
        String program = survey.infos().get(node).engine() + "-cli";
        return program + user.map(name -> " --user " + quoted(name)).orElse("") + " -h " + address.host() + " -p "
                + address.port();
    }

    /** One command to one node, on as many lines as it takes. */
    List<String> command(NodeId node, String... words) {
        return broken(cli(node) + " " + String.join(" ", words));
    }

    /** Where a node sends keys of another: at the address by which it knows that one. */
    NodeAddress announced(NodeId sender, NodeId receiver) {
        return survey.seen(sender, receiver).map(KnownNode::address).orElseGet(() -> survey.addresses()
                .get(receiver));
    }

    /** The credential as MIGRATE takes it, for the nodes' own connections. */
    String migrateLogin() {
        if (!password) {
            return "";
        }
        return user.map(name -> " auth2 " + quoted(name)).orElse(" auth") + " \"$REDISCLI_AUTH\"";
    }

    /** Slots as arguments, ranges by {@code seq}. */
    static String slots(SlotRanges slots) {
        return slots.ranges().stream().map(Shell::slots).collect(Collectors.joining(" "));
    }

    private static String slots(SlotRange range) {
        return range.size() == 1 ? Integer.toString(range.from()) : "$(seq " + range.from() + " " + range.to() + ")";
    }

    private static String quoted(String text) {
        return text.matches("[A-Za-z0-9_.@-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** A line broken at blanks by backslashes, as the shell reads it as one. */
    static List<String> broken(String line) {
        List<String> lines = new ArrayList<>();
        String left = line;
        while (left.length() > WIDTH) {
            int blank = left.lastIndexOf(' ', WIDTH - 2);
            if (blank <= 2) {
                break;
            }
            lines.add(left.substring(0, blank) + " \\");
            left = "  " + left.substring(blank + 1);
        }
        lines.add(left);
        return lines;
    }

    /** Functions by which a script calls nodes: {@code node1}, {@code node2} and so on, in the order first asked for. */
    static final class Functions {
        private final Shell shell;
        private final Map<NodeId, String> names = new LinkedHashMap<>();

        Functions(Shell shell) {
            this.shell = shell;
        }

        /** The function that calls this node. */
        String of(NodeId node) {
            return names.computeIfAbsent(node, id -> "node" + (names.size() + 1));
        }

        String of(Collection<NodeId> nodes) {
            return nodes.stream().map(this::of).collect(Collectors.joining(" "));
        }

        /** Their definitions. */
        List<String> lines() {
            List<String> lines = new ArrayList<>();
            names.forEach((id, name) -> lines.addAll(broken(name + "() { " + shell.cli(id) + " \"$@\"; }")));
            return lines;
        }
    }
}
