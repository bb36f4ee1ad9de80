package io.slotferry.workflows.contract;

/** What happens next, for the person who gave a command. */
public record CommandAnswer(RunState state, String next) {}
