package io.slotferry.workflows.expand;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.RequestReader;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is given to a run that is no request closes it with the whole message, before any activity. */
class BadInputTest {
    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'x'", "7", "[]", "true", "[{'cluster': 1}]"})
    void json_that_is_no_object_closes_the_run_with_an_example(String json) {
        ApplicationFailure failure = lab.failure(lab.start(json));

        assertRefused(failure);
        assertThat(failure.getOriginalMessage())
                .contains("request: a JSON object belongs here, not a")
                .contains(RequestReader.EXAMPLE);
    }

    @Test
    void no_argument_at_all_closes_the_run_with_an_example() {
        ApplicationFailure failure = lab.failure(lab.startWith());

        assertRefused(failure);
        assertThat(failure.getOriginalMessage()).contains("there is none").contains(RequestReader.EXAMPLE);
    }

    @Test
    void null_closes_the_run_with_an_example() {
        for (Object none : new Object[] {null, ExpandTestRun.NOTHING}) {
            ApplicationFailure failure = lab.failure(lab.startWith(new Object[] {none}));

            assertRefused(failure);
            assertThat(failure.getOriginalMessage()).contains("there is none");
        }
    }

    @Test
    void an_unknown_field_and_a_wrong_type_close_the_run_with_both_paths() {
        ApplicationFailure failure =
                lab.failure(lab.start(ExpandTestRun.request(", 'bacth': {}, 'batch': {'slots': 'x'}")));

        assertRefused(failure);
        assertThat(failure.getOriginalMessage()).isEqualTo("""
                        The request was refused; nothing was touched.
                          batch.slots: a whole number from 1 to 16384 belongs here, not a string
                          bacth: unknown field; did you mean "batch"?
                        Next: correct the fields named above and start again""");
    }

    private void assertRefused(ApplicationFailure failure) {
        assertThat(failure.getType()).isEqualTo(FailureKind.BAD_REQUEST.name());
        assertThat(Failures.haltOf(failure).kind()).isEqualTo(FailureKind.BAD_REQUEST);
        assertThat(failure.isNonRetryable()).isTrue();
        assertThat(lab.fake.calls).isEqualTo(List.of());
    }
}
