package io.slotferry.activities.redis;

import static io.slotferry.activities.redis.RespConnection.command;

import io.slotferry.activities.redis.MigrationJobs.Job;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import redis.clients.jedis.CommandArguments;

/**
 * What one node says of atomic slot migrations, asked over and over while a job is at work. Each answer holds all jobs that the
 * node remembers, a thousand on Valkey, and one that is over does not change any more: it is read once.
 */
final class MigrationLog {
    private static final List<Kind> KINDS = List.of(Kind.MIGRATESLOTS, Kind.IMPORT);

    private final RespConnection connection;
    private Kind kind = Kind.NONE;
    private Map<String, Job> over = Map.of();

    MigrationLog(RespConnection connection) {
        this.connection = connection;
    }

    /**
     * Asks the node.
     *
     * @throws NodeFailure.Refused where it knows the command, and refuses it
     */
    MigrationJobs read() {
        if (kind != Kind.NONE) {
            return jobs(connection.call(question(kind)));
        }
        List<CommandArguments> questions =
                KINDS.stream().map(MigrationLog::question).toList();
        List<Object> answers = connection.pipeline(questions);
        for (int i = 0; i < answers.size(); i++) {
            // A server without atomic slot migration knows neither command; one that has it knows its own.
            if (!isUnknownCommand(answers.get(i))) {
                Object answer = connection.value(questions.get(i), answers.get(i));
                kind = KINDS.get(i);
                return jobs(answer);
            }
        }
        return new MigrationJobs(Kind.NONE, List.of());
    }

    private static CommandArguments question(Kind kind) {
        return kind == Kind.MIGRATESLOTS
                ? command("CLUSTER", "GETSLOTMIGRATIONS")
                : command("CLUSTER", "MIGRATION", "STATUS", "ALL");
    }

    private static boolean isUnknownCommand(Object answer) {
        return RespNode.refusal(answer)
                .filter(error -> error.toLowerCase(Locale.ROOT).contains("unknown subcommand"))
                .isPresent();
    }

    private MigrationJobs jobs(Object answer) {
        Map<String, Job> overNow = new HashMap<>();
        List<Job> all = new ArrayList<>();
        for (Object raw : (List<?>) answer) {
            Job before = over.get(MigrationText.id(kind, raw));
            Job job = before == null ? MigrationText.job(kind, raw) : before;
            all.add(job);
            if (job.isOver()) {
                overNow.put(job.id(), job);
            }
        }
        over = overNow;
        return new MigrationJobs(kind, all);
    }
}
