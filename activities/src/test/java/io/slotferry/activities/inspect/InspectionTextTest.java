package io.slotferry.activities.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.inspect.Inspection.MasterLine;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an inspection looks like, whole; that it is true stands in {@link BrokenClusterIT}. */
class InspectionTextTest {
    private static final List<MasterLine> MASTERS =
            List.of(master(1, "0-8191", 512_000, 96_468_992, 1), master(2, "8192-16382", 511_870, 96_452_608, 0));

    private static final Finding OPEN = new Finding(
            "open-slot",
            true,
            "Slot 93 is open: 10.0.0.1:7000 gives it to 10.0.0.2:7000, and nobody is at work on it",
            List.of(
                    "10.0.0.1:7000 (11111111) has slot 93 migrating to 22222222, with 12 keys of it",
                    "10.0.0.2:7000 (22222222) has slot 93 importing from 11111111, with 7 keys of it"),
            "A move was interrupted between two commands. Both serve the slot's keys; each key is on one side alone.",
            "Make sure that nobody moves slots just now.",
            List.of("redis-cli -h 10.0.0.2 -p 7000 CLUSTER SETSLOT 93 NODE 2222222222222222222222222222222222222222"));

    private static final Finding ALONE = new Finding(
            "master-without-replica",
            true,
            "10.0.0.2:7000 has no replica",
            List.of("none of the nodes that answer follows it"),
            "Its slots are lost with it.",
            "attach one, or give its slots to another master",
            List.of());

    private static final Finding UNEVEN = new Finding(
            "uneven-slots",
            false,
            "Masters own 8,191 to 8,192 slots",
            List.of("half each"),
            "No more than that.",
            "",
            List.of());

    @Test
    void what_is_amiss_is_shown_with_evidence_meaning_and_what_to_type() {
        assertThat(InspectionText.of(inspection(List.of(OPEN, ALONE, UNEVEN)), true))
                .isEqualTo("""
                        4 nodes, 3 answered: redis 7.0.15. 16,383 of 16,384 slots have an owner.

                          master               ID   slots    share          keys     memory  replicas
                          10.0.0.1:7000  11111111   8,192   50.0 %       512,000    92.0 MB  1
                          10.0.0.2:7000  22222222   8,191   50.0 %       511,870    92.0 MB  0

                        2 things are amiss.
                        Mend them from the top, one at a time, and run slotferry inspect again after
                        each.
                        The commands take the password from REDISCLI_AUTH. To set it unseen:
                            stty -echo; read -r REDISCLI_AUTH; stty echo; export REDISCLI_AUTH

                        1. Slot 93 is open: 10.0.0.1:7000 gives it to 10.0.0.2:7000, and nobody is at
                           work on it
                           [open-slot]

                          Seen
                          - 10.0.0.1:7000 (11111111) has slot 93 migrating to 22222222, with 12 keys of
                            it
                          - 10.0.0.2:7000 (22222222) has slot 93 importing from 11111111, with 7 keys of
                            it

                          Meaning
                            A move was interrupted between two commands. Both serve the slot's keys;
                            each key is on one side alone.

                          First
                            Make sure that nobody moves slots just now.

                          Then type, or paste into a shell
                            redis-cli -h 10.0.0.2 -p 7000 CLUSTER SETSLOT 93 NODE 2222222222222222222222222222222222222222

                        2. 10.0.0.2:7000 has no replica
                           [master-without-replica]

                          Seen
                          - none of the nodes that answer follows it

                          Meaning
                            Its slots are lost with it.

                          Next
                            attach one, or give its slots to another master

                        3. Masters own 8,191 to 8,192 slots
                           [uneven-slots] worth knowing, nothing is broken

                          Seen
                          - half each

                          Meaning
                            No more than that.
                        """);
    }

    @Test
    void a_cluster_in_which_nothing_is_amiss_has_its_masters_and_one_sentence() {
        assertThat(InspectionText.of(inspection(List.of()), false)).isEqualTo("""
                        4 nodes, 3 answered: redis 7.0.15. 16,383 of 16,384 slots have an owner.

                          master               ID   slots    share          keys     memory  replicas
                          10.0.0.1:7000  11111111   8,192   50.0 %       512,000    92.0 MB  1
                          10.0.0.2:7000  22222222   8,191   50.0 %       511,870    92.0 MB  0

                        Nothing is amiss.
                        """);
    }

    private static Inspection inspection(List<Finding> findings) {
        return new Inspection(List.of("redis 7.0.15"), 4, 3, SlotRanges.parse("0-16382"), MASTERS, findings);
    }

    private static MasterLine master(int digit, String slots, long keys, long memory, int replicas) {
        return new MasterLine(
                new NodeId(Integer.toString(digit).repeat(40)),
                new NodeAddress("10.0.0." + digit, 7000),
                SlotRanges.parse(slots),
                keys,
                memory,
                1L << 30,
                replicas);
    }
}
