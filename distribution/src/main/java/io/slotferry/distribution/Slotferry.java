package io.slotferry.distribution;

import java.io.PrintWriter;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program: every command lives in the module that does its work. */
@Command(
        name = "slotferry",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Grows a live Redis or Valkey Cluster by new masters and replicas, as one durable Temporal workflow."
        },
        commandListHeading = "%nCommands:%n",
        footer = {"", "slotferry help COMMAND explains a command and its exit codes."},
        subcommands = {HelpCommand.class})
public final class Slotferry {
    /** A defect, as the starter's commands say it too. */
    private static final int FAILED = 8;

    private static final int BAD_ARGUMENTS = 2;

    private Slotferry() {}

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Slotferry());
        line.setExecutionExceptionHandler(Slotferry::explain);
        line.setParameterExceptionHandler(Slotferry::explain);
        line.setUsageHelpAutoWidth(true);
        return line;
    }

    private static int explain(ParameterException error, String[] arguments) {
        CommandLine command = error.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(error.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(error, err)) {
            err.println("Next: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return BAD_ARGUMENTS;
    }

    /** What no command expected: the message for a person, the whole for whoever asks. */
    private static int explain(Exception error, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        String message = error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
        err.println(command.getCommandSpec().qualifiedName() + " failed: " + message);
        if (System.getenv("SLOTFERRY_DEBUG") != null) {
            error.printStackTrace(err);
            return FAILED;
        }
        Arrays.stream(error.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("io.slotferry."))
                .findFirst()
                .ifPresent(frame -> err.println("  at " + frame));
        err.println("Next: the same command with SLOTFERRY_DEBUG=1 shows where it happened");
        return FAILED;
    }
}
