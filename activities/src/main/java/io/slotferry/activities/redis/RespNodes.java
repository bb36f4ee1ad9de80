package io.slotferry.activities.redis;

import io.slotferry.activities.credentials.Credential;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Real nodes, over the Redis protocol, all with the same credential. */
public final class RespNodes implements Nodes {
    private static final Duration LOOK_LIMIT = Duration.ofSeconds(5);

    private static final IdleLooks IDLE = new IdleLooks(Duration.ofSeconds(2));
    private static final int KNOCK_MILLIS = 3_000;

    private final Optional<Credential> credential;
    private final String credentialHint;

    private RespNodes(Optional<Credential> credential, String credentialHint) {
        this.credential = credential;
        this.credentialHint = credentialHint;
    }

    /**
     * Nodes that ask for the credential of this name, or for none.
     *
     * @throws io.temporal.failure.ApplicationFailure of kind CREDENTIALS where this worker knows none of that name
     */
    public static RespNodes with(Credentials credentials, Optional<String> name) {
        if (name.isEmpty()) {
            return new RespNodes(
                    Optional.empty(),
                    "give the worker the password under a name, such as SLOTFERRY_CREDENTIALS_ORDERS_PASSWORD in its"
                            + " environment, and name it in the request: \"credentials\": \"orders\" in \"cluster\","
                            + " or --credentials orders");
        }
        String hint = credentials.hint(name.get());
        Credential found = credentials
                .find(name.get())
                .orElseThrow(() -> Failures.of(new Halt(
                        FailureKind.CREDENTIALS,
                        "This worker knows no credentials named \"" + name.get() + "\".",
                        List.of(),
                        hint)));
        return new RespNodes(Optional.of(found), hint);
    }

    @Override
    public Node look(NodeAddress address) {
        Optional<RespConnection> idle = IDLE.take(address, credential);
        idle.ifPresent(RespConnection::mayBeGone);
        return new RespLook(
                idle.orElseGet(() -> new RespConnection(address, credential, LOOK_LIMIT, credentialHint)), IDLE);
    }

    @Override
    public ChangingNode change(NodeAddress address, ConnectionName name, Duration limit) {
        RespConnection connection = new RespConnection(address, credential, limit, credentialHint);
        connection.call(RespConnection.command("CLIENT", "SETNAME", name.toString()));
        return new RespChangingNode(connection);
    }

    @Override
    public RdbStream rdb(NodeAddress address, Runnable waiting) {
        return RdbConnection.open(address, credential, credentialHint, waiting);
    }

    @Override
    public Optional<String> knock(NodeAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), KNOCK_MILLIS);
            return Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.of("no address is known for the host " + address.host());
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Optional<String> canary(Collection<NodeAddress> seeds, int slot) {
        return Canary.fly(seeds, credential, slot);
    }
}
