package io.slotferry.starter;

import java.util.ArrayList;
import java.util.List;

/** Columns of text: those that begin with a dash in the header are flush right; the last one is cut to the width. */
final class Table {
    private static final String GAP = "  ";

    private final List<String> headings;
    private final List<Boolean> right;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        this.headings = List.of(headings).stream()
                .map(heading -> heading.startsWith("-") ? heading.substring(1) : heading)
                .toList();
        this.right = List.of(headings).stream()
                .map(heading -> heading.startsWith("-"))
                .toList();
    }

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    List<String> lines(int width) {
        int[] widths = new int[headings.size()];
        List<List<String>> all = new ArrayList<>();
        all.add(headings);
        all.addAll(rows);
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return all.stream().map(row -> line(row, widths, width)).toList();
    }

    private String line(List<String> row, int[] widths, int width) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - row.get(i).length());
            line.append(i == 0 ? "" : GAP).append(right.get(i) ? padding + row.get(i) : row.get(i) + padding);
        }
        return Words.cut(line.toString().stripTrailing(), width);
    }
}
