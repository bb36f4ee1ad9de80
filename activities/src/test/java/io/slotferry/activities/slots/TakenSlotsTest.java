package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TakenSlotsTest {
    private static final Member SOURCE = member("a", 7000);
    private static final Member TARGET = member("b", 7001);
    private static final Member SUCCESSOR = member("c", 7002);

    private final TakenSlots taken = new TakenSlots();

    @Test
    void a_slot_that_is_to_be_moved_again_was_taken_back_also_in_the_eyes_of_the_next_attempt() {
        taken.add(TARGET.id(), SlotRanges.parse("0-2"));
        taken.add(TARGET.id(), SlotRanges.parse("3-4"));
        ObjectNode report = SlotferryJson.mapper().createObjectNode();
        report.set(TakenSlots.FIELD, SlotferryJson.mapper().valueToTree(taken.texts()));
        TakenSlots next = new TakenSlots();
        next.recall(Optional.of(report));

        assertThatThrownBy(() -> next.requireNotPending(List.of(lane(TARGET, "4-9"))))
                .isInstanceOfSatisfying(Halted.class, halted -> {
                    assertThat(halted.halt().kind()).isEqualTo(FailureKind.SLOT_TAKEN_BACK);
                    assertThat(halted.halt().evidence())
                            .singleElement()
                            .asString()
                            .startsWith("slots 4 were taken by 127.0.0.1:7001");
                });
        assertThatCode(() -> next.requireNotPending(List.of(lane(TARGET, "5-9"))))
                .doesNotThrowAnyException();
    }

    /** What the dead master had taken its replica has; the slots are opened again and finished. */
    @Test
    void slots_whose_target_failed_over_were_not_taken_back() {
        taken.add(TARGET.id(), SlotRanges.parse("0-4"));

        assertThatCode(() -> taken.requireNotPending(List.of(lane(SUCCESSOR, "0-4"))))
                .doesNotThrowAnyException();
    }

    private static LaneTask lane(Member target, String pending) {
        SlotRanges slots = SlotRanges.parse(pending);
        return new LaneTask(
                new Move(List.of(SOURCE), List.of(target), slots),
                new Shard(SOURCE, List.of(), slots),
                new Shard(target, List.of(), SlotRanges.none()),
                slots,
                SlotRanges.none());
    }

    private static Member member(String digit, int port) {
        return new Member(new NodeId(digit.repeat(40)), new NodeAddress("127.0.0.1", port));
    }
}
