package io.slotferry.activities.inspect;

import io.slotferry.activities.inspect.Inspection.MasterLine;
import io.slotferry.planning.SlotRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An inspection for a person, in 80 columns. Commands stand indented by four, as they are to be run. */
public final class InspectionText {
    private static final int WIDTH = 80;
    private static final String COMMANDS = "    ";

    private final List<String> lines = new ArrayList<>();

    private InspectionText() {}

    /**
     * All of it.
     *
     * @param password whether nodes ask for one, which the commands take from REDISCLI_AUTH
     */
    public static String of(Inspection inspection, boolean password) {
        InspectionText text = new InspectionText();
        text.overview(inspection);
        text.verdict(inspection, password);
        int number = 1;
        for (Finding finding : inspection.findings()) {
            text.finding(number++, finding);
        }
        return String.join("\n", text.lines) + "\n";
    }

    private void overview(Inspection inspection) {
        wrap(
                "",
                String.format(
                        Locale.ROOT,
                        "%s, %d answered: %s. %,d of %,d slots have an owner.",
                        Printed.count(inspection.nodes(), "node"),
                        inspection.answered(),
                        String.join(", ", inspection.servers()),
                        inspection.ownedSlots().size(),
                        SlotRange.SLOTS));
        lines.add("");
        int width = inspection.masters().stream()
                .mapToInt(line -> line.address().toString().length())
                .max()
                .orElse(0);
        String format = "  %-" + Math.max(width, 6) + "s  %8s  %6s  %7s  %12s  %9s  %s";
        lines.add(String.format(format, "master", "ID", "slots", "share", "keys", "memory", "replicas"));
        inspection.masters().forEach(line -> lines.add(row(format, line)));
    }

    private static String row(String format, MasterLine line) {
        return String.format(
                format,
                line.address(),
                line.id().brief(),
                String.format(Locale.ROOT, "%,d", line.slots().size()),
                String.format(Locale.ROOT, "%.1f %%", 100.0 * line.slots().size() / SlotRange.SLOTS),
                String.format(Locale.ROOT, "%,d", line.keys()),
                Printed.bytes(line.memory()),
                line.replicas());
    }

    private void verdict(Inspection inspection, boolean password) {
        long amiss = inspection.findings().stream().filter(Finding::amiss).count();
        lines.add("");
        if (amiss == 0) {
            lines.add("Nothing is amiss.");
            return;
        }
        lines.add(Printed.count(amiss, "thing") + (amiss == 1 ? " is" : " are") + " amiss.");
        wrap("", "Mend them from the top, one at a time, and run slotferry inspect again after each.");
        if (password
                && inspection.findings().stream().anyMatch(f -> !f.commands().isEmpty())) {
            wrap("", "The commands take the password from REDISCLI_AUTH. To set it unseen:");
            lines.add(COMMANDS + "stty -echo; read -r REDISCLI_AUTH; stty echo; export REDISCLI_AUTH");
        }
    }

    private void finding(int number, Finding finding) {
        lines.add("");
        wrap(number + ". ", finding.title());
        lines.add("   [" + finding.kind() + "]" + (finding.amiss() ? "" : " worth knowing, nothing is broken"));
        lines.add("");
        lines.add("  Seen");
        finding.seen().forEach(line -> wrap("  - ", line));
        lines.add("");
        lines.add("  Meaning");
        wrap("    ", finding.means());
        if (!finding.first().isEmpty()) {
            lines.add("");
            lines.add(finding.commands().isEmpty() ? "  Next" : "  First");
            wrap("    ", finding.first());
        }
        if (!finding.commands().isEmpty()) {
            lines.add("");
            lines.add("  Then type, or paste into a shell");
            finding.commands().forEach(line -> lines.add(COMMANDS + line));
        }
    }

    /** Breaks at blanks; lines after the first are indented by as much as the first one's lead. */
    private void wrap(String lead, String text) {
        StringBuilder line = new StringBuilder(lead);
        boolean begun = false;
        for (String word : text.split(" ")) {
            if (begun && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(lead.length()));
                begun = false;
            }
            line.append(begun ? " " : "").append(word);
            begun = true;
        }
        lines.add(line.toString());
    }
}
