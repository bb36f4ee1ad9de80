package io.slotferry.planning;

/** What masters are to have equal shares of. */
public enum Balance {
    /** Slots, differing by one at most. */
    SLOTS("slots"),
    /** Keys, whatever their size. */
    KEYS("keys"),
    /** Bytes that keys take. */
    MEMORY("bytes"),
    /** The time that commands take on the server. */
    LOAD("load");

    private final String words;

    Balance(String words) {
        this.words = words;
    }

    /** What is counted, as a text calls it. */
    public String words() {
        return words;
    }
}
