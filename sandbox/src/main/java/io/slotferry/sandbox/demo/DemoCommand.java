package io.slotferry.sandbox.demo;

import io.slotferry.servers.ServerBinary;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the whole on this machine. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a cluster of three masters and three replicas on this machine, fills it, lets clients write and read, "
                    + "and expands it by new nodes: as slotferry expand does, through a real Temporal server and a worker.",
            "Then reads back every write that was acknowledged. Nothing is left behind.",
            "",
            "Temporal is TEMPORAL_ADDRESS where that is set, else temporal on the PATH, else it is fetched."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:balanced and valid, and no write was lost",
            "1:it ran, but something is not as it should be: what it is, is printed",
            "2:the options are wrong",
            "130:interrupted; nothing is left behind"
        })
public final class DemoCommand implements Callable<Integer> {
    @Mixin
    private DemoOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (options.problem() != null) {
            throw new ParameterException(spec.commandLine(), options.problem());
        }
        Narrator narrator =
                new Narrator(spec.commandLine().getOut(), spec.commandLine().getErr(), options.json());
        ServerBinary server = options.server() == null ? ServerBinary.find() : ServerBinary.at(options.server());
        try (Stage stage = new Stage(narrator)) {
            boolean well = new Demo(options, narrator, stage).run(server);
            if (options.keep()) {
                stage.leave();
            }
            return well ? 0 : 1;
        }
    }
}
