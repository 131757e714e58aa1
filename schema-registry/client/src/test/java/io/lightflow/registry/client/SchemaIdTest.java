package io.lightflow.registry.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaIdTest {
    private static final String CLICK = """
            {"type":"record","name":"Click","namespace":"ads","doc":"A click.","fields":[
              {"name":"id","type":"string"},
              {"name":"time","type":{"type":"long","logicalType":"timestamp-millis"}},
              {"name":"place","type":["null",{"type":"enum","name":"Place","symbols":["TOP","SIDE"]}],"default":null},
              {"name":"other","type":"Place","default":"TOP"}]}""";

    @Test
    void idsAreStableAcrossVersions() {
        assertThat(SchemaId.normalForm(parse(CLICK)))
                .isEqualTo("{\"doc\":\"A click.\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},"
                        + "{\"name\":\"time\",\"type\":{\"logicalType\":\"timestamp-millis\",\"type\":\"long\"}},"
                        + "{\"default\":null,\"name\":\"place\",\"type\":[\"null\",{\"name\":\"ads.Place\","
                        + "\"symbols\":[\"TOP\",\"SIDE\"],\"type\":\"enum\"}]},"
                        + "{\"default\":\"TOP\",\"name\":\"other\",\"type\":\"ads.Place\"}],"
                        + "\"name\":\"ads.Click\",\"type\":\"record\"}");
        assertThat(SchemaId.of(parse(CLICK))).isEqualTo(1_099_494_160);
        assertThat(SchemaId.of(Schema.create(Schema.Type.STRING))).isEqualTo(1_776_665_033);
    }

    @Test
    void notationDoesNotChangeTheId() {
        String equivalent = """
                { "fields": [ {"type": {"type":"string"}, "name":"id"},
                  {"type":{"logicalType":"timestamp-millis","type":"long"},"name":"time"},
                  {"default":null,"name":"place",
                   "type":["null",{"symbols":["TOP","SIDE"],"name":"ads.Place","type":"enum"}]},
                  {"name":"other","default":"TOP","type":"ads.Place"} ],
                  "doc":"A click.", "name":"ads.Click", "type":"record" }""";
        assertThat(SchemaId.of(parse(equivalent))).isEqualTo(SchemaId.of(parse(CLICK)));
    }

    @Test
    void aGeneratedClassHasTheIdOfItsSourceFile() {
        String generated =
                CLICK.replace("\"type\":\"string\"", "\"type\":{\"type\":\"string\",\"avro.java.string\":\"String\"}");
        assertThat(parse(generated).toString()).contains("avro.java.string");
        assertThat(SchemaId.of(parse(generated))).isEqualTo(SchemaId.of(parse(CLICK)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A click.=A tap.",
                "timestamp-millis=timestamp-micros",
                "\"default\":\"TOP\"=\"default\":\"SIDE\"",
                "\"TOP\",\"SIDE\"=\"SIDE\",\"TOP\"",
                "\"namespace\":\"ads\"=\"namespace\":\"adverts\"",
                "{\"name\":\"id\",={\"name\":\"id\",\"aliases\":[\"key\"],",
                "{\"name\":\"id\",={\"name\":\"id\",\"order\":\"ignore\",",
                "{\"name\":\"id\",={\"name\":\"id\",\"pii\":true,"
            })
    void everyChangeOfContentChangesTheId(String change) {
        int separator = change.indexOf('=');
        String changed = CLICK.replace(change.substring(0, separator), change.substring(separator + 1));
        assertThat(changed).isNotEqualTo(CLICK);
        assertThat(SchemaId.of(parse(changed))).isNotEqualTo(SchemaId.of(parse(CLICK)));
    }

    @Test
    void theNormalFormParsesToAnEqualSchema() {
        Schema schema = parse("""
                {"type":"record","name":"Node","namespace":"a.b","aliases":["Old","x.Older"],"fields":[
                  {"name":"next","type":["null","Node"],"default":null},
                  {"name":"sizes","type":{"type":"map","values":{"type":"array","items":"double"}},
                   "default":{"b":[1.5],"a":[]}},
                  {"name":"hash","type":{"type":"fixed","name":"c.Hash","size":16,"aliases":["Md"]}},
                  {"name":"hashes","type":{"type":"array","items":"c.Hash"},"default":[]},
                  {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":6},
                   "default":"\\u0001"},
                  {"name":"bare","type":{"type":"record","name":"Bare","namespace":"","fields":[
                    {"name":"self","type":["null","Bare"],"default":null}]}}]}""");
        Schema again = parse(SchemaId.normalForm(schema));
        assertThat(again).isEqualTo(schema);
        assertThat(again.getAliases()).isEqualTo(schema.getAliases());
        assertThat(SchemaId.normalForm(again)).isEqualTo(SchemaId.normalForm(schema));
    }

    @Test
    void everyIdIsPositive() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(SchemaId.of(Schema.createFixed("F" + i, null, null, 4))).isPositive();
        }
        assertThat(SchemaId.ofFingerprint(new byte[32])).isEqualTo(1);
    }

    private static Schema parse(String text) {
        return new Schema.Parser().parse(text);
    }
}
