package io.slotferry.activities.looking;

import io.slotferry.activities.attempt.Attempts;
import io.slotferry.activities.attempt.Kin;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.preflight.Preflight;
import io.slotferry.activities.redis.Connections;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.Activities;
import io.slotferry.workflows.contract.Activities.ReturnOrder;
import io.slotferry.workflows.contract.Activities.ValidateOrder;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.CourseSoFar;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.PlanAnswer;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.ReturnPlan;
import io.slotferry.workflows.contract.ValidationReport;
import io.slotferry.workflows.contract.WeighedSlots;
import java.util.Optional;
import java.util.function.BiFunction;

/** Preflight, plans and validation as activities. They heartbeat, so that a worker that dies is missed soon. */
public final class LookingActivities implements Activities.Looking {
    private final Connections connections;
    private final Attempts attempts;

    public LookingActivities(Connections connections, Attempts attempts) {
        this.connections = connections;
        this.attempts = attempts;
    }

    @Override
    public PreflightReport preflight(ExpandRequest request) {
        return looking(
                request.access(),
                (reader, lifeline) -> new Preflight(reader, name -> lifeline.kin(name) == Kin.STRANGER).check(request));
    }

    @Override
    public WeighedSlots weighSlots(ExpandRequest request) {
        return looking(request.access(), (reader, lifeline) -> new SlotWeigher(reader).weigh(request));
    }

    @Override
    public PlanAnswer makePlan(ExpandRequest request, BigKeys bigKeys, Optional<WeighedSlots> weights) {
        return looking(request.access(), (reader, lifeline) -> new PlanMaker(reader)
                .make(request, bigKeys, weights.map(WeighedSlots::slots)));
    }

    @Override
    public CourseSoFar readCourse(ClusterAccess access, Plan plan) {
        return looking(access, (reader, lifeline) -> new CourseReader(reader).read(access, plan));
    }

    @Override
    public ReturnPlan planReturn(ReturnOrder order) {
        return looking(order.access(), (reader, lifeline) -> new ReturnPlanner(reader, lifeline).plan(order));
    }

    @Override
    public ValidationReport validate(ValidateOrder order) {
        return looking(order.access(), (reader, lifeline) -> new Validation(reader, order, lifeline).validate());
    }

    private <T> T looking(ClusterAccess access, BiFunction<ClusterReader, Lifeline, T> work) {
        return attempts.lasting(lifeline -> work.apply(new ClusterReader(connections.to(access)), lifeline));
    }
}
