package io.slotferry.planning;

import static io.slotferry.planning.Clusters.evenWithReplicas;
import static io.slotferry.planning.Clusters.views;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClusterViewsTest {
    @Test
    void views_that_are_alike_are_one_cluster() {
        Cluster cluster = evenWithReplicas(3);

        assertThat(ClusterViews.compare(views(cluster))).isEqualTo(new ViewAgreement.Agreed(cluster));
    }
}
