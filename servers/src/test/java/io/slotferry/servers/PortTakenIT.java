package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.HostAndPort;

class PortTakenIT {
    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void a_port_that_another_process_took_meanwhile_is_told_from_other_failures(
            WantedServer wanted, @TempDir Path folder) throws Exception {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        failsOnTakenPort(binary, 0, folder);
    }

    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void a_bus_port_that_another_process_took_meanwhile_is_told_too(WantedServer wanted, @TempDir Path folder)
            throws Exception {
        failsOnTakenPort(wanted.orSkip(TestAbortedException::new), PortLease.BUS_OFFSET, folder);
    }

    private static void failsOnTakenPort(ServerBinary binary, int offset, Path folder) throws Exception {
        NodeSettings settings = new NodeSettings(binary, List.of(), new NodeSettings.Login(null, null));
        try (PortLease lease = PortLease.take("127.0.0.1");
                ServerSocket other = new ServerSocket(lease.port() + offset, 1, InetAddress.getLoopbackAddress())) {
            LocalNode node = new LocalNode("late", settings, new HostAndPort("127.0.0.1", lease.port()), true, folder);
            assertThatThrownBy(node::start).isInstanceOf(PortTakenException.class);
        }
    }
}
