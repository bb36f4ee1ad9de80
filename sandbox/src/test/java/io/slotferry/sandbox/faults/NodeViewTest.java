package io.slotferry.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.planning.SlotRanges;
import org.junit.jupiter.api.Test;

class NodeViewTest {
    private static final String NODES = """
            aaa 127.0.0.1:7000@17000,host-a myself,master - 0 0 1 connected 0-99 200 [93-<-bbb] [97->-ccc]
            bbb 127.0.0.2:7001@17001 master - 0 0 2 connected 100-199
            ccc 127.0.0.3:7002@17002 master,fail - 0 0 3 disconnected 201-16383
            ddd 127.0.0.1:7003@17003 slave bbb 0 0 2 connected
            eee :0@0 master,noaddr - 0 0 9 disconnected
            fff 127.0.0.9:7009@17009 handshake - 0 0 0 connected
            """;

    @Test
    void a_master_tells_its_slots_and_its_open_slots_with_their_other_ends() {
        NodeView view = NodeView.parse(NODES);

        assertThat(view.address()).isEqualTo("127.0.0.1:7000");
        assertThat(view.master()).isTrue();
        assertThat(view.slots()).isEqualTo(SlotRanges.parse("0-99,200"));
        assertThat(view.open()).hasSize(2).containsEntry(93, "127.0.0.2:7001").containsEntry(97, "127.0.0.3:7002");
        assertThat(view.openText()).contains("93 (with 127.0.0.2:7001)");
    }

    @Test
    void it_tells_whom_else_it_knows_and_whom_it_holds_for_failed() {
        NodeView view = NodeView.parse(NODES);

        assertThat(view.owners())
                .containsOnlyKeys("127.0.0.1:7000", "127.0.0.2:7001", "127.0.0.3:7002")
                .containsEntry("127.0.0.2:7001", SlotRanges.parse("100-199"));
        assertThat(view.members())
                .containsExactly("127.0.0.1:7000", "127.0.0.1:7003", "127.0.0.2:7001", "127.0.0.3:7002");
        assertThat(view.failing()).containsExactly("127.0.0.3:7002");
    }

    @Test
    void a_replica_tells_its_master() {
        NodeView view = NodeView.parse(NODES.replace("myself,", "").replace("slave bbb", "myself,slave bbb"));

        assertThat(view.master()).isFalse();
        assertThat(view.masterAddress()).isEqualTo("127.0.0.2:7001");
        assertThat(view.slots()).isEqualTo(SlotRanges.none());
    }

    @Test
    void a_text_without_the_nodes_own_line_is_refused() {
        assertThatThrownBy(() -> NodeView.parse("bbb 127.0.0.2:7001@17001 master - 0 0 2 connected 100-199"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
