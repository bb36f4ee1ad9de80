package io.slotferry.sandbox;

import java.util.List;
import java.util.Map;

/**
 * What clients did and saw.
 *
 * @param writes acknowledged
 * @param reads answered, each compared with what was last acknowledged
 * @param uncertain writes without an answer: whether they were executed is not known
 * @param tryAgains answers TRYAGAIN, to which a client sends its command again, as Redis asks for
 * @param errors what clients saw beyond redirections and TRYAGAIN
 * @param wrongReads reads that did not answer the last acknowledged write; the first hundred
 * @param latencies by phase, in order
 */
public record TrafficReport(
        long writes,
        long reads,
        long uncertain,
        long tryAgains,
        List<ClientError> errors,
        List<Finding> wrongReads,
        Map<String, Latency> latencies) {}
