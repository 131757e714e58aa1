package io.lightflow.lab.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.deploy.local.DataDirectories;
import io.lightflow.deploy.local.OrderlyExit;
import io.lightflow.topology.operator.CommandErrors;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lab/reports-load}: measures throughput and latency of budget checks over HTTP. */
@Command(
        name = "lab/reports-load",
        description =
                "Ask a reports server for decisions about campaigns at a steady rate, over connections that are kept,"
                        + " and report how long that takes.",
        footer = {
            "",
            "With --url, the environment variable LIGHTFLOW_REPORTS_TOKEN contains the token.",
            "Exit status: 0 if the rate was reached and the 99th percentile is below --p99, otherwise 1."
        })
public final class ReportsLoadCommand implements Callable<Integer> {
    private static final String TOKEN_VARIABLE = "LIGHTFLOW_REPORTS_TOKEN";
    private static final double NANOS_PER_MICRO = 1e3;

    @Spec
    private CommandSpec spec;

    @Mixin
    private final LoadOptions options = new LoadOptions(20_000, 16);

    @Option(
            names = "--url",
            description =
                    "A running server, asked about the campaigns that it has, without TLS. Without it, one is started"
                            + " in a process of its own, with the memory that reports/reports gives it, on a"
                            + " PostgreSQL with as many campaigns.")
    private URI url;

    @Option(
            names = "--campaigns",
            defaultValue = "5000",
            description = "Number of campaigns; with --url, the maximum. Default: ${DEFAULT-VALUE}.")
    private int campaigns;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        options.check();
        if (campaigns < 1) {
            throw new ParameterException(spec.commandLine(), "--campaigns must be at least 1, but is " + campaigns);
        }
        if (url != null) {
            if (!"http".equals(url.getScheme()) || url.getPort() < 0) {
                throw new ParameterException(
                        spec.commandLine(), "--url must be like http://127.0.0.1:8082, and is " + url);
            }
            String token = System.getenv(TOKEN_VARIABLE);
            return options.exitCode(measure(url, token, campaignsOf(url, token), Optional::empty));
        }
        return new OrderlyExit().run(this::measureOwnServer);
    }

    private int measureOwnServer() throws Exception {
        try (ReportsLoadServer server = new ReportsLoadServer(DataDirectories.fresh("reports-load"), campaigns)) {
            server.start();
            LoadSchedule.Run<Boolean> run =
                    measure(server.url(), ReportsLoadServer.TOKEN, server.campaigns(), server::cpu);
            if (run.nanos().containsKey(false)) {
                throw new IllegalStateException(run.nanos().get(false).getTotalCount()
                        + " checks of campaigns that have spent nothing were refused");
            }
            return options.exitCode(run);
        }
    }

    /** The first ones by id. */
    private List<String> campaignsOf(URI server, String token) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        List<String> ids = new ArrayList<>();
        String after = "";
        do {
            HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve("/v1/campaigns?limit=1000" + after));
            if (token != null) {
                request.header("Authorization", "Bearer " + token);
            }
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            JsonNode page = new ObjectMapper().readTree(answer.body());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("The campaigns of " + server + " cannot be listed: it answers "
                        + answer.statusCode() + ", " + page.path("detail").asText() + ". The token is taken from "
                        + TOKEN_VARIABLE + ", which is " + (token == null ? "not set." : "set."));
            }
            page.path("campaigns").forEach(one -> ids.add(one.path("id").asText()));
            after = page.path("next").isTextual()
                    ? "&after=" + URLEncoder.encode(page.path("next").asText(), StandardCharsets.UTF_8)
                    : "";
        } while (!after.isEmpty() && ids.size() < campaigns);
        if (ids.isEmpty()) {
            throw new IllegalStateException(server + " has no campaigns: create some");
        }
        return ids.subList(0, Math.min(campaigns, ids.size()));
    }

    private LoadSchedule.Run<Boolean> measure(
            URI server, String token, List<String> ids, Supplier<Optional<Duration>> cpu)
            throws InterruptedException, ExecutionException {
        byte[][] requests = DecisionConnection.requests(server, token, ids);
        AtomicReference<Optional<Duration>> before = new AtomicReference<>(Optional.empty());
        LoadSchedule.Run<Boolean> run =
                options.load(() -> new DecisionConnection(server, requests)).run(() -> before.set(cpu.get()));
        Optional<Duration> after = cpu.get();
        options.report("checks of " + ids.size() + " campaigns", run);
        before.get()
                .ifPresent(atStart -> System.out.printf(
                        "The server's process used %.1f us of CPU per check%n",
                        after.orElseThrow().minus(atStart).toNanos()
                                / NANOS_PER_MICRO
                                / run.all().getTotalCount()));
        return run;
    }

    public static void main(String[] arguments) {
        System.exit(CommandErrors.installOn(new CommandLine(new ReportsLoadCommand()))
                .execute(arguments));
    }
}
