package io.lightflow.deploy.why;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.deploy.local.StackFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import picocli.CommandLine;

/** The outputs and exit codes of {@code lightflow why}; {@link EventTracerTest} tests what it says. */
@ExtendWith(SharedTracedEvents.class)
@Order(SharedTracedEvents.LAST)
@Execution(ExecutionMode.SAME_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WhyCommandTest {
    private final TracedEvents events;

    WhyCommandTest(TracedEvents events) {
        this.events = events;
    }

    private static int run(StringWriter out, String... arguments) {
        CommandLine command = WhyCommand.commandLine();
        return command.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(arguments);
    }

    @Test
    void theCommandWritesTextAndJson() throws Exception {
        String settings = events.group().settingsFile().toString();
        StringWriter text = new StringWriter();
        StringWriter json = new StringWriter();
        StringWriter none = new StringWriter();

        assertThat(run(text, "--settings", settings, "v-1")).as(text.toString()).isZero();
        assertThat(run(json, "--settings", settings, "--format", "json", "v-1")).isZero();
        assertThat(run(none, "--settings", settings, "nobody")).isEqualTo(1);

        assertThat(text.toString())
                .startsWith("conversion v-1 of group us: joined")
                .contains(events.place("v-1@us-west") + ", incarnation ");
        assertThat(new ObjectMapper()
                        .readTree(json.toString())
                        .at("/0/events/0/hops/2/place/offset")
                        .asLong())
                .isEqualTo(events.place("v-1@us-west").offset());
        assertThat(none.toString()).contains("No event of group us with id nobody was found.");
    }

    @Test
    void anUnknownTraceIsTold() throws Exception {
        StringWriter none = new StringWriter();

        int code = run(
                none,
                "--settings",
                events.group().settingsFile().toString(),
                "00-cccccccccccccccccccccccccccccccc-00f067aa0ba902b7-01");

        assertThat(code).isEqualTo(1);
        assertThat(none.toString())
                .contains("No event of group us of trace cccccccccccccccccccccccccccccccc was found.");
    }

    /** The page shows what the command writes, apart from times, offsets, incarnations and names of files. */
    @Test
    void theSampleOfThePageIsTheAnswer() throws Exception {
        StringWriter text = new StringWriter();
        run(text, "--settings", events.group().settingsFile().toString(), "v-1");
        String page = Files.readString(Path.of("../../docs/operating/why.md"));
        String sample =
                page.substring(page.indexOf("```text\n") + 8, page.indexOf("```\n", page.indexOf("```text\n") + 8));

        assertThat(shape(sample)).isEqualTo(shape(text.toString()));
    }

    private static List<String> shape(String text) {
        return text.lines()
                .map(line -> line.replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z?", "TIME")
                        .replaceAll("incarnation [0-9a-f]{8}", "incarnation ID")
                        .replaceAll(" of file:\\S+", " of FILE")
                        .replaceAll("\\d\\S*s after it was read", "TIME after it was read")
                        .replaceAll("us-(east|west)", "us-DC")
                        .replaceAll("(-0 at|offset|txid|row|searched:) \\d+", "$1 N"))
                // Whether it is closed depends on the hour in which the test runs.
                .filter(line -> !line.startsWith("  hour "))
                .toList();
    }

    @Test
    void aFolderWithoutSettingsOfGroupsIsRefused(@TempDir Path empty) throws IOException {
        Files.createDirectories(empty.resolve("postgres"));
        StringWriter err = new StringWriter();

        assertThat(run(err, "--data", empty.toString(), "v-1")).isEqualTo(1);
        assertThat(err.toString()).contains("expected the settings of groups in the subfolder groups of ");
    }

    /** The last test, since it stops the servers. */
    @Test
    @Order(Integer.MAX_VALUE)
    void theFolderOfAStoppedStackTellsTheSame() {
        StringWriter before = new StringWriter();
        StringWriter after = new StringWriter();
        Path folder = events.group().folder();
        StackFolder.write(folder, events.group().settings());
        run(before, "--settings", folder.resolve("groups/us.yaml").toString(), "v-1");
        events.close();

        assertThat(run(after, "--data", folder.toString(), "v-1"))
                .as(after.toString())
                .isZero();
        assertThat(after.toString().lines().filter(line -> !line.startsWith("searched")))
                .containsExactlyElementsOf(before.toString()
                        .lines()
                        .filter(line -> !line.startsWith("searched"))
                        .toList());
        assertThat(after.toString()).doesNotContain("note:");
    }
}
