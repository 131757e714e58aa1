package io.lightflow.deploy.kafka;

import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands tests one broker that all their classes share. Each test uses topics and groups of its own. */
final class SharedKafka implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(SharedKafka.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == TestKafka.class;
    }

    @Override
    public TestKafka resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Running.class, absent -> new Running(), Running.class)
                .kafka;
    }

    /** Closed by JUnit after the last test. */
    private static final class Running implements AutoCloseable {
        private final Path directory;
        private final TestKafka kafka;

        Running() {
            try {
                directory = Files.createTempDirectory("shared-kafka");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            kafka = new TestKafka(EmbeddedKafkaSettings.in(directory));
        }

        @Override
        public void close() throws IOException {
            kafka.close();
            List<Path> files;
            try (Stream<Path> all = Files.walk(directory)) {
                files = all.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }
}
