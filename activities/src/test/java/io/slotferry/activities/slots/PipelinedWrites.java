package io.slotferry.activities.slots;

import io.slotferry.servers.LocalNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisMovedDataException;

/**
 * A client that writes as many keys as it can, in long pipelines, and goes where it is told: one writer's tens of thousands of
 * writes a second, which a client that waits for each answer would never reach.
 */
final class PipelinedWrites implements AutoCloseable {
    private enum Way {
        SOURCE,
        TARGET,
        ASKING
    }

    private final LocalNode source;
    private final LocalNode target;
    private final List<String> keys;
    private final Map<String, Integer> acknowledged = new LinkedHashMap<>();
    private final Thread writer = new Thread(this::write, "pipelined-writer");
    private volatile RuntimeException failure;
    private final AtomicLong writes = new AtomicLong();
    private volatile boolean stopped;

    PipelinedWrites(LocalNode source, LocalNode target, List<String> keys) {
        this.source = source;
        this.target = target;
        this.keys = keys;
        writer.start();
    }

    private void write() {
        try (Jedis toSource = source.jedis();
                Jedis toTarget = target.jedis()) {
            for (int round = 0; !stopped; round++) {
                Map<String, Way> open = new LinkedHashMap<>();
                keys.forEach(key -> open.put(key, Way.SOURCE));
                while (!open.isEmpty()) {
                    send(toSource, open, Way.SOURCE, round);
                    send(toTarget, open, Way.ASKING, round);
                    send(toTarget, open, Way.TARGET, round);
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** Sends those that are to go this way; what is acknowledged is open no more, what is redirected goes another way. */
    private void send(Jedis node, Map<String, Way> open, Way way, int round) {
        List<String> sent = open.entrySet().stream()
                .filter(key -> key.getValue() == way)
                .map(Map.Entry::getKey)
                .toList();
        List<Response<String>> answers = new ArrayList<>();
        try (Pipeline pipeline = node.pipelined()) {
            for (String key : sent) {
                if (way == Way.ASKING) {
                    pipeline.sendCommand(new CommandArguments(Protocol.Command.ASKING));
                }
                answers.add(pipeline.set(key, Integer.toString(round)));
            }
            pipeline.sync();
        }
        for (int i = 0; i < sent.size(); i++) {
            String key = sent.get(i);
            try {
                answers.get(i).get();
                acknowledged.put(key, round);
                open.remove(key);
                writes.incrementAndGet();
            } catch (JedisAskDataException e) {
                open.put(key, Way.ASKING);
            } catch (JedisMovedDataException e) {
                open.put(key, e.getTargetNode().getPort() == target.port() ? Way.TARGET : Way.SOURCE);
            }
        }
    }

    long count() {
        if (failure != null) {
            throw failure;
        }
        return writes.get();
    }

    /** Stops writing and reads back from the target: keys whose last acknowledged write is not what is there. */
    Map<String, String> lost() throws InterruptedException {
        close();
        count();
        Map<String, String> lost = new TreeMap<>();
        try (Jedis jedis = target.jedis()) {
            acknowledged.forEach((key, value) -> {
                String found = jedis.get(key);
                if (!Integer.toString(value).equals(found)) {
                    lost.put(key, "wrote " + value + ", found " + found);
                }
            });
        }
        return lost;
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        writer.join();
    }
}
