package io.slotferry.benchmarks;

import io.slotferry.sandbox.Dataset;
import java.util.Locale;

/** What the clusters are filled with. */
enum Data {
    SMALL(300_000, "keys of about 100 bytes"),
    LARGE(20_000, "keys of 100 kB"),
    MIXED(200_000, "keys, half of them hashes, lists, sets, sorted sets, and strings that expire"),
    EMPTY(1_000, "keys in nearly empty slots"),
    GROUPED(500, "hashes of about 300 kB, ten in a slot each");

    private static final int LARGE_VALUE = 100_000;
    private static final int GROUPED_FIELDS = 3_000;

    private final long usual;
    private final String text;

    Data(long usual, String text) {
        this.usual = usual;
        this.text = text;
    }

    /** So many keys of this kind; as many as usual where it is 0. */
    Dataset of(long keys) {
        Dataset dataset = Dataset.of(keys == 0 ? usual : keys);
        return switch (this) {
            case SMALL, EMPTY -> dataset;
            case LARGE -> dataset.ofSize(LARGE_VALUE);
            case MIXED -> dataset.ofMixedTypes();
            case GROUPED -> dataset.ofGroupedHashes(GROUPED_FIELDS);
        };
    }

    String text(Dataset dataset) {
        return String.format(Locale.ROOT, "%,d %s", dataset.keys(), text);
    }
}
