package io.slotferry.activities.inspect;

import java.util.List;

/**
 * One thing that an inspection found.
 *
 * @param kind its stable name, such as {@code ghost-node}
 * @param amiss whether the cluster is not as it should be; else it is worth knowing, no more
 * @param title in one line
 * @param seen the evidence, a sentence each
 * @param means how it came about, and what follows from it
 * @param first what to find out or to do before anything is typed; empty where there is nothing
 * @param commands lines for a shell that mend it, to be run as they are; empty where none is safe
 */
public record Finding(
        String kind,
        boolean amiss,
        String title,
        List<String> seen,
        String means,
        String first,
        List<String> commands) {

    public Finding {
        seen = List.copyOf(seen);
        commands = List.copyOf(commands);
    }

    static Finding of(FindingKind kind, String title, List<String> seen, String means, String first) {
        return new Finding(kind.text(), kind.amiss(), title, seen, means, first, List.of());
    }

    Finding mendedBy(List<String> shell) {
        return new Finding(kind, amiss, title, seen, means, first, shell);
    }
}
