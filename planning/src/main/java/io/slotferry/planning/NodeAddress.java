package io.slotferry.planning;

/**
 * Where a node serves clients: a host name or IP literal, and a port from 1 to 65,535. Written {@code host:port}; an IPv6
 * literal is written in brackets, {@code [::1]:7000}.
 */
public record NodeAddress(String host, int port) implements Comparable<NodeAddress> {
    public NodeAddress {
        if (host.isBlank() || host.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("\"" + host + "\" is not a host");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not between 1 and 65535");
        }
    }

    /**
     * Reads {@code host:port} or {@code [ipv6]:port}.
     *
     * @throws IllegalArgumentException with a message fit for the person who typed the text
     */
    public static NodeAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || colon == text.length() - 1) {
            throw new IllegalArgumentException("\"" + text + "\" is not host:port");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not host:port (an IPv6 address is written [::1]:7000)");
        }
        String port = text.substring(colon + 1);
        if (!port.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("\"" + port + "\" is not a port, in \"" + text + "\"");
        }
        return new NodeAddress(host, Integer.parseInt(port));
    }

    @Override
    public int compareTo(NodeAddress other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
