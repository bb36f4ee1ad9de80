package io.slotferry.distribution;

import io.slotferry.sandbox.demo.DemoCommand;
import io.slotferry.sandbox.race.RaceCommand;
import io.slotferry.servers.ServerStartException;
import io.slotferry.starter.ApproveCommand;
import io.slotferry.starter.BackupCommand;
import io.slotferry.starter.CancelCommand;
import io.slotferry.starter.DoctorCommand;
import io.slotferry.starter.ExitCode;
import io.slotferry.starter.ExpandCommand;
import io.slotferry.starter.PauseCommand;
import io.slotferry.starter.PlanCommand;
import io.slotferry.starter.PreflightCommand;
import io.slotferry.starter.ResumeCommand;
import io.slotferry.starter.RetryCommand;
import io.slotferry.starter.RetuneCommand;
import io.slotferry.starter.RollbackCommand;
import io.slotferry.starter.ScheduleCommand;
import io.slotferry.starter.StatusCommand;
import io.slotferry.starter.StopHereCommand;
import io.slotferry.starter.WatchCommand;
import io.slotferry.worker.InspectCommand;
import io.slotferry.worker.WorkerCommand;
import java.io.PrintWriter;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IFactory;
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
        subcommands = {
            PreflightCommand.class,
            PlanCommand.class,
            BackupCommand.class,
            ExpandCommand.class,
            StatusCommand.class,
            WatchCommand.class,
            ApproveCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            RetuneCommand.class,
            RetryCommand.class,
            RollbackCommand.class,
            StopHereCommand.class,
            CancelCommand.class,
            ScheduleCommand.class,
            DoctorCommand.class,
            UpCommand.class,
            DownCommand.class,
            LogsCommand.class,
            InspectCommand.class,
            WorkerCommand.class,
            DemoCommand.class,
            RaceCommand.class,
            CompletionCommand.class,
            ManCommand.class,
            HelpCommand.class
        })
public final class Slotferry {
    private Slotferry() {}

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return commandLine(CommandLine.defaultFactory());
    }

    /** With commands that this factory makes. */
    static CommandLine commandLine(IFactory commands) {
        CommandLine line = new CommandLine(new Slotferry(), commands);
        line.setExecutionExceptionHandler(Slotferry::explain);
        line.setParameterExceptionHandler(Slotferry::explain);
        line.setUsageHelpAutoWidth(true);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line;
    }

    private static int explain(ParameterException error, String[] arguments) {
        CommandLine command = error.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(error.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(error, err)) {
            err.println("Next: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return ExitCode.BAD_REQUEST.code();
    }

    /** What no command expected: the message for a person, the whole for whoever asks. */
    private static int explain(Exception error, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        String message = error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
        err.println(command.getCommandSpec().qualifiedName() + " failed: " + message);
        if (System.getenv("SLOTFERRY_DEBUG") != null) {
            error.printStackTrace(err);
            return ExitCode.FAILED.code();
        }
        if (error instanceof ServerStartException) {
            // Its message says what, where, why and what to do.
            return ExitCode.FAILED.code();
        }
        Arrays.stream(error.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("io.slotferry."))
                .findFirst()
                .ifPresent(frame -> err.println("  at " + frame));
        err.println("Next: the same command with SLOTFERRY_DEBUG=1 shows where it happened");
        return ExitCode.FAILED.code();
    }
}
