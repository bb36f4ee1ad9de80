package io.slotferry.sandbox.faults;

import io.slotferry.servers.LocalNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Servers that crashed by a defect of their own, as their logs say. One that hangs in its own crash report neither answers
 * nor ends; it is killed and started again, as an operator would do.
 */
final class Crashes {
    private static final Pattern REPORT =
            Pattern.compile("BUG REPORT START[^\\n]*\\n(?:.*# *)?([^\\n]*)(?:\\n[^\\n]*==> ([^\\n]*))?");

    private final Supplier<List<LocalNode>> nodes;
    private final Journal journal;
    private final Map<String, Integer> seen = new HashMap<>();
    private final List<LossWindow> windows = new ArrayList<>();

    Crashes(Supplier<List<LocalNode>> nodes, Journal journal) {
        this.nodes = nodes;
        this.journal = journal;
    }

    /** What their shards may have lost. */
    synchronized List<LossWindow> windows() {
        return List.copyOf(windows);
    }

    /** Starts those again that crashed since it was called last. */
    synchronized void mend() {
        nodes.get().forEach(this::mend);
    }

    private void mend(LocalNode node) {
        List<String> reports = reports(node.log());
        if (reports.size() > seen.getOrDefault(node.address(), 0)) {
            String crash = "crashed by itself: " + reports.get(reports.size() - 1);
            windows.add(LossWindow.ofDeath(node.address(), lastWritten(node.log()), crash));
            journal.note(node + " " + crash);
            if (node.isAlive()) {
                node.kill();
            }
            node.start();
            seen.put(node.address(), reports.size());
        }
    }

    /** The first line of each crash report in a log, such as the assertion that failed. */
    static List<String> reports(Path log) {
        List<String> reports = new ArrayList<>();
        try {
            Matcher matcher = REPORT.matcher(Files.readString(log, StandardCharsets.ISO_8859_1));
            while (matcher.find()) {
                reports.add(matcher.group(2) == null ? matcher.group(1) : matcher.group(2));
            }
            return reports;
        } catch (NoSuchFileException e) {
            return reports;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long lastWritten(Path log) {
        try {
            return Files.getLastModifiedTime(log).toMillis();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
