package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Runs a topology's main class like {@code storm jar}: in a separate JVM, with the workers' class path and the
 * topology's jar, which {@code StormSubmitter} uploads.
 */
public final class StormJar {
    private final StormHome home;

    StormJar(StormHome home) {
        this.home = home;
    }

    /** The command line that {@code storm jar JAR MAIN ARGUMENTS} of this storm.home would run. */
    public List<String> command(Path jar, String mainClass, List<String> arguments) {
        return command(jar, List.of(), mainClass, arguments);
    }

    /** The command line with {@code --jars}, which are uploaded as well and added to the workers' class path. */
    private List<String> command(Path jar, List<Path> moreJars, String mainClass, List<String> arguments) {
        List<Path> all = new ArrayList<>(List.of(jar));
        all.addAll(moreJars);
        List<String> command = new ArrayList<>(List.of(
                JavaLaunch.javaBinary().toString(),
                "-Ddaemon.name=",
                "-Dstorm.options=",
                "-Dstorm.home=" + home.directory(),
                "-Dstorm.log.dir=" + home.logs(),
                "-Djava.library.path=/usr/local/lib:/opt/local/lib:/usr/lib:/usr/lib64",
                "-Dstorm.conf.file=",
                "-cp",
                home.clientClassPath(all),
                "-Dlog4j2.configurationFile=" + home.directory().resolve("log4j2/client.xml"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Dstorm.jar=" + jar,
                "-Dstorm.dependency.jars="
                        + moreJars.stream().map(Path::toString).collect(Collectors.joining(",")),
                "-Dstorm.dependency.artifacts={}",
                mainClass));
        command.addAll(arguments);
        return command;
    }

    /**
     * Submits a topology, and returns the output of its main class.
     *
     * @throws ProcessFailedException if the main class does not exit with 0; the message contains its output
     */
    public String submit(Path jar, String mainClass, List<String> arguments) {
        return submit(jar, List.of(), mainClass, arguments);
    }

    /** Like {@code storm jar JAR MAIN ARGUMENTS --jars MORE}. */
    String submit(Path jar, List<Path> moreJars, String mainClass, List<String> arguments) {
        ProcessBuilder builder =
                new ProcessBuilder(command(jar, moreJars, mainClass, arguments)).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(JavaLaunch.environment());
        try {
            Process process = builder.start();
            try {
                process.getOutputStream().close();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                process.waitFor(5, TimeUnit.SECONDS);
                if (process.exitValue() != 0) {
                    throw new ProcessFailedException("Submitting %s %s with %s failed with exit status %d:%n%s"
                            .formatted(jar, mainClass, arguments, process.exitValue(), output));
                }
                return output;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while submitting " + mainClass, e);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new ProcessFailedException("Submitting " + mainClass + " of " + jar + " failed", e);
        }
    }
}
