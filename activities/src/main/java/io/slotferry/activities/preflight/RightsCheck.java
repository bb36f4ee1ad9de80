package io.slotferry.activities.preflight;

import io.slotferry.activities.preflight.Right.Need;
import io.slotferry.planning.NodeAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** That the ACL user may do all that the run needs, on every node, before anything is touched. */
final class RightsCheck {
    private final Answers answers;
    private final boolean backup;

    /**
     * For a request.
     *
     * @param backup whether it makes one
     */
    RightsCheck(Answers answers, boolean backup) {
        this.answers = answers;
        this.backup = backup;
    }

    void check(Map<NodeAddress, NodeReading> readings) {
        readings.forEach((address, reading) ->
                check(address, reading.rights().withoutNeed(backup ? Set.of() : Set.of(Need.BACKUP))));
        answers.passUnlessSaid(
                CheckName.RIGHTS,
                readings.values().stream()
                                .map(reading -> reading.rights().user())
                                .distinct()
                                .map(user -> "user " + user)
                                .collect(Collectors.joining(", "))
                        + " may do all that is needed on " + Preflight.counted(readings.size(), "node"));
    }

    private void check(NodeAddress address, RightsSeen seen) {
        Optional<NodeAddress> subject = Optional.of(address);
        if (seen.unknown().isPresent()) {
            unknown(subject, seen);
        } else if (!seen.keys() || !seen.missing().isEmpty()) {
            List<String> lacks = new ArrayList<>();
            if (!seen.keys()) {
                lacks.add("keys of any name (" + Right.KEYS + ")");
            }
            seen.missing().forEach(right -> lacks.add(right.token()));
            String evidence = "user " + seen.user() + " on " + address + " lacks: " + String.join(", ", lacks);
            if (!seen.keys() || seen.missing().stream().anyMatch(right -> right.need() != Need.LOOK)) {
                answers.fail(CheckName.RIGHTS, subject, evidence, seen.remedy() + ", there and on every other node");
            } else {
                answers.warn(
                        CheckName.RIGHTS,
                        subject,
                        evidence + "; a run can do without (docs/CREDENTIALS.md says what each is for)",
                        seen.remedy() + ", there and on every other node");
            }
        }
    }

    private void unknown(Optional<NodeAddress> subject, RightsSeen seen) {
        RightsSeen.Unknown unknown = seen.unknown().orElseThrow();
        if (unknown.remedy().isPresent()) {
            answers.warn(
                    CheckName.RIGHTS,
                    subject,
                    "what user " + seen.user() + " may do there cannot be asked: " + unknown.why(),
                    "ACL SETUSER " + seen.user() + " " + unknown.remedy().get().grant()
                            + ", or grant it all: docs/CREDENTIALS.md has the line");
        } else {
            answers.notApplicable(
                    CheckName.RIGHTS, subject, "of user " + seen.user() + " nothing can be told: " + unknown.why());
        }
    }
}
