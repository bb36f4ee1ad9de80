package io.slotferry.activities.looking;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.looking.BatchSizes.Source;
import io.slotferry.activities.slots.SourceFigures;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How large batches are that move by the servers' own migration. */
class BatchSizesTest {
    private static final double GIB = 1 << 30;

    private static Source source(double bytes, double forkSeconds) {
        return new Source(5_461, new SourceFigures(bytes, forkSeconds, 0));
    }

    private static int slots(Mode mode, int sources, double bytesOfEach, double forkSeconds) {
        return BatchSizes.byJobs(mode, Collections.nCopies(sources, source(bytesOfEach, forkSeconds)));
    }

    @Test
    void a_small_cluster_moves_in_one_batch() {
        assertThat(slots(Mode.STEADY, 3, GIB / 20, 0)).isEqualTo(6_400);
    }

    @Test
    void more_data_makes_smaller_batches_but_none_smaller_than_key_by_key() {
        assertThat(slots(Mode.STEADY, 3, GIB / 8, 0)).isEqualTo(6_400);
        assertThat(slots(Mode.STEADY, 3, GIB / 2, 0)).isEqualTo(1_600);
        assertThat(slots(Mode.STEADY, 3, GIB, 0)).isEqualTo(400);
        assertThat(slots(Mode.STEADY, 3, 100 * GIB, 0)).isEqualTo(100);
    }

    @Test
    void fast_takes_larger_ones_as_its_jobs_are_larger() {
        assertThat(slots(Mode.FAST, 3, GIB, 0)).isEqualTo(1_600);
        assertThat(slots(Mode.ADAPTIVE, 3, GIB, 0)).isEqualTo(slots(Mode.STEADY, 3, GIB, 0));
    }

    @Test
    void a_fork_that_takes_long_is_to_be_worth_it() {
        assertThat(slots(Mode.STEADY, 3, 8 * GIB, 1)).isEqualTo(1_600);
    }

    @Test
    void a_batch_has_no_more_lanes_than_a_plan_allows_however_many_sources_there_are() {
        assertThat(slots(Mode.STEADY, 200, GIB, 0)).isEqualTo(slots(Mode.STEADY, 8, GIB, 0));
    }

    @Test
    void the_source_with_the_most_data_decides() {
        assertThat(BatchSizes.byJobs(Mode.STEADY, List.of(source(GIB / 20, 0), source(GIB, 0), source(0, 0))))
                .isEqualTo(400);
    }
}
