package io.slotferry.activities.preflight;

import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.Particulars;
import io.slotferry.activities.redis.Particulars.UserRules;
import io.slotferry.activities.redis.ServerInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What slotferry's user may not do on one node, asked before anything is touched.
 *
 * @param missing of {@link Right}
 * @param keys whether it may touch keys of any name
 * @param unknown why nothing can be told; empty where it was
 */
record RightsSeen(String user, Set<Right> missing, boolean keys, Optional<Unknown> unknown) {
    /** Why the rights are not known, and the right that would change that. */
    record Unknown(String why, Optional<Right> remedy) {}

    /** By ACL DRYRUN, and before Redis 7.0 by the rules of ACL GETUSER as far as they name commands. */
    static RightsSeen of(ServerInfo info, Particulars node) {
        if (isBeforeDryRun(info)) {
            Answer<UserRules> rules = NodeReading.ask(node::rules);
            return rules instanceof Answer.Done<UserRules> done
                    ? ofRules(node.user(), done.value())
                    : unknown(node.user(), ((Answer.Refused<UserRules>) rules).reply(), Optional.of(Right.ACL_GETUSER));
        }
        List<Right> rights = Arrays.stream(Right.values())
                .filter(right -> !right.samples().isEmpty())
                .toList();
        List<List<String>> samples =
                rights.stream().flatMap(right -> right.samples().stream()).toList();
        Answer<List<Optional<String>>> answer = NodeReading.ask(() -> node.dryRun(samples));
        if (answer instanceof Answer.Done<List<Optional<String>>> done) {
            return ofDryRun(node.user(), rights, done.value());
        }
        return unknown(
                node.user(), ((Answer.Refused<List<Optional<String>>>) answer).reply(), Optional.of(Right.ACL_DRYRUN));
    }

    private static boolean isBeforeDryRun(ServerInfo info) {
        return info.engine().equals("redis") && info.version().matches("[0-6]\\..*");
    }

    private static RightsSeen unknown(String user, String why, Optional<Right> remedy) {
        return new RightsSeen(user, Set.of(), true, Optional.of(new Unknown(why, remedy)));
    }

    private static RightsSeen ofDryRun(String user, List<Right> rights, List<Optional<String>> refusals) {
        Set<Right> missing = EnumSet.noneOf(Right.class);
        boolean keys = true;
        int next = 0;
        for (Right right : rights) {
            for (int i = 0; i < right.samples().size(); i++) {
                Optional<String> refusal = refusals.get(next++);
                if (refusal.filter(text -> text.contains("to access the")).isPresent()) {
                    keys = false;
                } else if (refusal.isPresent()) {
                    missing.add(right);
                }
            }
        }
        return new RightsSeen(user, missing, keys, Optional.empty());
    }

    /** Rules are applied in their order; a category other than all says nothing that could be told here. */
    private static RightsSeen ofRules(String user, UserRules rules) {
        List<String> words = Arrays.asList(rules.commands().split(" "));
        if (words.stream().anyMatch(word -> word.matches("[+-]@(?!all$).*"))) {
            return unknown(
                    user,
                    "its rules go by categories (" + rules.commands()
                            + "), and this server has no ACL DRYRUN to ask what they allow",
                    Optional.empty());
        }
        Set<Right> missing = EnumSet.noneOf(Right.class);
        for (Right right : Right.values()) {
            // Functions came with 7.0, and those servers are asked by ACL DRYRUN.
            if (!right.token().startsWith("function|") && right != Right.ACL_DRYRUN && !allows(words, right.token())) {
                missing.add(right);
            }
        }
        boolean keys = List.of(rules.keys().split(" ")).stream().anyMatch(word -> word.matches("~?\\*"));
        return new RightsSeen(user, missing, keys, Optional.empty());
    }

    private static boolean allows(List<String> words, String token) {
        String command = token.replaceFirst("\\|.*", "");
        boolean allowed = false;
        for (String word : words) {
            if (word.equals("+@all") || word.equals("+" + command) || word.equals("+" + token)) {
                allowed = true;
            } else if (word.equals("-@all") || word.equals("-" + command) || word.equals("-" + token)) {
                allowed = false;
            }
        }
        return allowed;
    }

    /** The same without rights that nobody needs this time. */
    RightsSeen withoutNeed(Set<Right.Need> needs) {
        Set<Right> left = EnumSet.noneOf(Right.class);
        missing.stream().filter(right -> !needs.contains(right.need())).forEach(left::add);
        return new RightsSeen(user, left, keys, unknown);
    }

    /** The line that grants what is missing. */
    String remedy() {
        List<String> grants = new ArrayList<>();
        if (!keys) {
            grants.add(Right.KEYS);
        }
        missing.stream().map(Right::grant).forEach(grants::add);
        return "ACL SETUSER " + user + " " + String.join(" ", grants);
    }
}
