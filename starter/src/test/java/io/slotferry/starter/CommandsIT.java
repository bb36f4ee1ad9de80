package io.slotferry.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsIT {
    @TempDir
    static Path folder;

    private static ScriptedTemporal temporal;

    @BeforeAll
    static void start() {
        temporal = ScriptedTemporal.start();
    }

    @AfterAll
    static void stop() {
        temporal.close();
    }

    @Test
    void expand_prints_the_plan_approves_it_and_ends_with_a_summary() {
        Cli.Done done = expand(cli(), "happy", "-y");

        assertThat(done.all()).contains("Preflight: 3 checks passed", "4,096 slots move in 41 batches");
        assertThat(done.out())
                .contains("Started expand-happy", "Fingerprint: " + Samples.FINGERPRINT, "The masters join next.")
                .contains("happy: COMPLETED", "MASTER", "SLOTS BEFORE", "5,461");
        assertThat(done.code()).isZero();
    }

    @Test
    void a_plan_that_was_written_down_is_carried_out_without_asking_and_what_is_no_plan_is_refused()
            throws IOException {
        Path file = folder.resolve("plan.json");
        String[] out = {"--out", file.toString()};
        String[] flags = Arrays.copyOf(flags("planned"), flags("planned").length + 2);
        System.arraycopy(out, 0, flags, flags.length - 2, 2);
        assertThat(run("plan", cli(), flags).out())
                .contains("slotferry expand --plan " + file + " carries out this plan");
        assertThat(SlotferryJson.mapper()
                        .readTree(file.toFile())
                        .at("/request/cluster/name")
                        .asText())
                .isEqualTo("planned");

        Cli.Done done = run("expand", cli(), "--plan", file.toString());
        assertThat(done.all()).contains("planned: COMPLETED");
        assertThat(done.code()).isZero();

        assertThat(run("expand", cli(), "--plan", file.toString(), "--pause", "1s")
                        .err())
                .contains(
                        "The request of the saved plan holds; beside it there is no place for: pacing. Nothing was started.");
        Path other = Files.writeString(folder.resolve("no-plan.json"), "{}");
        assertThat(run("expand", cli(), "--plan", other.toString()).err())
                .contains("no-plan.json holds no plan of this release. Nothing was started.");
    }

    @Test
    void a_person_who_answers_no_leaves_the_cluster_untouched_and_the_run_closed() {
        Cli.Done done = expand(cli().person(80, "n"), "declined");

        assertThat(done.out()).contains("Declined: nothing was touched.");
        assertThat(done.code()).isEqualTo(ExitCode.REFUSED.code());
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(
                        () -> assertThat(run("watch", cli(), "declined").out()).contains("declined: STOPPED"));
    }

    @Test
    void a_person_who_answers_yes_watches_a_display_that_is_redrawn() {
        // Tried again, so that there is a while to be watched.
        Cli.Done done = expand(cli().person(80, "y"), "waits-watched");

        assertThat(done.out()).contains("\u001b[J").contains("COMPLETED");
        assertThat(done.code()).isZero();
    }

    @Test
    void a_dumb_terminal_gets_lines_and_no_control_sequence() {
        Cli.Done done = expand(cli().with("TERM", "dumb").person(80, "y"), "dumb");

        assertThat(done.all()).doesNotContain("\u001b");
        assertThat(done.code()).isZero();
    }

    @Test
    void without_a_terminal_expand_asks_for_an_approval_by_option_before_it_starts_anything() {
        Cli.Done done = expand(cli(), "nobody");

        assertThat(done.err())
                .contains("there is no terminal to ask on; nothing was started")
                .contains("Next: slotferry plan --out plan.json, then slotferry expand --plan plan.json");
        assertThat(done.code()).isEqualTo(ExitCode.BAD_REQUEST.code());
        assertThat(run("status", cli(), "nobody").code()).isEqualTo(ExitCode.NOT_FOUND.code());
    }

    @Test
    void detach_returns_after_the_approval_and_says_how_to_come_back() {
        Cli.Done done = expand(cli(), "halts-detached", "-y", "--detach");

        assertThat(done.out())
                .contains("Come back: slotferry watch halts-detached; stop it: slotferry cancel halts-detached");
        assertThat(done.code()).isZero();
    }

    @Test
    void a_run_that_is_open_is_not_gone_on_with_by_another() {
        assertThat(expand(cli(), "halts-open", "-y", "--detach").code()).isZero();

        Cli.Done done = goOn("--continue", "halts-open");

        assertThat(done.err()).contains("Run expand-halts-open (", "is open; nothing was started.");
        assertThat(done.err()).contains("Next: slotferry status halts-open");
        assertThat(done.code()).isEqualTo(ExitCode.REFUSED.code());
    }

    @Test
    void a_run_that_nobody_knows_is_not_gone_on_with() {
        Cli.Done done = goOn("--continue", "never-seen");

        assertThat(done.err()).contains("There is no run called \"never-seen\"");
        assertThat(done.code()).isEqualTo(ExitCode.NOT_FOUND.code());
    }

    @Test
    void what_the_closed_runs_request_says_has_no_place_beside_it() {
        Cli.Done done = goOn("--continue", "orders", "--seed", "10.0.0.1:7000", "--batch-slots", "5", "--mode", "fast");

        assertThat(done.err())
                .contains(
                        "there is no place for: cluster, batch. Nothing was started.",
                        "--mode and --pause may be given");
        assertThat(done.code()).isEqualTo(ExitCode.BAD_REQUEST.code());
        assertThat(goOn("--from", "state.json").err()).contains("Next: slotferry expand --continue RUN");
    }

    @Test
    void a_state_file_that_is_none_is_refused_before_anything_is_started() throws IOException {
        Path file = Files.writeString(folder.resolve("cut.json"), "{\"request\": {");
        Path other = Files.writeString(folder.resolve("other.json"), "{\"request\": {}}");

        assertThat(goOn("--continue", "orders", "--from", folder + "/missing.json")
                        .err())
                .contains("There is no file " + folder + "/missing.json");
        assertThat(goOn("--continue", "orders", "--from", file.toString()).err())
                .contains("is not JSON: line 1, column", "-state.json in the reports folder");
        assertThat(goOn("--continue", "orders", "--from", other.toString()).err())
                .contains("continue.record.plan: missing", "continue.record.request.request: there is none");
        assertThat(goOn("--continue", "orders", "--from", other.toString()).code())
                .isEqualTo(ExitCode.BAD_REQUEST.code());
    }

    private static Cli.Done goOn(String... options) {
        return cli().run(ExpandCommand::new, options);
    }

    @Test
    void a_rollback_of_both_or_of_neither_kind_of_run_is_refused_with_the_two_ways_to_say_it() {
        String[] both = {"orders", "--of", "orders"};
        for (String[] arguments : List.of(new String[0], both)) {
            Cli.Done done = run("rollback", cli(), arguments);

            assertThat(done.err())
                    .contains(
                            "One run is undone, open or closed; nothing was done.",
                            "Next: slotferry rollback RUN for one that is open, slotferry rollback --of RUN for one that is"
                                    + " closed");
            assertThat(done.code()).isEqualTo(ExitCode.BAD_REQUEST.code());
        }
    }

    @Test
    void what_belongs_to_a_rollback_of_the_other_kind_is_refused() {
        Cli.Done open = run("rollback", cli(), "orders", "--mode", "fast");
        assertThat(open.err()).contains("are of a new run, which an open run does not need; nothing was done.");
        assertThat(open.code()).isEqualTo(ExitCode.BAD_REQUEST.code());

        Cli.Done closed = run("rollback", cli(), "--of", "orders", "--why", "enough");
        assertThat(closed.err()).contains("--why is for the trail of an open run; nothing was done.");
        assertThat(closed.code()).isEqualTo(ExitCode.BAD_REQUEST.code());
    }

    @Test
    void a_closed_run_is_not_told_to_go_back_and_one_that_nobody_knows_is_not_undone() {
        assertThat(expand(cli(), "closes-well", "-y").code()).isZero();

        Cli.Done closed = run("rollback", cli(), "closes-well");
        assertThat(closed.err()).contains("is closed; nothing was done.", "Next: slotferry rollback --of closes-well");
        assertThat(closed.code()).isEqualTo(ExitCode.REFUSED.code());

        Cli.Done unknown = run("rollback", cli(), "--of", "never-seen");
        assertThat(unknown.err()).contains("There is no run called \"never-seen\"");
        assertThat(unknown.code()).isEqualTo(ExitCode.NOT_FOUND.code());
    }

    @Test
    void a_run_whose_preflight_fails_is_refused_with_every_failed_check_and_remedy() {
        Cli.Done done = expand(cli(), "refused", "-y");

        assertThat(done.out())
                .contains("Preflight: 2 checks passed, 1 failed")
                .contains("FAIL  empty@10.0.0.4:7000: holds 12 keys in database 0", "flushall")
                .contains("1 of 4 preflight checks failed; nothing was touched.");
        assertThat(done.code()).isEqualTo(ExitCode.REFUSED.code());
    }

    @Test
    void a_cluster_that_is_balanced_already_ends_well() {
        Cli.Done done = expand(cli(), "nothing", "-y");

        assertThat(done.out()).contains("nothing: COMPLETED, nothing to do");
        assertThat(done.code()).isZero();
    }

    @Test
    void a_halt_is_printed_whole_and_retry_lets_the_run_go_on() {
        Cli.Done halted = expand(cli(), "halts", "-y");

        assertThat(halted.out())
                .contains(
                        "HALTED, NODE_UNREACHABLE: 10.0.0.2:7000 does not answer",
                        "connect timed out after 2 s, 5 times")
                .contains(
                        "You can: slotferry retry halts | slotferry retune halts | slotferry rollback halts | slotferry"
                                + " stop-here halts | slotferry cancel halts");
        assertThat(halted.code()).isEqualTo(ExitCode.HALTED.code());

        Cli.Done status = run("status", cli(), "halts");
        assertThat(status.out()).contains("reshard, HALTED", "You can: slotferry retry halts");
        assertThat(status.code()).isZero();

        Cli.Done approved = run("approve", cli(), "halts", "-y");
        assertThat(approved.err()).contains("expand-halts is HALTED", "waits for no approval");
        assertThat(approved.code()).isEqualTo(ExitCode.REFUSED.code());

        Cli.Done retried = run("retry", cli(), "halts", "--why", "10.0.0.2 is back");
        assertThat(retried.out()).contains("Batch 17 goes on.");
        assertThat(retried.code()).isZero();
        Cli.Done watched = run("watch", cli(), "expand-halts");
        assertThat(watched.out()).contains("halts: COMPLETED");
        assertThat(watched.code()).isZero();
    }

    @Test
    void a_command_that_does_not_fit_the_state_is_refused_with_what_is_possible() {
        expand(cli(), "halts-wrong", "-y");

        Cli.Done done = run("approve", cli(), "halts-wrong", "--fingerprint", "01234567");
        assertThat(done.err()).contains("APPROVE is not possible while HALTED; possible now:");
        assertThat(done.code()).isEqualTo(ExitCode.REFUSED.code());

        assertThat(run("cancel", cli(), "halts-wrong").code()).isZero();
        Cli.Done watched = run("watch", cli(), "halts-wrong");
        assertThat(watched.out()).contains("halts-wrong: STOPPED", "1,700 of 4,096 slots");
        assertThat(watched.code()).isEqualTo(ExitCode.STOPPED.code());

        Cli.Done closed = run("retry", cli(), "halts-wrong");
        assertThat(closed.err()).contains("is closed");
        assertThat(closed.code()).isEqualTo(ExitCode.REFUSED.code());
    }

    @Test
    void a_second_run_of_the_same_name_is_refused_and_named() {
        expand(cli(), "halts-twice", "-y");

        Cli.Done done = expand(cli(), "halts-twice", "-y");

        assertThat(done.err())
                .contains("Run expand-halts-twice (", "is under way already; nothing was started.")
                .contains("Next: slotferry watch expand-halts-twice");
        assertThat(done.code()).isEqualTo(ExitCode.REFUSED.code());
    }

    @Test
    void an_activity_that_is_tried_again_shows_why_it_waits() {
        Cli.Done done = expand(cli(), "waits", "-y");

        assertThat(done.out()).contains("; waits: VIEWS_DISAGREE: 10.0.0.3:7000 sees another owner");
        assertThat(done.code()).isZero();
    }

    @Test
    void json_is_one_object_a_line_and_text_goes_to_standard_error() {
        Cli.Done done = expand(cli().with("TEMPORAL_UI_URL", "http://ui:8233/"), "json", "-y", "--json");

        assertThat(done.events())
                .extracting(event -> event.get("event").asText())
                .contains("started", "plan", "answer", "status", "result");
        assertThat(done.event("started").get("page").asText())
                .startsWith("http://ui:8233/namespaces/default/workflows/expand-json/");
        assertThat(done.event("plan").get("plan").get("shards")).hasSize(4);
        assertThat(Schemas.PLAN.problems(done.event("plan").get("plan"))).isEmpty();
        assertThat(Schemas.STATUS.problems(done.event("status").get("status"))).isEmpty();
        assertThat(Schemas.REPORT.problems(done.event("result").get("result"))).isEmpty();
        JsonNode result = done.event("result");
        assertThat(result.get("exit").asText()).isEqualTo("OK");
        assertThat(result.get("result").get("outcome").asText()).isEqualTo("COMPLETED");
        assertThat(done.err()).contains("json: COMPLETED");
        assertThat(done.code()).isZero();
    }

    @Test
    void quiet_tells_what_came_of_it_and_not_how_it_went() {
        Cli.Done done = expand(cli().person(80, "y"), "quiet", "-q");

        assertThat(done.all())
                .contains("Fingerprint: " + Samples.FINGERPRINT, "COMPLETED", "Moved 4,096 of 4,096 slots")
                .doesNotContain("\u001b[J", "batch 17");
        assertThat(done.code()).isZero();
    }

    @Test
    void plan_shows_what_would_happen_under_an_id_of_its_own() {
        Cli.Done done = run("plan", cli().with("TEMPORAL_UI_URL", "http://ui:8233/"), flags("rehearsed"));

        assertThat(done.out())
                .contains("4,096 slots move in 41 batches", "Fingerprint: " + Samples.FINGERPRINT)
                .contains(
                        "To start it in the Web UI, with the request as Data: http://ui:8233/namespaces/default/workflows/"
                                + "start-workflow?workflowId=expand-rehearsed&taskQueue=slotferry&workflowType=ExpandCluster");
        assertThat(done.code()).isZero();
        assertThat(run("status", cli(), "plan-rehearsed").code()).isZero();
    }

    @Test
    void preflight_shows_what_is_amiss_under_an_id_of_its_own_and_everything_with_all() {
        Cli.Done done = run("preflight", cli(), flags("checked"));

        assertThat(done.out()).contains("WARN      memory@10.0.0.2:7000", "Preflight passed: 1 warned, 3 passed");
        assertThat(done.out()).doesNotContain("one-view");
        assertThat(done.code()).isZero();
        assertThat(run("status", cli(), "preflight-checked").code()).isZero();
        List<String> all = new ArrayList<>(List.of(flags("checked")));
        all.add("--all");
        assertThat(run("preflight", cli(), all.toArray(String[]::new)).out()).contains("PASS      one-view");
    }

    @Test
    void a_failed_preflight_ends_with_the_exit_code_of_a_refusal_and_its_report_as_json() {
        List<String> args = new ArrayList<>(List.of(flags("refused-checked")));
        args.add("--json");

        Cli.Done done = run("preflight", cli(), args.toArray(String[]::new));

        assertThat(done.code()).isEqualTo(ExitCode.REFUSED.code());
        assertThat(done.err())
                .contains("FAIL      empty@10.0.0.4:7000", "Preflight failed: 1 failed, 1 warned, 2 passed");
        assertThat(done.event("preflight").get("passed").asBoolean()).isFalse();
        assertThat(done.event("preflight").at("/report/results")).hasSize(4);
    }

    @Test
    void a_request_from_standard_input_is_overridden_by_flags() {
        String request = "{\"cluster\": {\"name\": \"file\", \"seeds\": [\"10.0.0.1:7000\"]},"
                + " \"add\": {\"masters\": [\"10.0.0.4:7000\"]}, \"backup\": \"none\"}";

        Cli.Done done = run("plan", cli().input(request), "-f", "-", "--name", "flag", "--json");

        assertThat(done.event("started").get("workflowId").asText()).isEqualTo("plan-flag");
        assertThat(done.code()).isZero();
    }

    @Test
    void a_run_that_does_not_exist_is_answered_with_the_recent_ones() {
        expand(cli(), "recent", "-y");
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
            Cli.Done done = run("status", cli(), "no-such-run");
            assertThat(done.err())
                    .contains("There is no run called \"no-such-run\", as a workflow ID or as a cluster.")
                    .contains("Recent runs:", "expand-recent  COMPLETED  started ");
            assertThat(done.code()).isEqualTo(ExitCode.NOT_FOUND.code());
        });
    }

    @Test
    void without_a_worker_nothing_is_started_and_what_to_start_is_said() {
        Cli.Done done = expand(cli(), "alone", "-y", "--task-queue", "deserted");

        assertThat(done.all())
                .contains("No worker polls task queue \"deserted\" in namespace \"default\"", "nothing was started")
                .contains("Next: slotferry worker --task-queue deserted");
        assertThat(done.code()).isEqualTo(ExitCode.NO_WORKER.code());
        assertThat(run("status", cli(), "alone").code()).isEqualTo(ExitCode.NOT_FOUND.code());
    }

    @Test
    void a_person_is_told_at_once_that_no_worker_is_there_and_the_run_begins_when_one_comes() {
        Cli person = cli().with("TERM", "dumb").person(80, "y");
        CompletableFuture<Cli.Done> expanding =
                CompletableFuture.supplyAsync(() -> expand(person, "patient", "--task-queue", "night"));

        await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> assertThat(person.soFar())
                .isEqualTo("No worker polls task queue \"night\"; nothing is started until one does; Ctrl-C"
                        + " gives up. Start it: slotferry worker --task-queue night\n"));
        WorkerFactory late = temporal.startWorker("night");
        Cli.Done done = expanding.join();
        late.shutdownNow();

        assertThat(done.out()).contains("Started expand-patient", "patient: COMPLETED");
        assertThat(done.code()).isZero();
    }

    @Test
    void doctor_says_of_each_thing_that_a_run_needs_whether_it_is_there() {
        Cli.Done done = run("doctor", cli(), "--json");

        JsonNode doctor = done.event("doctor");
        assertThat(doctor.get("checks"))
                .extracting(check ->
                        check.get("check").asText() + " " + check.get("verdict").asText())
                .containsExactly(
                        "temporal PASS",
                        "namespace PASS",
                        // A worker of a test tells no release, and has registered nothing.
                        "worker WARN",
                        "search-attributes WARN",
                        "credentials NOT_APPLICABLE",
                        "cluster NOT_APPLICABLE");
        assertThat(doctor.get("passed").asBoolean()).isTrue();
        assertThat(done.err())
                .contains("temporal\n          " + temporal.address() + " answers; server ")
                .contains("temporal operator search-attribute create --namespace default")
                .contains("Nothing stands in the way; 2 warnings.");
        assertThat(done.code()).isZero();
    }

    @Test
    void doctor_has_the_worker_look_at_a_cluster_that_is_named() {
        Cli.Done done = run("doctor", cli(), "--name", "looked-at", "--seed", "10.0.0.1:7000");

        assertThat(done.out()).contains("checks\n          4 answers of preflight; amiss: memory@10.0.0.2:7000");
        assertThat(done.code()).isZero();
        assertThat(run("status", cli(), "checks-looked-at").code()).isZero();
        assertThat(run("doctor", cli(), "--name", "half").err()).contains("cluster.seeds", "Next: name the cluster by");
    }

    @Test
    void doctor_names_the_first_thing_that_is_missing_by_its_exit_code() {
        Cli.Done away = run("doctor", new Cli("127.0.0.1:1"));
        assertThat(away.out())
                .contains("FAIL      temporal", "127.0.0.1:1 does not answer", "-> slotferry up", "N/A       worker");
        assertThat(away.code()).isEqualTo(ExitCode.TEMPORAL_UNREACHABLE.code());

        Cli.Done elsewhere = run("doctor", cli().with("TEMPORAL_NAMESPACE", "elsewhere"));
        assertThat(elsewhere.out()).contains("PASS      temporal", "FAIL      namespace", "-> set TEMPORAL_NAMESPACE");
        assertThat(elsewhere.code()).isEqualTo(ExitCode.TEMPORAL_UNREACHABLE.code());

        Cli.Done deserted = run("doctor", cli(), "--task-queue", "deserted");
        assertThat(deserted.out()).contains("FAIL      worker", "-> slotferry worker --task-queue deserted");
        assertThat(deserted.code()).isEqualTo(ExitCode.NO_WORKER.code());
    }

    @Test
    void a_server_that_does_not_answer_is_named_with_what_to_do() {
        Cli.Done done = expand(new Cli("127.0.0.1:1"), "away", "-y");

        assertThat(done.err())
                .contains("Temporal at 127.0.0.1:1 does not answer.", "UNAVAILABLE")
                .contains("Next: slotferry up starts one on this machine; or set TEMPORAL_ADDRESS to where it is");
        assertThat(done.code()).isEqualTo(ExitCode.TEMPORAL_UNREACHABLE.code());
    }

    @Test
    void a_namespace_that_does_not_exist_is_named_with_what_to_do() {
        Cli.Done done = run("status", cli().with("TEMPORAL_NAMESPACE", "elsewhere"), "orders");

        assertThat(done.err())
                .contains("has no namespace \"elsewhere\"", "temporal operator namespace create elsewhere");
        assertThat(done.code()).isEqualTo(ExitCode.TEMPORAL_UNREACHABLE.code());
    }

    @Test
    void a_run_that_was_terminated_ends_as_failed_with_the_reason() {
        expand(cli(), "halts-terminated", "-y");
        temporal.client().newUntypedWorkflowStub("expand-halts-terminated").terminate("by a test");

        Cli.Done done = run("watch", cli(), "halts-terminated");
        assertThat(done.out()).contains("The run was terminated: by a test");
        assertThat(done.code()).isEqualTo(ExitCode.FAILED.code());
    }

    private static Cli cli() {
        return new Cli(temporal.address());
    }

    private static Cli.Done expand(Cli cli, String cluster, String... more) {
        List<String> args = new ArrayList<>(Arrays.asList(flags(cluster)));
        args.addAll(Arrays.asList(more));
        return run("expand", cli, args.toArray(String[]::new));
    }

    private static Cli.Done run(String command, Cli cli, String... args) {
        return switch (command) {
            case "doctor" -> cli.run(DoctorCommand::new, args);
            case "preflight" -> cli.run(PreflightCommand::new, args);
            case "plan" -> cli.run(PlanCommand::new, args);
            case "expand" -> cli.run(ExpandCommand::new, args);
            case "status" -> cli.run(StatusCommand::new, args);
            case "watch" -> cli.run(WatchCommand::new, args);
            case "approve" -> cli.run(ApproveCommand::new, args);
            case "retry" -> cli.run(RetryCommand::new, args);
            case "rollback" -> cli.run(RollbackCommand::new, args);
            case "stop-here" -> cli.run(StopHereCommand::new, args);
            case "cancel" -> cli.run(CancelCommand::new, args);
            default -> throw new IllegalArgumentException(command);
        };
    }

    private static String[] flags(String cluster) {
        return new String[] {
            "--name", cluster,
            "--seed", "10.0.0.1:7000",
            "--add-master", "10.0.0.4:7000,10.0.0.5:7000",
            "--add-replica", "10.0.0.4:7001=10.0.0.5:7000",
            "--backup", "none"
        };
    }
}
