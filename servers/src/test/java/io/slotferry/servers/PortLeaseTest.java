package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortLeaseTest {
    @Test
    void no_port_is_leased_twice_and_each_leaves_room_for_its_bus_port() {
        List<PortLease> leases = new ArrayList<>();
        Set<Integer> ports = new HashSet<>();
        try {
            for (int i = 0; i < 200; i++) {
                PortLease lease = PortLease.take("127.0.0.1");
                leases.add(lease);
                assertThat(ports.add(lease.port())).isTrue();
                assertThat(lease.port() + PortLease.BUS_OFFSET).isLessThan(32_768);
            }
        } finally {
            leases.forEach(PortLease::close);
        }
    }

    @Test
    void an_address_of_another_machine_is_refused_with_the_address() {
        // 192.0.2.0/24 is reserved for documentation (RFC 5737).
        assertThatThrownBy(() -> PortLease.take("192.0.2.1"))
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("192.0.2.1");
    }
}
