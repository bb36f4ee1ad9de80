package io.slotferry.activities.looking;

import io.slotferry.activities.attempt.FailureBoundary;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.preflight.Preflight;
import io.slotferry.activities.redis.Connections;
import io.slotferry.workflows.contract.Activities;
import io.slotferry.workflows.contract.Activities.ValidateOrder;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.PlanAnswer;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.ValidationReport;

/** Preflight, plan and validation as activities. */
public final class LookingActivities implements Activities.Looking {
    private final Connections connections;

    public LookingActivities(Connections connections) {
        this.connections = connections;
    }

    @Override
    public PreflightReport preflight(ExpandRequest request) {
        return FailureBoundary.run(
                () -> new Preflight(new ClusterReader(connections.to(request.access()))).check(request));
    }

    @Override
    public PlanAnswer makePlan(ExpandRequest request) {
        return FailureBoundary.run(
                () -> new PlanMaker(new ClusterReader(connections.to(request.access()))).make(request));
    }

    @Override
    public ValidationReport validate(ValidateOrder order) {
        return FailureBoundary.run(
                () -> new Validation(new ClusterReader(connections.to(order.access())), order).validate());
    }
}
