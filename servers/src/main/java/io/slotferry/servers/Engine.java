package io.slotferry.servers;

/** The two engines that speak Redis Cluster's protocol. */
public enum Engine {
    REDIS("redis"),
    VALKEY("valkey");

    private final String word;

    Engine(String word) {
        this.word = word;
    }

    /** The engine as file names and display names write it: {@code redis}, {@code valkey}. */
    public String word() {
        return word;
    }
}
