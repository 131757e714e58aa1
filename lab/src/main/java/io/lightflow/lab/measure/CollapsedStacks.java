package io.lightflow.lab.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Counts sampled stacks, in the format that flame-graph tools read: a line for each stack, its frames from the thread
 * to the innermost method with semicolons in between, then a space and the count. Not thread-safe.
 */
public final class CollapsedStacks {
    static final String JAVA_SAMPLE = "jdk.ExecutionSample";
    static final String NATIVE_SAMPLE = "jdk.NativeMethodSample";
    /** The first frame of a stack that was deeper than the recording allows. */
    static final String TRUNCATED = "[truncated]";
    /** Most other native methods wait for input. */
    private static final String ROCKSDB = "org.rocksdb.";

    private final Map<String, Long> counts = new TreeMap<>();

    /** Reads what {@link #write} wrote; a missing file is empty. */
    public static CollapsedStacks read(Path file) throws IOException {
        CollapsedStacks stacks = new CollapsedStacks();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                int space = line.lastIndexOf(' ');
                stacks.add(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
            }
        }
        return stacks;
    }

    /** Adds the samples of a recording: of all Java methods, and of native methods of RocksDB. */
    public void addRecording(Path recording) throws IOException {
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                String type = event.getEventType().getName();
                RecordedStackTrace trace = event.getStackTrace();
                if (trace == null || trace.getFrames().isEmpty()) {
                    continue;
                }
                boolean inRocksDb = method(trace.getFrames().get(0)).startsWith(ROCKSDB);
                if (type.equals(JAVA_SAMPLE) || type.equals(NATIVE_SAMPLE) && inRocksDb) {
                    add(stack(event.getThread("sampledThread"), trace), 1);
                }
            }
        }
    }

    private void add(String stack, long count) {
        counts.merge(stack, count, Long::sum);
    }

    private static String stack(RecordedThread thread, RecordedStackTrace trace) {
        StringJoiner stack = new StringJoiner(";");
        stack.add(threadGroup(thread == null ? null : thread.getJavaName()));
        if (trace.isTruncated()) {
            stack.add(TRUNCATED);
        }
        List<RecordedFrame> innermostFirst = trace.getFrames();
        for (int i = innermostFirst.size() - 1; i >= 0; i--) {
            stack.add(method(innermostFirst.get(i)));
        }
        return stack.toString();
    }

    /** Threads whose names differ only in numbers belong together. */
    static String threadGroup(String name) {
        return name == null ? "native" : name.replaceAll("\\d+", "N").replaceAll("[;\\s]+", " ");
    }

    private static String method(RecordedFrame frame) {
        RecordedMethod method = frame.getMethod();
        return method.getType().getName() + "." + method.getName();
    }

    public void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(
                file,
                counts.entrySet().stream()
                        .map(stack -> stack.getKey() + " " + stack.getValue())
                        .toList());
    }
}
