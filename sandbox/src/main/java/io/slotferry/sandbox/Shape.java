package io.slotferry.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import redis.clients.jedis.Response;
import redis.clients.jedis.commands.PipelineCommands;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.Tuple;

/** The types of a dataset's keys, each made of the value that the key's number gives. */
enum Shape {
    STRING {
        @Override
        void write(PipelineCommands pipeline, String key, String value) {
            pipeline.set(key, value);
        }

        @Override
        Response<?> read(PipelineCommands pipeline, String key) {
            return pipeline.get(key);
        }

        @Override
        Object expected(String value) {
            return value;
        }
    },
    EXPIRING {
        @Override
        void write(PipelineCommands pipeline, String key, String value) {
            pipeline.set(key, value, SetParams.setParams().ex(86_400));
        }

        @Override
        Response<?> read(PipelineCommands pipeline, String key) {
            return pipeline.get(key);
        }

        @Override
        Object expected(String value) {
            return value;
        }
    },
    HASH {
        @Override
        void write(PipelineCommands pipeline, String key, String value) {
            pipeline.hset(key, Map.of("a", head(value), "b", tail(value)));
        }

        @Override
        Response<?> read(PipelineCommands pipeline, String key) {
            return pipeline.hgetAll(key);
        }

        @Override
        Object expected(String value) {
            return Map.of("a", head(value), "b", tail(value));
        }
    },
    /** A field for each time that the value is repeated. */
    LARGE_HASH {
        @Override
        void write(PipelineCommands pipeline, String key, String value) {
            pipeline.hset(key, fields(value));
        }

        @Override
        Response<?> read(PipelineCommands pipeline, String key) {
            return pipeline.hgetAll(key);
        }

        @Override
        Object expected(String value) {
            return fields(value);
        }
    },
    LIST {
        @Override
        void write(PipelineCommands pipeline, String key, String value) {
            pipeline.rpush(key, head(value), tail(value));
        }

        @Override
        Response<?> read(PipelineCommands pipeline, String key) {
            return pipeline.lrange(key, 0, -1);
        }

        @Override
        Object expected(String value) {
            return List.of(head(value), tail(value));
        }
    },
    SET {
        @Override
        void write(PipelineCommands pipeline, String key, String value) {
            pipeline.sadd(key, head(value), tail(value));
        }

        @Override
        Response<?> read(PipelineCommands pipeline, String key) {
            return pipeline.smembers(key);
        }

        @Override
        Object expected(String value) {
            return Set.of(head(value), tail(value));
        }
    },
    SORTED_SET {
        @Override
        void write(PipelineCommands pipeline, String key, String value) {
            pipeline.zadd(key, Map.of(head(value), 1.5, tail(value), 2.5));
        }

        @Override
        Response<?> read(PipelineCommands pipeline, String key) {
            return pipeline.zrangeWithScores(key, 0, -1);
        }

        @Override
        Object expected(String value) {
            return List.of(new Tuple(head(value), 1.5), new Tuple(tail(value), 2.5));
        }
    };

    abstract void write(PipelineCommands pipeline, String key, String value);

    abstract Response<?> read(PipelineCommands pipeline, String key);

    /** What {@link #read} must answer. */
    abstract Object expected(String value);

    private static Map<String, String> fields(String value) {
        return IntStream.range(0, value.length() / Dataset.VALUE_LENGTH)
                .boxed()
                .collect(Collectors.toMap(
                        i -> "field" + i,
                        i -> value.substring(i * Dataset.VALUE_LENGTH, (i + 1) * Dataset.VALUE_LENGTH)));
    }

    private static String head(String value) {
        return value.substring(0, value.length() / 2);
    }

    private static String tail(String value) {
        return value.substring(value.length() / 2);
    }
}
