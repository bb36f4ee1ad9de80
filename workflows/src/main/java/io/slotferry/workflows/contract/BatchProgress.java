package io.slotferry.workflows.contract;

/**
 * How far a batch is: the heartbeat's detail while it moves, and part of its outcome. A hint for people; what is true is
 * what the nodes own.
 *
 * @param slotsDone slots of the batch that their targets own, those moved by earlier attempts included
 * @param keysMoved by this attempt
 * @param bytesMoved by this attempt, as MEMORY USAGE estimates
 */
public record BatchProgress(int number, int slotsDone, int slots, long keysMoved, long bytesMoved) {}
