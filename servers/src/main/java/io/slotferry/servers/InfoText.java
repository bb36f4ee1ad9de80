package io.slotferry.servers;

/** Reads the lines {@code field:value} that INFO and CLUSTER INFO answer. */
final class InfoText {
    private InfoText() {}

    /** The value of a field, "" where there is none. */
    static String field(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }
}
