package io.slotferry.benchmarks;

import java.util.stream.DoubleStream;

/** The same figure, taken several times: none of them counts by itself. */
final class Repeated {
    private final double[] ascending;

    private Repeated(double[] ascending) {
        this.ascending = ascending;
    }

    /**
     * Figures in any order.
     *
     * @throws IllegalArgumentException where there is none
     */
    static Repeated of(DoubleStream figures) {
        double[] ascending = figures.sorted().toArray();
        if (ascending.length == 0) {
            throw new IllegalArgumentException("no figure");
        }
        return new Repeated(ascending);
    }

    /** The middle one; of an even number the mean of the middle two. */
    double median() {
        int middle = ascending.length / 2;
        return ascending.length % 2 == 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2;
    }

    double lowest() {
        return ascending[0];
    }

    double highest() {
        return ascending[ascending.length - 1];
    }

    /** How far they lie apart, in percent of the lowest. */
    double spread() {
        return (highest() / lowest() - 1) * 100;
    }
}
