package io.slotferry.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credential;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.inspect.Inspection;
import io.slotferry.activities.inspect.InspectionText;
import io.slotferry.activities.inspect.Inspector;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Explains a cluster from here, without Temporal and without a change. */
@Command(
        name = "inspect",
        abbreviateSynopsis = true,
        description = {
            "Explains a cluster, a broken one too: what was seen on every node, what it means, and the commands that mend "
                    + "it. Reads, and changes nothing; needs no Temporal and no worker.",
            "",
            "Credentials are found as the worker finds them: NAME is SLOTFERRY_CREDENTIALS_<NAME>_PASSWORD and _USERNAME, "
                    + "or files <folder>/NAME/password and username."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing is amiss",
            "1:something is amiss: what it is, is printed",
            "2:the options are wrong, or nothing is known of the credentials",
            "3:the node named does not answer, or refused the credentials"
        })
public final class InspectCommand implements Callable<Integer> {
    private static final int AMISS = 1;
    private static final int BAD_REQUEST = 2;
    private static final int NO_ANSWER = 3;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Parameters(paramLabel = "SEED", arity = "1..*", description = "a node of the cluster, HOST:PORT")
    private List<String> seeds = List.of();

    @Option(
            names = "--credentials",
            paramLabel = "NAME",
            description = "name of the credentials to log in with; never a password")
    private String credentials;

    @Option(
            names = "--credentials-dir",
            paramLabel = "DIR",
            description = "folder of credentials; default: SLOTFERRY_CREDENTIALS_DIR")
    private Path credentialsFolder;

    @Option(
            names = "--big-keys",
            description = "look at every key for those over 10 MB, 5,000 a second of a replica, 1,000 of a master")
    private boolean bigKeys;

    @Option(names = "--json", description = "one JSON object on standard output, in place of text")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        Logging.configure();
        ClusterAccess access =
                new ClusterAccess(seeds.stream().map(this::address).toList(), Optional.ofNullable(credentials));
        Credentials known = known();
        Optional<Credential> login = access.credentials().flatMap(known::find);
        if (credentials != null && login.isEmpty()) {
            return explain(
                    "No credentials named \"" + credentials + "\" are known here.",
                    known.hint(credentials),
                    BAD_REQUEST);
        }
        try {
            Inspection inspection = new Inspector(
                            new ClusterReader(RespNodes.with(known, access.credentials())),
                            login.flatMap(Credential::username))
                    .inspect(access, bigKeys ? Optional.of(BigKeyLimits.DEFAULT) : Optional.empty());
            print(inspection, access);
            return inspection.healthy() ? 0 : AMISS;
        } catch (NodeFailure e) {
            return explain(e.getMessage(), e.halt().next(), NO_ANSWER);
        }
    }

    private void print(Inspection inspection, ClusterAccess access) throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(SlotferryJson.mapper().writeValueAsString(inspection));
        } else {
            out.print(InspectionText.of(inspection, access.credentials().isPresent()));
        }
        out.flush();
    }

    private int explain(String what, String next, int code) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(what);
        err.println("Next: " + next);
        err.flush();
        return code;
    }

    private NodeAddress address(String seed) {
        try {
            return NodeAddress.parse(seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "SEED: " + e.getMessage(), e);
        }
    }

    private Credentials known() {
        Map<String, String> environment = System.getenv();
        return Credentials.fromEnvironment(
                environment, Optional.ofNullable(credentialsFolder).or(() -> WorkerSettings.defaults(environment)
                        .credentials()));
    }
}
