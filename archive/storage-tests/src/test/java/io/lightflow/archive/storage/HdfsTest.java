package io.lightflow.archive.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** On a real NameNode and DataNode, which {@code core-site.xml} names, as at an operator's. */
class HdfsTest extends StorageContract {
    private static final String NAME_NODE = "lightflow.test.namenode";

    @TempDir
    private static Path folder;

    private static MiniDFSCluster cluster;

    @BeforeAll
    static void startCluster() throws IOException {
        int port = FreePort.find();
        // The nodes read core-site.xml, too.
        System.setProperty(NAME_NODE, Integer.toString(port));
        cluster = new MiniDFSCluster.Builder(new HdfsConfiguration(), folder.toFile())
                .nameNodePort(port)
                .numDataNodes(1)
                .build();
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            cluster.shutdown();
        }
        System.clearProperty(NAME_NODE);
    }

    /** HDFS lists its files with the host that is missing here. */
    @Override
    String warehouse() {
        return "hdfs:///archive/" + System.nanoTime();
    }

    @Override
    Map<String, String> files() {
        return Map.of("io-impl", "org.apache.iceberg.hadoop.HadoopFileIO");
    }
}
