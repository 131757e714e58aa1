package io.lightflow.archive.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server of S3's protocol in a process of its own. */
final class S3Process {
    private static final String READY = "Started S3MockApplication";

    private final Process process;
    private final int port;

    private S3Process(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a server with one bucket. Returns when it answers. */
    static S3Process start(String bucket, Path folder) throws IOException {
        int port = FreePort.find();
        String settings = "--com.adobe.testing.s3mock.";
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-jar",
                        Path.of("target", "s3mock.jar").toAbsolutePath().toString(),
                        "--server.address=127.0.0.1",
                        "--server.port=0",
                        settings + "httpPort=" + port,
                        settings + "store.initialBuckets=" + bucket,
                        settings + "store.root=" + folder.toAbsolutePath())
                .redirectErrorStream(true)
                .start();
        S3Process server = new S3Process(process, port);
        server.awaitReady();
        return server;
    }

    private void awaitReady() throws IOException {
        List<String> log = new ArrayList<>();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            log.add(line);
            if (line.contains(READY)) {
                discard(output);
                return;
            }
        }
        throw new IllegalStateException("the S3 server has ended: " + String.join(System.lineSeparator(), log));
    }

    /** A full pipe would block the server. */
    private static void discard(BufferedReader output) {
        Thread reader = new Thread(
                () -> {
                    try {
                        output.transferTo(Writer.nullWriter());
                    } catch (IOException e) {
                        return; // the server has ended
                    }
                },
                "s3-output");
        reader.setDaemon(true);
        reader.start();
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    void stop() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
