package io.lightflow.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.invariant.EvolvedSchemas;
import io.lightflow.invariant.SampleEvent;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** Bodies of builds whose fields have other names. */
class BodyReaderTest {
    private final Schema compiled = Impression.getClassSchema();
    private final Impression impression = Impression.newBuilder((Impression)
                    SampleEvent.impression("cookie", "i", 1, "acme").record())
            .setRegion("north")
            .build();

    @Test
    void aRenamedFieldKeepsItsValueIfItsAliasIsTheFormerName() throws Exception {
        Schema renamed = EvolvedSchemas.withRenamedField(compiled, "region", "area");
        byte[] body = new BodyEncoder().encode(impression);
        BodyReader<Impression> reader = new BodyReader<>(compiled, renamed);
        assertThat(reader.asCompiled()).isFalse();
        assertThat(reader.read(new ArrayDecoder().over(body, 0)).getRegion()).isEqualTo("north");
    }

    @Test
    void theBuildBeforeTheRenamingReadsTheDefault() throws Exception {
        Schema renamed = EvolvedSchemas.withRenamedField(compiled, "region", "area");
        byte[] body = new BodyEncoder().encode(impression);
        BodyReader<Impression> reader = new BodyReader<>(renamed, compiled);
        Impression read = reader.read(new ArrayDecoder().over(body, 0));
        assertThat(read.getRegion()).isEmpty();
        assertThat(read)
                .isEqualTo(Impression.newBuilder(impression).clearRegion().build());
    }
}
