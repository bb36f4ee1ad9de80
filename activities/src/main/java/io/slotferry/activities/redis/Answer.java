package io.slotferry.activities.redis;

/**
 * One answer of several that were asked for together: a refusal concerns its own command and stops none of the others.
 *
 * @param <T> what the command answers
 */
public sealed interface Answer<T> {
    /** The node did it. */
    record Done<T>(T value) implements Answer<T> {}

    /** The node answered with this error. */
    record Refused<T>(String reply) implements Answer<T> {}
}
