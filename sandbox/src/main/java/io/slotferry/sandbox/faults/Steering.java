package io.slotferry.sandbox.faults;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.RunState;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Sits beside a run: answers its halts as an operator would, gives the words that the script has, and knows when it is over. */
final class Steering implements Striker.Arm {
    private static final long BETWEEN_WORDS_MILLIS = 1_500;
    private static final long MOST_TRIES = 10;

    private final Operator operator;
    private final HaltDuty duty;
    private final Set<String> halts = new LinkedHashSet<>();
    private final Journal journal;
    private final TwinMasters twins;
    private Optional<ExpandStatus> last = Optional.empty();
    private long spokeAt;
    private boolean leftHalted;
    private volatile boolean followed = true;
    private volatile boolean reset;

    Steering(Operator operator, boolean rollsBack, TwinMasters twins, Journal journal) {
        this.operator = operator;
        this.duty = new HaltDuty(rollsBack);
        this.twins = twins;
        this.journal = journal;
    }

    /** The script's words; they come from other threads than {@link #look}. */
    @Override
    public String strike(Strike strike) {
        switch (strike.kind()) {
            case RETRY -> operator.give("retry");
            case CANCEL -> operator.give("cancel");
            case ROLLBACK -> operator.give("rollback");
            case STOP_HERE -> operator.give("stop-here");
            case TERMINATED_CONTINUED, TERMINATED_ROLLED_BACK -> {
                followed = false;
                operator.terminate();
            }
            case TEMPORAL_CANCEL -> operator.cancelThroughTemporal();
            case RESET -> {
                operator.reset(strike.pick());
                reset = true;
            }
            default -> throw new IllegalArgumentException(strike.kind() + " is no word to a run");
        }
        return "";
    }

    @Override
    public void mend(Strike strike) {
        if (strike.kind() == FaultKind.TERMINATED_CONTINUED) {
            follow("continue");
        } else if (strike.kind() == FaultKind.TERMINATED_ROLLED_BACK) {
            follow("rollback");
        }
    }

    /** Temporal may be away for a while. */
    private void follow(String direction) {
        for (long tries = 0; !followed; tries++) {
            try {
                operator.start(JsonNodeFactory.instance.objectNode().put(direction, operator.workflowId()));
                followed = true;
            } catch (WorkflowExecutionAlreadyStarted e) {
                followed = true;
            } catch (WorkflowException | StatusRuntimeException e) {
                if (tries == MOST_TRIES) {
                    throw e;
                }
                journal.note(direction + " was not taken: " + e.getMessage());
            }
        }
    }

    /** Whether the run has ended and no other follows it. */
    boolean over() {
        return followed && operator.closed();
    }

    /**
     * Looks at the run once, and says what is to be said.
     *
     * @param quiet whether all faults are over and mended
     * @return whether it is over: closed, or halted with no word left to say
     */
    boolean look(boolean quiet) {
        if (over()) {
            return !goesOnAfterReset();
        }
        last = operator.status().or(() -> last);
        Optional<ExpandStatus> halted = last.filter(status -> status.state() == RunState.HALTED);
        halted.flatMap(ExpandStatus::halt).ifPresent(halt -> {
            if (halts.add(halt.kind() + ": " + halt.message())) {
                journal.note("halted, " + halt.kind() + ": " + halt.text().replace("\n", " | "));
                if (quiet) {
                    twins.part(halt.text());
                }
            }
        });
        if (halted.isPresent() && System.currentTimeMillis() - spokeAt > BETWEEN_WORDS_MILLIS) {
            Optional<String> word = duty.next(legal(halted.get()), quiet);
            spokeAt = System.currentTimeMillis();
            word.ifPresent(operator::give);
            leftHalted = quiet && word.isEmpty();
        }
        return leftHalted;
    }

    /**
     * A run that was reset to before its changes begins anew, and is refused where it finds its own earlier self's: that one
     * is then gone on with, as any other run that was cut off.
     */
    private boolean goesOnAfterReset() {
        if (!reset || operator.end().state() != RunEnd.State.REFUSED) {
            return false;
        }
        reset = false;
        followed = false;
        follow("continue");
        return true;
    }

    private static List<String> legal(ExpandStatus status) {
        return status.legal().stream()
                .map(command -> command.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
    }

    /** Whether a batch was in hand when it was last seen. */
    boolean reshards() {
        return last.filter(status -> status.batch() > 0).isPresent();
    }

    /** Has another run undo this one, which has completed. */
    void undo() {
        journal.note("rolled back after it completed");
        followed = false;
        follow("rollback");
    }

    /** All faults are over and mended. */
    void rested() {
        duty.rested();
    }

    List<String> halts() {
        return new ArrayList<>(halts);
    }

    /** How the run stands, once {@link #look} said that it is over, or once nobody wants to wait any longer. */
    RunEnd end() {
        if (operator.closed()) {
            return operator.end();
        }
        String seen = last.map(status -> status.state() + ", " + status.phase() + ": " + status.why())
                .orElse("nothing was seen of it");
        return last.filter(status -> leftHalted)
                .flatMap(ExpandStatus::halt)
                .map(halt -> RunEnd.of(RunEnd.State.HALTED, halt.kind().name(), halt.text(), halt.next(), notes()))
                .orElseGet(() -> RunEnd.of(RunEnd.State.STUCK, "", seen, "", notes()));
    }

    private List<String> notes() {
        return last.map(ExpandStatus::warnings).orElseGet(List::of);
    }
}
