package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lightflow.producer.Shard;
import io.lightflow.registry.node.NodeClients;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** An ad server that is written in JavaScript and knows nothing of Lightflow but topics, keys and schemas. */
final class KafkaJs {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Enough for each of four shards, as good as certain. */
    private static final List<String> KEYS = IntStream.range(0, 24)
            .mapToObj(number -> "kafkajs-cookie-ä€-" + number)
            .toList();

    private KafkaJs() {}

    /** Sends impressions in one data center of the group us and a click on each in the other; both have a registry. */
    static void sendImpressionsAndClicks(Stand stand) throws Exception {
        ObjectNode settings = JSON.createObjectNode();
        settings.set("impressions", dc(stand, "us-west"));
        settings.set("clicks", dc(stand, "us-east"));
        settings.put("known", stand.stack().registryUrl().toString());
        KEYS.forEach(settings.putArray("keys")::add);

        String output = NodeClients.script(KafkaJs.class.getResource("kafkajs.js"), settings.toString());

        List<JsonNode> sent = new ArrayList<>();
        for (String line : output.lines().toList()) {
            sent.add(JSON.readTree(line));
        }
        int shards = stand.stack().settings().shards();
        assertThat(sent).hasSize(2 * KEYS.size()).allSatisfy(record -> assertThat(
                        record.path("partition").asInt(-1))
                .isEqualTo(Shard.of(record.path("key").asText(), shards)));
        assertThat(sent.stream().map(record -> record.path("partition").asInt()).distinct())
                .hasSize(shards);
    }

    private static ObjectNode dc(Stand stand, String name) {
        return JSON.createObjectNode()
                .put("brokers", stand.stack().frontBootstraps().get(name))
                .put("registry", stand.stack().dcRegistryUrls().get(name).toString());
    }

    /** The outcomes of the clicks, as {@link io.lightflow.lab.answer.JoinedOutputs} says it. */
    static List<String> joinedClicks() {
        return IntStream.range(0, KEYS.size())
                .mapToObj(number -> "click kafkajs-click-" + number + " on kafkajs-impression-" + number)
                .toList();
    }
}
