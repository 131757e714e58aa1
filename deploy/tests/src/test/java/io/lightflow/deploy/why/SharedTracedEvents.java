package io.lightflow.deploy.why;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests one {@link TracedEvents}, which takes long to prepare. Its tests run one after the other, by their
 * {@code @Order}: the last test of the last class stops the servers.
 */
final class SharedTracedEvents implements ParameterResolver {
    /** For {@code @Order}. */
    static final int FIRST = 1;

    static final int LAST = 2;

    private static final Namespace NAMESPACE = Namespace.create(SharedTracedEvents.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == TracedEvents.class;
    }

    @Override
    public TracedEvents resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Running.class, absent -> new Running(), Running.class)
                .events;
    }

    /** Closed by JUnit after the last test. */
    private static final class Running implements AutoCloseable {
        private final Path folder;
        private final TracedEvents events;

        Running() {
            try {
                folder = Files.createTempDirectory("traced-events");
                events = new TracedEvents(new TracedGroup(folder));
                events.run();
            } catch (Exception e) {
                throw new AssertionError("the traced events could not be prepared", e);
            }
        }

        @Override
        public void close() throws IOException {
            events.close();
            PathUtils.deleteDirectory(folder);
        }
    }
}
