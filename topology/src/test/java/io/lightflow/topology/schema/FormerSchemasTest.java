package io.lightflow.topology.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.join.FormerSchemas;
import io.lightflow.registry.client.SchemaId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The core cannot compute ids of schemas, so it contains those of the former schemas. */
class FormerSchemasTest {

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TAG")
    void aFormerSchemaHasTheIdThatTheRegistryGivesToIt(EventType type) {
        assertThat(FormerSchemas.idOf(type)).isEqualTo(SchemaId.of(FormerSchemas.of(type)));
    }
}
