package io.slotferry.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.sandbox.faults.TwinMasters.Twins;
import org.junit.jupiter.api.Test;

class TwinMastersTest {
    @Test
    void the_two_masters_of_a_shard_are_read_from_the_halt() {
        String halt = """
                The shard of 127.0.0.2:19016 (824d7ffa) has two masters, one of them without slots.
                  master 127.0.0.3:20443 (3b972eeb) owns 5922-10921
                  master 127.0.0.2:19016 (824d7ffa) owns no slot
                Next: wait until the one without slots follows the other""";

        assertThat(Twins.in(halt)).contains(new Twins("127.0.0.2:19016", "127.0.0.3:20443"));
    }

    @Test
    void another_halt_names_none() {
        assertThat(Twins.in("The nodes' views of the cluster differ, or a node is not ok."))
                .isEmpty();
    }
}
