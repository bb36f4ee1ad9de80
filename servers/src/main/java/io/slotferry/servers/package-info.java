/**
 * Real redis-server, valkey-server and Temporal processes on this machine: found or fetched, started, awaited, stopped.
 *
 * <p>{@link io.slotferry.servers.ServerBinary} finds the servers, {@link io.slotferry.servers.LocalCluster} runs a
 * cluster of them, {@link io.slotferry.servers.LocalTemporal} a Temporal server. No process started here outlives the
 * JVM that started it, whatever ends that JVM (see {@link io.slotferry.servers.GuardedProcess}).
 */
package io.slotferry.servers;
