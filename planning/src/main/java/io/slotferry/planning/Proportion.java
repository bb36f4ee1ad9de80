package io.slotferry.planning;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Splits a whole number in proportion to weights, by largest remainders. */
final class Proportion {
    private Proportion() {}

    /**
     * Parts in proportion to the weights, each its exact quota rounded down or up, that sum to the amount. As the amount
     * is at most the sum of the weights, no part exceeds its weight. Equal remainders go to the lower index first.
     *
     * @throws IllegalArgumentException where the amount exceeds the sum of the weights
     */
    static int[] split(int amount, int[] weights) {
        long sum = IntStream.of(weights).asLongStream().sum();
        if (amount < 0 || amount > sum) {
            throw new IllegalArgumentException(amount + " cannot be split over weights that sum to " + sum);
        }
        int[] parts = new int[weights.length];
        if (amount == 0) {
            return parts;
        }
        long[] remainders = new long[weights.length];
        int left = amount;
        for (int i = 0; i < weights.length; i++) {
            long product = (long) amount * weights[i];
            parts[i] = (int) (product / sum);
            remainders[i] = product % sum;
            left -= parts[i];
        }
        IntStream.range(0, weights.length)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> -remainders[i]))
                .limit(left)
                .forEach(i -> parts[i]++);
        return parts;
    }
}
