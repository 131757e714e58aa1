package io.lightflow.deploy.cluster;

import io.lightflow.deploy.jvm.JavaFlags;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds the launch descriptions of Java processes, with common flags and small memory. */
final class JavaLaunch {
    private static final List<String> INHERITED =
            List.of("PATH", "HOME", "USER", "LOGNAME", "TZ", "LANG", "LC_ALL", "JDK_JAVA_OPTIONS");

    private final String name;
    private final Path directory;
    private final List<String> flags = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private String classPath = "";
    private String mainClass = "";

    private JavaLaunch(String name, Path directory) {
        this.name = name;
        this.directory = directory;
    }

    /** A process of that name with the directory {@code processes/name}. */
    static JavaLaunch of(String name, Path directory) {
        return new JavaLaunch(name, directory);
    }

    /**
     * Sets the maximum heap in MiB. The serial collector uses the least memory and, on two cores, is not the slowest.
     */
    JavaLaunch heapMb(int heapMb) {
        flags.addAll(List.of("-Xms16m", "-Xmx" + heapMb + "m", "-XX:+UseSerialGC"));
        return this;
    }

    /** For processes with little work: disables the optimizing compiler, which saves start-up time and 50 MiB each. */
    JavaLaunch quickStart() {
        flags.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xss512k"));
        return this;
    }

    JavaLaunch property(String key, Object value) {
        flags.add("-D" + key + "=" + value);
        return this;
    }

    JavaLaunch classPath(String path) {
        this.classPath = path;
        return this;
    }

    JavaLaunch main(String className, Object... mainArguments) {
        this.mainClass = className;
        for (Object argument : mainArguments) {
            arguments.add(argument.toString());
        }
        return this;
    }

    ProcessSpec spec() {
        String marker = "-Dlightflow.process=" + directory;
        List<String> command = new ArrayList<>();
        command.add(javaBinary().toString());
        command.add(marker);
        command.addAll(JavaFlags.withoutWarnings());
        command.addAll(flags);
        // Without performance data, the JVM writes nothing to the system's temporary directory.
        command.addAll(List.of(
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:ErrorFile=" + directory.resolve("logs/crash-%p.log"),
                "-Djava.io.tmpdir=" + directory.resolve("tmp"),
                "-Djava.net.preferIPv4Stack=true"));
        command.add(mainClass);
        command.addAll(arguments);
        Map<String, String> environment = environment();
        environment.put("CLASSPATH", classPath);
        return ProcessSpec.of(name, command, environment, directory, marker);
    }

    /** The environment of every process of the cluster. */
    static Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        for (String variable : INHERITED) {
            String value = System.getenv(variable);
            if (value != null) {
                environment.put(variable, value);
            }
        }
        environment.putIfAbsent("PATH", "/usr/bin:/bin");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        return environment;
    }

    static Path javaBinary() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** The class path of this JVM, even if a test runner hides it in a jar with only a manifest. */
    static String ownClassPath() {
        String surefire = System.getProperty("surefire.test.class.path");
        String path = surefire != null ? surefire : System.getProperty("java.class.path");
        List<String> absolute = new ArrayList<>();
        for (String entry : path.split(File.pathSeparator)) {
            Path resolved = Path.of(entry).toAbsolutePath();
            if (!entry.isEmpty() && (entry.endsWith("*") || Files.exists(resolved))) {
                absolute.add(resolved.toString());
            }
        }
        return String.join(File.pathSeparator, absolute);
    }
}
