package io.lightflow.lab.producer;

import io.lightflow.producer.LightEvents;
import io.lightflow.producer.LightEventsSettings;
import io.lightflow.producer.UnavailablePolicy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An ad server that sends without end, and says each id when it has been taken, until it is killed. */
final class SpoolingProcess implements AutoCloseable {
    static final String JOIN_KEY = "spooled";

    private final Process process;
    private final BufferedReader output;
    private final List<String> taken = new ArrayList<>();

    SpoolingProcess(String bootstrapServers, int partitions, Path spool) {
        try {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Dlightflow.log.level=OFF",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SpoolingProcess.class.getName(),
                            bootstrapServers,
                            Integer.toString(partitions),
                            spool.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("a process that spools does not start: " + e, e);
        }
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    void awaitTaken(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            taken.add(output.readLine());
        }
    }

    /** Kills it in the middle of whatever it does; returns the ids of all events that it was told were taken. */
    List<String> kill() throws IOException, InterruptedException {
        // Not by the process itself, which would close its output, too.
        process.toHandle().destroyForcibly();
        // What it wrote before it died; the last line may be cut off.
        StringBuilder rest = new StringBuilder();
        for (int character = output.read(); character >= 0; character = output.read()) {
            rest.append((char) character);
        }
        for (String line : rest.substring(0, rest.lastIndexOf("\n") + 1).split("\n")) {
            if (!line.isEmpty()) {
                taken.add(line);
            }
        }
        process.waitFor(10, TimeUnit.SECONDS);
        return taken;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) {
        LightEvents events = LightEvents.open(LightEventsSettings.of("eu", arguments[0], Integer.parseInt(arguments[1]))
                .with(UnavailablePolicy.Spool.in(Path.of(arguments[2]))));
        while (true) {
            String id = events.newId(JOIN_KEY);
            events.send(JOIN_KEY, Sent.impression(id, ""));
            System.out.println(id);
        }
    }
}
