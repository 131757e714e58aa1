package io.lightflow.deploy.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.topology.CommandErrors;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code deploy/local/reports-load}: how many budget checks a second are answered over HTTP, and how fast. */
@Command(
        name = "deploy/local/reports-load",
        description =
                "Ask a reports server for decisions about campaigns at a steady rate, over connections that are kept,"
                        + " and report how long that takes.",
        footer = {
            "",
            "With --url, the token is taken from the environment variable LIGHTFLOW_REPORTS_TOKEN.",
            "Exits with 0 if the rate was held and 99%% took less than --p99, and with 1 if not."
        })
public final class ReportsLoadCommand implements Callable<Integer> {
    private static final String TOKEN_VARIABLE = "LIGHTFLOW_REPORTS_TOKEN";
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double LEAST_SHARE_OF_RATE = 0.99;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--url",
            description =
                    "A running server, asked about the campaigns that it has, without TLS. Without it, one is started"
                            + " in a process of its own, as reports/reports does, on a PostgreSQL with as many campaigns.")
    private URI url;

    @Option(names = "--rate", defaultValue = "20000", description = "Checks per second. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "20", description = "How long to measure. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--campaigns",
            defaultValue = "5000",
            description = "With --url, at most. Default: ${DEFAULT-VALUE}.")
    private int campaigns;

    @Option(names = "--connections", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--p99",
            paramLabel = "MILLIS",
            defaultValue = "10",
            description = "What 99%% must not exceed. Default: ${DEFAULT-VALUE} ms.")
    private double limitMillis;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        if (rate < connections || connections < 1 || seconds < 1 || campaigns < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--seconds, --campaigns and --connections must be at least 1, and --rate at least --connections");
        }
        if (url != null) {
            if (!"http".equals(url.getScheme()) || url.getPort() < 0) {
                throw new ParameterException(
                        spec.commandLine(), "--url must be like http://127.0.0.1:8082, and is " + url);
            }
            String token = System.getenv(TOKEN_VARIABLE);
            List<String> ids = campaignsOf(url, token);
            return measure(new ReportsLoad(url, token, ids, rate, connections), ids.size(), Optional::empty);
        }
        try (ReportsLoadServer server = new ReportsLoadServer(Folders.fresh("reports-load"), campaigns)) {
            // Ctrl-C reaches this process only.
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop-reports"));
            server.start();
            ReportsLoad load =
                    new ReportsLoad(server.url(), ReportsLoadServer.TOKEN, server.campaigns(), rate, connections);
            int exitCode = measure(load, campaigns, server::cpu);
            if (load.refused() > 0) {
                throw new IllegalStateException(
                        load.refused() + " checks of campaigns that have spent nothing were refused");
            }
            return exitCode;
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
            throw new IllegalStateException(server + " has no campaign that it could be asked about: make some");
        }
        return ids.subList(0, Math.min(campaigns, ids.size()));
    }

    /** @param asked about so many campaigns */
    private int measure(ReportsLoad load, int asked, Supplier<Optional<Duration>> cpu)
            throws InterruptedException, ExecutionException {
        load.run(Math.max(1, seconds / 2)); // what the compiler needs is not what users see
        Optional<Duration> cpuBefore = cpu.get();
        long begin = System.nanoTime();
        long[] nanos = load.run(seconds);
        double perSecond = nanos.length / ((System.nanoTime() - begin) / NANOS_PER_SECOND);
        Optional<Duration> cpuAfter = cpu.get();
        Arrays.sort(nanos);
        double p99 = millis(nanos, 0.99);
        System.out.printf(
                "%d checks of %d campaigns over %d connections, %.0f/s: p50 %.2f ms, p95 %.2f ms, p99 %.2f ms,"
                        + " p99.9 %.2f ms, longest %.2f ms%n",
                nanos.length,
                asked,
                connections,
                perSecond,
                millis(nanos, 0.5),
                millis(nanos, 0.95),
                p99,
                millis(nanos, 0.999),
                millis(nanos, 1));
        if (cpuBefore.isPresent() && cpuAfter.isPresent()) {
            Duration taken = cpuAfter.get().minus(cpuBefore.get());
            System.out.printf(
                    "The server's process took %.1f us of CPU for a check%n",
                    taken.toNanos() / NANOS_PER_MICRO / nanos.length);
        }
        boolean held = perSecond >= LEAST_SHARE_OF_RATE * rate;
        if (!held) {
            System.out.println("The rate of " + rate + "/s was not held");
        }
        return held && p99 < limitMillis ? 0 : 1;
    }

    private static double millis(long[] sorted, double share) {
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.max(0, index)] / NANOS_PER_MILLI;
    }

    public static void main(String[] arguments) {
        System.exit(
                CommandErrors.inWords(new CommandLine(new ReportsLoadCommand())).execute(arguments));
    }
}
