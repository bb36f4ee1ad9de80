package io.slotferry.workflows.expand;

import io.temporal.activity.ActivityOptions;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkflowOutboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowOutboundCallsInterceptorBase;
import io.temporal.worker.WorkerFactoryOptions;
import java.time.Duration;

/**
 * Gives every attempt of an activity time. While a fake works the in-memory server's clock is the machine's, and the fakes
 * send no heartbeats: where the machine stands still for the eight seconds of the heartbeat timeout, an attempt would be taken
 * for dead and its call be made, and counted, twice.
 */
final class UnhurriedActivities extends WorkerInterceptorBase {
    static final WorkerFactoryOptions FACTORY = WorkerFactoryOptions.newBuilder()
            .setWorkerInterceptors(new UnhurriedActivities())
            .build();

    private static final Duration LONG = Duration.ofDays(365);

    private UnhurriedActivities() {}

    @Override
    public WorkflowInboundCallsInterceptor interceptWorkflow(WorkflowInboundCallsInterceptor next) {
        return new WorkflowInboundCallsInterceptorBase(next) {
            @Override
            public void init(WorkflowOutboundCallsInterceptor outbound) {
                super.init(new Unhurried(outbound));
            }
        };
    }

    private static final class Unhurried extends WorkflowOutboundCallsInterceptorBase {
        Unhurried(WorkflowOutboundCallsInterceptor next) {
            super(next);
        }

        @Override
        public <R> ActivityOutput<R> executeActivity(ActivityInput<R> input) {
            ActivityOptions unhurried = ActivityOptions.newBuilder(input.getOptions())
                    .setHeartbeatTimeout(LONG)
                    .setStartToCloseTimeout(LONG)
                    .build();
            return super.executeActivity(new ActivityInput<>(
                    input.getActivityName(),
                    input.getResultClass(),
                    input.getResultType(),
                    input.getArgs(),
                    unhurried,
                    input.getHeader()));
        }
    }
}
