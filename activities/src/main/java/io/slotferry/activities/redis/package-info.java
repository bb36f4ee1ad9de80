/**
 * The only room that talks to nodes. It speaks the Redis protocol, parses what nodes answer, maps their errors, and offers
 * the rest a small port: {@link io.slotferry.activities.redis.Nodes}, {@link io.slotferry.activities.redis.Node} and
 * {@link io.slotferry.activities.redis.ChangingNode}.
 */
package io.slotferry.activities.redis;
