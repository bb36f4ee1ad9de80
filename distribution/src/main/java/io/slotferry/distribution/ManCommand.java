package io.slotferry.distribution;

import io.slotferry.starter.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints manual pages, made of the same model as the help. */
@Command(
        name = "man",
        sortOptions = false,
        description = {
            "Prints the manual page of slotferry or of one of its commands: slotferry man expand | man -l -",
            "With --out it writes all of them, for the folder man1 of a MANPATH."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it was printed or written", "2:there is no such command", "8:the folder cannot be written"})
final class ManCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "write every page there: slotferry.1, slotferry-expand.1, …")
    private Path out;

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "such as expand, or schedule create")
    private String[] words;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Map<String, CommandLine> all = new LinkedHashMap<>();
        collect(spec.root().commandLine(), all);
        if (out != null) {
            Files.createDirectories(out);
            for (Map.Entry<String, CommandLine> page : all.entrySet()) {
                Files.writeString(
                        out.resolve(page.getKey() + ".1"), new ManPage(page.getKey(), page.getValue()).roff());
            }
            spec.commandLine().getOut().println(all.size() + " pages written to " + out);
            return ExitCode.OK.code();
        }
        String name = spec.root().name()
                + Optional.ofNullable(words)
                        .map(given -> "-" + String.join("-", given))
                        .orElse("");
        if (!all.containsKey(name)) {
            throw new ParameterException(spec.commandLine(), "There is no command " + String.join(" ", words));
        }
        spec.commandLine().getOut().print(new ManPage(name, all.get(name)).roff());
        spec.commandLine().getOut().flush();
        return ExitCode.OK.code();
    }

    private static void collect(CommandLine command, Map<String, CommandLine> into) {
        into.put(command.getCommandSpec().qualifiedName("-"), command);
        command.getSubcommands().values().forEach(each -> collect(each, into));
    }
}
