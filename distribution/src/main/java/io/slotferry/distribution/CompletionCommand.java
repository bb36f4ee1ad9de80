package io.slotferry.distribution;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the script by which a shell completes commands and options. */
@Command(
        name = "completion",
        sortOptions = false,
        description = {
            "Prints the script by which a shell completes slotferry's commands and options.",
            "bash: source <(slotferry completion bash), in ~/.bashrc.",
            "zsh: the same with zsh, in ~/.zshrc; it loads bashcompinit."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it was printed", "2:there is no such shell here"})
final class CompletionCommand implements Callable<Integer> {
    /** Has zsh load what the script, which is one for both, builds upon. */
    private static final String ZSH = "autoload -Uz compinit && compinit\n";

    /** Those for which there is a script. */
    enum Shell {
        BASH,
        ZSH
    }

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh")
    private Shell shell;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine()
                .getOut()
                .println((shell == Shell.ZSH ? ZSH : "")
                        + AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
