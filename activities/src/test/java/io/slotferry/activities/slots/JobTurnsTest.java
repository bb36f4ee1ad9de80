package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which migration jobs of a batch run side by side. */
class JobTurnsTest {
    private static final int JOBS = 50;
    private static final long MANY = JobTurns.MANY_KEYS;
    private static final int PATIENCE_SECONDS = 30;

    private final ExecutorService lanes = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        lanes.shutdownNow();
    }

    private static Shard shard(String host, int port) {
        Member master = new Member(new NodeId(String.format("%040d", port)), new NodeAddress(host, port));
        return new Shard(master, List.of(), SlotRanges.none());
    }

    private static LaneTask lane(Shard from, Shard to) {
        SlotRanges slots = SlotRanges.parse("0-99");
        Move move = new Move(List.of(from.master()), List.of(to.master()), slots);
        return new LaneTask(move, from, to, slots, SlotRanges.none());
    }

    /** The most jobs of these lanes that were at work together, of many. */
    private int mostAtOnce(Kind kind, Mode mode, LaneTask... tasks) throws Exception {
        JobTurns turns = new JobTurns(kind, mode);
        AtomicInteger atWork = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Callable<Integer>> work = new ArrayList<>();
        for (LaneTask task : tasks) {
            work.add(() -> {
                for (int job = 0; job < JOBS; job++) {
                    turns.take(task, MANY, turn -> {
                        most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                        LockSupport.parkNanos(1);
                        return atWork.decrementAndGet();
                    });
                }
                return JOBS;
            });
        }
        for (Future<Integer> lane : lanes.invokeAll(work, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            assertThat(lane.get()).isEqualTo(JOBS);
        }
        return most.get();
    }

    /** Whether each of these lanes can have a job at work at the same time. */
    private boolean together(Kind kind, Mode mode, LaneTask... tasks) throws Exception {
        return together(kind, mode, MANY, tasks);
    }

    /** The same of jobs of so many keys, which are across at once. */
    private boolean together(Kind kind, Mode mode, long keys, LaneTask... tasks) throws Exception {
        JobTurns turns = new JobTurns(kind, mode);
        CyclicBarrier all = new CyclicBarrier(tasks.length);
        List<Callable<Boolean>> work = new ArrayList<>();
        for (LaneTask task : tasks) {
            work.add(() -> turns.take(task, keys, turn -> {
                turn.across();
                return await(all);
            }));
        }
        boolean met = true;
        for (Future<Boolean> lane : lanes.invokeAll(work)) {
            met &= lane.get();
        }
        return met;
    }

    private static boolean await(CyclicBarrier all) {
        try {
            all.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void a_source_has_one_job_at_a_time_whatever_its_targets(Kind kind) throws Exception {
        Shard source = shard("10.0.0.1", 7001);

        assertThat(mostAtOnce(
                        kind,
                        Mode.FAST,
                        lane(source, shard("10.0.0.8", 7008)),
                        lane(source, shard("10.0.0.9", 7009)),
                        lane(source, shard("10.0.0.9", 7009))))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void sources_of_one_host_have_one_job_between_them_but_in_fast(Kind kind) throws Exception {
        LaneTask[] tasks = {
            lane(shard("10.0.0.1", 7001), shard("10.0.0.7", 7007)),
            lane(shard("10.0.0.1", 7002), shard("10.0.0.8", 7008)),
            lane(shard("10.0.0.1", 7003), shard("10.0.0.9", 7009))
        };

        assertThat(mostAtOnce(kind, Mode.STEADY, tasks)).isEqualTo(1);
        assertThat(mostAtOnce(kind, Mode.ADAPTIVE, tasks)).isEqualTo(1);
        assertThat(together(kind, Mode.FAST, tasks)).isTrue();
    }

    @Test
    void sources_of_valkey_on_several_hosts_go_side_by_side_also_to_one_target() throws Exception {
        Shard target = shard("10.0.0.9", 7009);

        assertThat(together(
                        Kind.MIGRATESLOTS,
                        Mode.STEADY,
                        lane(shard("10.0.0.1", 7001), target),
                        lane(shard("10.0.0.2", 7002), target),
                        lane(shard("10.0.0.3", 7003), target)))
                .isTrue();
    }

    @Test
    void a_target_of_valkey_takes_the_next_job_of_many_keys_once_those_of_the_one_before_are_across() throws Exception {
        Shard target = shard("10.0.0.9", 7009);
        LaneTask first = lane(shard("10.0.0.1", 7001), target);
        LaneTask second = lane(shard("10.0.0.2", 7002), target);
        JobTurns turns = new JobTurns(Kind.MIGRATESLOTS, Mode.FAST);
        CountDownLatch begun = new CountDownLatch(1);

        boolean waited = turns.take(first, MANY, turn -> {
            Future<Boolean> next = lanes.submit(() -> turns.take(second, MANY, ignored -> {
                begun.countDown();
                return true;
            }));
            assertThat(turns.<Boolean>take(
                            lane(shard("10.0.0.3", 7003), target), MANY - 1, few -> begun.getCount() == 1))
                    .as("one of few keys takes no turn, and the second still waits for its own")
                    .isTrue();
            boolean before = begun.getCount() == 1;
            turn.across();
            return before && get(next);
        });

        assertThat(waited).isTrue();
        assertThat(begun.getCount()).isZero();
    }

    private static boolean get(Future<Boolean> job) {
        try {
            return job.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            return false;
        }
    }

    @Test
    void a_target_of_redis_takes_one_job_at_a_time() throws Exception {
        Shard target = shard("10.0.0.9", 7009);

        assertThat(mostAtOnce(
                        Kind.IMPORT,
                        Mode.FAST,
                        lane(shard("10.0.0.1", 7001), target),
                        lane(shard("10.0.0.2", 7002), target)))
                .isEqualTo(1);
    }

    @Test
    void several_targets_of_redis_go_side_by_side() throws Exception {
        assertThat(together(
                        Kind.IMPORT,
                        Mode.FAST,
                        lane(shard("10.0.0.1", 7001), shard("10.0.0.8", 7008)),
                        lane(shard("10.0.0.2", 7002), shard("10.0.0.9", 7009))))
                .isTrue();
    }
}
