/**
 * Twin clusters on which contenders move the same slots of the same data, while clients in a process of their own measure what
 * they feel: {@link io.slotferry.sandbox.race.RaceCommand} shows it to a person, the benchmarks print tables of it.
 */
package io.slotferry.sandbox.race;
