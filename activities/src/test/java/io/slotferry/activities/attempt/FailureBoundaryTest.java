package io.slotferry.activities.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.FailureKind.Proceeds;
import io.slotferry.workflows.contract.Failures.Waiting;
import io.slotferry.workflows.contract.Halt;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureBoundaryTest {
    private static final Duration MOMENT = Duration.ofSeconds(30);

    private static ApplicationFailure failure(FailureKind kind, Instant troubledSince) {
        return catchThrowableOfType(
                ApplicationFailure.class,
                () -> FailureBoundary.run(
                        () -> {
                            throw new Halted(new Halt(kind, "it failed", List.of("so"), "mend it"));
                        },
                        () -> troubledSince));
    }

    @ParameterizedTest
    @EnumSource
    void a_failure_is_tried_again_for_its_kinds_patience_since_the_trouble_began_and_then_is_for_the_operator(
            FailureKind kind) {
        Instant began = Instant.now().minus(kind.patience()).plus(MOMENT);

        ApplicationFailure early = failure(kind, began);
        ApplicationFailure late = failure(kind, began.minus(MOMENT.multipliedBy(2)));

        assertThat(early.isNonRetryable()).isEqualTo(kind.proceeds() != Proceeds.RETRY);
        assertThat(late.isNonRetryable()).isTrue();
        assertThat(late.getType()).isEqualTo(kind.name());
        assertThat(late.getOriginalMessage()).contains("it failed");
        if (!early.isNonRetryable()) {
            assertThat(early.getDetails().get(2, Waiting.class))
                    .isEqualTo(new Waiting(began, began.plus(kind.patience())));
        }
    }
}
