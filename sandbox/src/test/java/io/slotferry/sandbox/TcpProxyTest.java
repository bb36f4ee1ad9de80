package io.slotferry.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {
    private ServerSocket server;
    private TcpProxy proxy;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        proxy = TcpProxy.to("127.0.0.1:" + server.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.close();
    }

    private Socket connect() throws IOException {
        String[] address = proxy.address().split(":", 2);
        Socket socket = new Socket(address[0], Integer.parseInt(address[1]));
        socket.setSoTimeout(60_000);
        return socket;
    }

    @Test
    void what_either_end_sends_arrives_at_the_other() throws IOException {
        try (Socket near = connect();
                Socket far = server.accept()) {
            near.getOutputStream().write(7);
            assertThat(far.getInputStream().read()).isEqualTo(7);
            far.getOutputStream().write(9);
            assertThat(near.getInputStream().read()).isEqualTo(9);
        }
    }

    @Test
    void nothing_passes_while_it_is_cut_and_all_of_it_arrives_once_it_is_mended() throws IOException {
        try (Socket near = connect();
                Socket far = server.accept()) {
            proxy.cut();
            near.getOutputStream().write(7);
            far.setSoTimeout(200);
            assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

            proxy.mend();
            far.setSoTimeout(60_000);
            assertThat(far.getInputStream().read()).isEqualTo(7);
        }
    }

    @Test
    void an_end_that_closes_closes_the_other() throws IOException {
        try (Socket near = connect();
                Socket far = server.accept()) {
            far.close();
            assertThat(near.getInputStream().read()).isEqualTo(-1);
        }
    }
}
