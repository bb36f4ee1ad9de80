package io.slotferry.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/PREFLIGHT.md and docs/CREDENTIALS.md say what the program goes by. */
class PreflightDocTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\| (yes|no) \\|");

    private static String document(String name) throws IOException {
        return Files.readString(Path.of("..", "docs", name));
    }

    @Test
    void every_check_has_a_row_of_its_own_that_says_whether_it_can_be_accepted() throws IOException {
        List<String> rows = ROW.matcher(document("PREFLIGHT.md"))
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .toList();

        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(CheckName.values())
                        .map(check -> check.text() + " " + (check.acceptable() ? "yes" : "no"))
                        .toList());
    }

    @Test
    void the_documented_rules_for_configurations_are_those_of_the_program() throws IOException {
        String table = "| a difference | parameters | because |\n|---|---|---|\n"
                + ParityRules.ALL.stream().map(PreflightDocTest::row).collect(Collectors.joining());

        assertThat(document("PREFLIGHT.md"))
                .as("docs/PREFLIGHT.md holds this table:\n" + table)
                .contains("\n" + table + "\n");
    }

    private static String row(ParityRules.Rule rule) {
        return "| " + rule.grade().words() + " | "
                + rule.parameters().stream().map(name -> "`" + name + "`").collect(Collectors.joining(", ")) + " | "
                + rule.why() + " |\n";
    }

    @Test
    void the_documented_rights_are_those_that_preflight_asks_for() throws IOException {
        assertThat(document("CREDENTIALS.md"))
                .contains("\nACL SETUSER slotferry on >PASSWORD " + Right.grants() + "\n");
    }
}
