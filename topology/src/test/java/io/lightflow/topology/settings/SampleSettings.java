package io.lightflow.topology.settings;

import static org.assertj.core.api.Assertions.assertThat;

/** Settings of a group in YAML, for tests. */
final class SampleSettings {
    static final String GOOD = """
            group: us
            dataCenters: [us-west, us-east]
            shards: 8
            kafka:
              bootstrapServers: 127.0.0.1:9092
              properties:
                sasl.jaas.config: hunter2-of-kafka
            fronts:
              us-west:
                bootstrapServers: 127.0.0.1:9093
                properties: {sasl.password: hunter2-of-front}
            registry:
              urls: ["http://127.0.0.1:8081"]
            postgres:
              url: jdbc:postgresql://127.0.0.1/lightflow?password=hunter2-of-postgres
              user: lightflow
              passwordVariable: LIGHTFLOW_NO_SUCH_VARIABLE
            zookeeper:
              connect: 127.0.0.1:2181
            store:
              rocksdb:
                directory: /var/lib/lightflow/us
            join:
              orphanAfter: 12h
              advertisers:
                "1458":
                  orphanAfter: 1h
                  viewThrough: 1d
            pace:
              emitInterval: 50ms
            dataflow:
              parallelism: 2
            statistics:
              microBatch: 15s
            """;
    static final String AEROSPIKE = """
            aerospike:
                hosts: ["10.0.0.1:3000", "[2001:db8::1]:3000"]
                namespace: lightflow
                set: us-2026
                user: joiner
                passwordVariable: PATH
                tls:
                  name: join.example
                  authorities: /etc/tls/ca.pem
                  keyStore: /etc/tls/client.p12
                  keyStorePasswordVariable: PATH
                rack: 2
                commit: MASTER
                connectTimeout: 500ms
                socketTimeout: 1s
                totalTimeout: 4s
                batchKeys: 500
                batchesInFlight: 8
            """;

    private SampleSettings() {}

    static String withStore(String store) {
        String yaml = GOOD.replace("rocksdb:\n    directory: /var/lib/lightflow/us\n", store);
        assertThat(yaml).isNotEqualTo(GOOD);
        return yaml;
    }

    /** With references in place of secrets. */
    static String withoutSecrets(String yaml) {
        return yaml.replace(
                        "sasl.jaas.config: hunter2-of-kafka",
                        "sasl.jaas.config: 'm.Module required password=\"${env:PATH}\";'")
                .replace("hunter2-of-front", "\"${env:PATH}\"")
                .replace("?password=hunter2-of-postgres", "");
    }
}
