package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.api.enums.v1.ScheduleOverlapPolicy;
import io.temporal.api.workflowservice.v1.ListScheduleMatchingTimesRequest;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleAlreadyRunningException;
import io.temporal.client.schedules.ScheduleClient;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.client.schedules.ScheduleDescription;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.client.schedules.ScheduleListDescription;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.client.schedules.SchedulePolicy;
import io.temporal.client.schedules.ScheduleSpec;
import io.temporal.client.schedules.ScheduleState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Temporal's schedules, as far as they start expansions. */
final class Schedules {
    /** What a schedule of ours keeps beside itself: the cluster's name, by which lists know it. */
    static final String CLUSTER = "slotferryCluster";

    private static final int SHOWN = 5;
    private static final int PAGE = 100;
    private static final Duration LOOKED_AHEAD = Duration.ofDays(366);
    private static final long DEADLINE_SECONDS = 10;

    private final Connection temporal;
    private final ScheduleClient client;

    Schedules(Connection temporal) {
        this.temporal = temporal;
        this.client = ScheduleClient.newInstance(
                temporal.stubs(),
                ScheduleClientOptions.newBuilder()
                        .setNamespace(temporal.namespace())
                        .setDataConverter(SlotferryJson.dataConverter())
                        .build());
    }

    /** The schedule that starts this request. */
    static Schedule of(ObjectNode json, String taskQueue, ScheduleSpec spec, Duration catchUp) {
        return Schedule.newBuilder()
                .setAction(action(json, taskQueue))
                .setSpec(spec)
                .setPolicy(policy(catchUp))
                .setState(ScheduleState.newBuilder().build())
                .build();
    }

    static ScheduleActionStartWorkflow action(ObjectNode json, String taskQueue) {
        ExpandRequest request = RequestReader.read(json);
        return ScheduleActionStartWorkflow.newBuilder()
                .setWorkflowType(Names.EXPAND_CLUSTER)
                .setArguments(json)
                .setOptions(WorkflowOptions.newBuilder()
                        .setWorkflowId(Starter.workflowId(request))
                        .setTaskQueue(taskQueue)
                        .setStaticSummary(Starter.summary(request))
                        .setStaticDetails(Starter.details(json))
                        .build())
                .build();
    }

    /** One run at a time, none that is long overdue, and none after one that failed until a person has looked. */
    static SchedulePolicy policy(Duration catchUp) {
        return SchedulePolicy.newBuilder()
                .setOverlap(ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_SKIP)
                .setCatchupWindow(catchUp)
                .setPauseOnFailure(true)
                .build();
    }

    void create(String id, Schedule schedule) {
        String cluster =
                RequestReader.read(ScheduleText.request(schedule)).cluster().name();
        answer(id, () -> {
            try {
                return client.createSchedule(
                        id,
                        schedule,
                        ScheduleOptions.newBuilder()
                                .setMemo(Map.of(CLUSTER, cluster))
                                .build());
            } catch (ScheduleAlreadyRunningException e) {
                throw new CommandException(
                        ExitCode.REFUSED,
                        "There is a schedule " + id + " already; nothing was changed.",
                        "slotferry schedule update " + id + ", or another name");
            }
        });
    }

    /** Those that start expansions. */
    List<ScheduleListDescription> list() {
        return answer("", () -> client.listSchedules(PAGE)
                .filter(schedule -> schedule.getMemo(CLUSTER, String.class) != null)
                .toList());
    }

    ScheduleDescription describe(String id) {
        return answer(id, () -> handle(id).describe());
    }

    /** Does something to the schedule of that name. */
    void change(String id, Consumer<ScheduleHandle> change) {
        answer(id, () -> {
            change.accept(handle(id));
            return id;
        });
    }

    private ScheduleHandle handle(String id) {
        return client.getHandle(id);
    }

    /** The next five times at which it starts a run, within a year. */
    List<Instant> next(String id) {
        return answer(id, () -> {
            Instant now = Instant.now();
            return temporal
                    .stubs()
                    .blockingStub()
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .listScheduleMatchingTimes(ListScheduleMatchingTimesRequest.newBuilder()
                            .setNamespace(temporal.namespace())
                            .setScheduleId(id)
                            .setStartTime(timestamp(now))
                            .setEndTime(timestamp(now.plus(LOOKED_AHEAD)))
                            .build())
                    .getStartTimeList()
                    .stream()
                    .limit(SHOWN)
                    .map(time -> Instant.ofEpochSecond(time.getSeconds(), time.getNanos()))
                    .toList();
        });
    }

    /** The same of one that is not there yet: the server reckons, by a paused one that is gone afterwards. */
    List<Instant> preview(Schedule schedule) {
        String id = "slotferry-preview-" + UUID.randomUUID();
        Schedule paused = Schedule.newBuilder(schedule)
                .setState(ScheduleState.newBuilder()
                        .setPaused(true)
                        .setNote("a preview of its times; may be deleted")
                        .build())
                .build();
        answer(
                id,
                () -> client.createSchedule(
                        id, paused, ScheduleOptions.newBuilder().build()));
        try {
            return next(id);
        } finally {
            handle(id).delete();
        }
    }

    private <T> T answer(String id, Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            throw refusal(id, e);
        }
    }

    private RuntimeException refusal(String id, RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof StatusRuntimeException status) {
                return refusal(id, status);
            }
        }
        return e;
    }

    private RuntimeException refusal(String id, StatusRuntimeException status) {
        Status.Code code = status.getStatus().getCode();
        return switch (code) {
            case NOT_FOUND ->
                new CommandException(
                        ExitCode.NOT_FOUND,
                        "There is no schedule " + id + " in namespace \"" + temporal.namespace() + "\" at "
                                + temporal.address() + ".",
                        "slotferry schedule list");
            case INVALID_ARGUMENT ->
                new CommandException(
                        ExitCode.BAD_REQUEST,
                        "Temporal does not take this schedule: "
                                + status.getStatus().getDescription() + ". Nothing was changed.",
                        "slotferry help schedule create");
            case UNIMPLEMENTED ->
                new CommandException(
                        ExitCode.FAILED,
                        "Temporal at " + temporal.address() + " has no schedules.",
                        "use a server of its own: temporal server start-dev");
            default -> status;
        };
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamps.fromMillis(instant.toEpochMilli());
    }
}
