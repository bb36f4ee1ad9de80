package io.slotferry.distribution;

import io.slotferry.workflows.contract.Release;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command's manual page in the macros of man(7). */
final class ManPage {
    private final String name;
    private final CommandLine command;
    private final CommandSpec spec;
    private final StringBuilder page = new StringBuilder();

    /**
     * The page of one command.
     *
     * @param name of the page, such as {@code slotferry-expand}
     */
    ManPage(String name, CommandLine command) {
        this.name = name;
        this.command = command;
        this.spec = command.getCommandSpec();
    }

    String roff() {
        page.setLength(0);
        line(".TH \"" + name.toUpperCase(Locale.ROOT) + "\" \"1\" \"\" \"" + Release.current() + "\" \"slotferry\"");
        section("NAME");
        text(name + " - " + first(spec.usageMessage().description()));
        section("SYNOPSIS");
        text(new Help(spec, Help.defaultColorScheme(Ansi.OFF)).synopsis(0).strip());
        section("DESCRIPTION");
        for (String paragraph : spec.usageMessage().description()) {
            line(".PP");
            text(plain(paragraph));
        }
        if (!arguments().isEmpty()) {
            section("OPTIONS");
            spec.positionalParameters().forEach(this::positional);
            spec.options().stream().filter(option -> !option.hidden()).forEach(this::option);
        }
        subcommands();
        if (!spec.usageMessage().exitCodeList().isEmpty()) {
            section("EXIT STATUS");
            spec.usageMessage().exitCodeList().forEach((code, meaning) -> item(code, meaning));
        }
        section("SEE ALSO");
        text(
                spec.parent() == null
                        ? "slotferry-expand(1), slotferry-status(1), slotferry-doctor(1)"
                        : spec.parent().qualifiedName("-") + "(1)");
        return page.toString();
    }

    private java.util.List<ArgSpec> arguments() {
        return spec.args();
    }

    private void positional(PositionalParamSpec parameter) {
        item(parameter.paramLabel(), joined(parameter.description(), parameter));
    }

    private void option(OptionSpec option) {
        String names = String.join(", ", option.names());
        item(
                option.arity().max() == 0 ? names : names + " " + option.paramLabel(),
                joined(option.description(), option));
    }

    private void subcommands() {
        if (command.getSubcommands().isEmpty()) {
            return;
        }
        section("COMMANDS");
        command.getSubcommands()
                .forEach((word, each) ->
                        item(word, first(each.getCommandSpec().usageMessage().description())));
    }

    private static String joined(String[] description, ArgSpec argument) {
        return plain(String.join(" ", description))
                .replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValueString()));
    }

    private static String first(String[] description) {
        return description.length == 0 ? "" : plain(description[0]);
    }

    /** picocli has a format of its own for percents. */
    private static String plain(String text) {
        return text.replace("%n", " ").replace("%%", "%");
    }

    private void section(String title) {
        line(".SH " + title);
    }

    private void item(String term, String meaning) {
        line(".TP");
        text(term);
        text(meaning);
    }

    private void line(String request) {
        page.append(request).append('\n');
    }

    /** Text of its own, in which nothing is taken for a request, and dashes can be copied. */
    private void text(String words) {
        String escaped = words.replace("\\", "\\e").replace("-", "\\-");
        page.append(escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" : "")
                .append(escaped)
                .append('\n');
    }
}
