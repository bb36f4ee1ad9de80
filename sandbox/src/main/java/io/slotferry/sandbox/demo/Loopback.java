package io.slotferry.sandbox.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;

/** The loopback addresses that stand for hosts: 127.0.0.1, 127.0.0.2 and so on where the system has them. */
final class Loopback {
    private static final String PREFIX = "127.0.0.";

    private final boolean several = isThere(PREFIX + 2);

    /** Whether there is more than one (Linux has them all; macOS has the first alone, unless others were added). */
    boolean several() {
        return several;
    }

    /** The address of the host with this number, from 1; all are one where there is only one. */
    String host(int number) {
        return PREFIX + (several ? number : 1);
    }

    String[] hosts(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(this::host)
                .distinct()
                .toArray(String[]::new);
    }

    private static boolean isThere(String address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
