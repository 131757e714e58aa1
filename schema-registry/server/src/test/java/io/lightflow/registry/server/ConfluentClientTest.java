package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaMetadata;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.junit.jupiter.api.Test;

/** Confluent's unmodified Java client works with this registry. */
class ConfluentClientTest extends ApiTest {
    private static final String PLACE =
            "{\"type\":\"record\",\"name\":\"Place\",\"namespace\":\"ads\",\"fields\":[{\"name\":\"country\","
                    + "\"type\":\"string\"}]}";
    private static final String CLICK =
            "{\"type\":\"record\",\"name\":\"Click\",\"namespace\":\"ads\",\"fields\":[{\"name\":\"place\","
                    + "\"type\":\"ads.Place\"}]}";

    @Test
    void schemasWithReferencesAreRegisteredAndRead() throws Exception {
        AvroSchema place = new AvroSchema(PLACE);
        int placeId = client().register("place", place);
        AvroSchema click = new AvroSchema(
                CLICK, List.of(new SchemaReference("ads.Place", "place", 1)), Map.of("ads.Place", PLACE), null);
        int clickId = client().register("click", click, true);

        assertThat(client().getSchemaById(placeId)).isEqualTo(place);
        AvroSchema read = (AvroSchema) client().getSchemaById(clickId);
        assertThat(read.rawSchema()).isEqualTo(click.rawSchema());
        assertThat(client().getId("click", click)).isEqualTo(clickId);
        assertThat(client().getVersion("click", click)).isEqualTo(1);
        SchemaMetadata latest = client().getLatestSchemaMetadata("click");
        assertThat(latest.getId()).isEqualTo(clickId);
        assertThat(latest.getReferences()).hasSize(1);
        assertThat(client().getAllSubjects()).containsExactly("click", "place");
        assertThat(client().getAllSubjectsByPrefix("pl")).containsExactly("place");
        assertThat(client().getAllSubjectsById(placeId)).containsExactly("place");
        assertThat(client().getAllVersionsById(placeId)).hasSize(1);
        assertThat(client().getSchemas("", false, true)).hasSize(2);
    }

    @Test
    void compatibilityModesAndDeletionsWork() throws Exception {
        AvroSchema place = new AvroSchema(PLACE);
        AvroSchema other = new AvroSchema(PLACE.replace("\"string\"", "\"int\""));
        client().register("place", place);
        assertThat(client().testCompatibility("place", other)).isFalse();
        assertThat(client().testCompatibilityVerbose("place", other).toString()).contains("ads.Place.country");
        assertThatThrownBy(() -> client().register("place", other))
                .isInstanceOfSatisfying(RestClientException.class, refusal -> {
                    assertThat(refusal.getStatus()).isEqualTo(409);
                    assertThat(refusal.getErrorCode()).isEqualTo(40901);
                });
        assertThat(client().updateCompatibility("place", "NONE")).isEqualTo("NONE");
        assertThat(client().getCompatibility("place")).isEqualTo("NONE");
        client().register("place", other);

        assertThat(client().setMode("READONLY", "place")).isEqualTo("READONLY");
        assertThat(client().getMode("place")).isEqualTo("READONLY");
        client().deleteMode("place");
        assertThat(client().getMode()).isEqualTo("READWRITE");
        assertThat(client().deleteSchemaVersion("place", "1")).isEqualTo(1);
        assertThat(client().deleteSubject("place")).containsExactly(2);
        assertThat(client().deleteSubject("place", true)).containsExactly(1, 2);
        assertThatThrownBy(() -> client().getLatestSchemaMetadata("place"))
                .isInstanceOfSatisfying(RestClientException.class, refusal -> assertThat(refusal.getErrorCode())
                        .isEqualTo(40401));
    }

    /** Creates a new client each time, so that no cache responds. */
    private CachedSchemaRegistryClient client() {
        return new CachedSchemaRegistryClient(server.url().toString(), 10);
    }
}
