package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shell is given: completion, and manual pages. */
class ShellTest {
    @TempDir
    private Path folder;

    @Test
    void bash_completes_commands_and_options() throws Exception {
        Path script = Files.writeString(folder.resolve("completion"), out("completion", "bash"));

        assertThat(completed(script, "slotferry", "dow")).isEqualTo("down");
        assertThat(completed(script, "slotferry", "expand", "--add-m")).isEqualTo("--add-master");
        assertThat(completed(script, "slotferry", "schedule", "cre")).isEqualTo("create");
    }

    @Test
    void zsh_gets_a_script_that_loads_what_it_needs_of_bash() {
        assertThat(out("completion", "zsh")).contains("ZSH_VERSION", "bashcompinit", "complete -F _complete_slotferry");
    }

    @Test
    void a_shell_that_is_not_known_is_refused() {
        assertThat(Slotferry.commandLine()
                        .setErr(new PrintWriter(new StringWriter()))
                        .execute("completion", "tcsh"))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"expand", "schedule create", "doctor"})
    void a_manual_page_has_every_option_and_exit_code_of_its_command(String command) {
        String[] arguments = ("man " + command).split(" ");
        String page = out(arguments);

        assertThat(page)
                .startsWith(
                        ".TH \"SLOTFERRY-" + command.replace(' ', '-').toUpperCase(java.util.Locale.ROOT) + "\" \"1\"")
                .contains(".SH NAME\n", ".SH SYNOPSIS\n", ".SH OPTIONS\n", ".SH EXIT STATUS\n", "\\-\\-json\n")
                .contains(".TP\n7\nno worker answers\n")
                .doesNotContain("${DEFAULT");
    }

    @Test
    void all_manual_pages_are_written_at_once() throws IOException {
        out("man", "--out", folder.toString());

        assertThat(folder.resolve("slotferry.1")).content().contains("Grows a live Redis");
        assertThat(folder.resolve("slotferry-schedule-create.1")).exists();
    }

    private static String out(String... arguments) {
        StringWriter out = new StringWriter();
        assertThat(Slotferry.commandLine().setOut(new PrintWriter(out, true)).execute(arguments))
                .isZero();
        return out.toString();
    }

    /** As bash calls the function when somebody types these words and the tabulator. */
    private static String completed(Path script, String... words) throws IOException, InterruptedException {
        String call = "source " + script + "; COMP_WORDS=(" + String.join(" ", words) + "); COMP_CWORD="
                + (words.length - 1) + "; _complete_slotferry; echo \"${COMPREPLY[*]}\"";
        Process bash = new ProcessBuilder("bash", "-c", call)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        bash.waitFor();
        return said.strip();
    }
}
