package io.lightflow.lab.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.cluster.Cluster;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The build that torture upgrades to has one more field in its events, wherever they are nested. */
class UpgradedJarTest {
    @TempDir
    Path folder;

    @Test
    void itsClassesHaveTheFieldAndTheRestIsUnchanged() throws Exception {
        Path jar = UpgradedJar.of(Cluster.topologyJar(), folder);

        // Storm brings it.
        URL slf4j = LoggerFactory.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader upgraded =
                new URLClassLoader(new URL[] {jar.toUri().toURL(), slf4j}, ClassLoader.getPlatformClassLoader())) {
            assertThat(fieldsOf(upgraded, Impression.class.getName())).contains(UpgradedJar.FIELD);
            assertThat(upgraded.loadClass("io.lightflow.topology.Main")).isNotNull();
        }
        Schema joined = UpgradedJar.upgraded(JoinedClick.getClassSchema());
        assertThat(joined.getField("impression").schema().getField(UpgradedJar.FIELD))
                .isNotNull();
        assertThat(joined.getField("click").schema().getField(UpgradedJar.FIELD))
                .isNotNull();
    }

    private static String fieldsOf(ClassLoader loader, String name) throws Exception {
        return loader.loadClass(name).getMethod("getClassSchema").invoke(null).toString();
    }
}
