package io.slotferry.planning;

/**
 * A new replica and the shard it will belong to.
 *
 * @param shard index into {@link Plan#shards()}
 */
public record Attachment(Member replica, int shard) {}
