package io.lightflow.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.WireFormat;
import io.lightflow.registry.client.SchemaId;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** The joined bytes are what Avro would write. */
class JoinedRecordsTest {
    private final Impression impression = Impression.newBuilder()
            .setId("i")
            .setTime(1)
            .setAdvertiserId("a")
            .setCampaignId("c")
            .setCreativeId("r")
            .setPriceMicros(7)
            .setCurrency("USD")
            .build();
    private final Click click = Click.newBuilder()
            .setId("k")
            .setTime(2)
            .setAdvertiserId("a")
            .setImpressionId("i")
            .build();
    private final Conversion conversion = Conversion.newBuilder()
            .setId("v")
            .setTime(3)
            .setAdvertiserId("a")
            .setRevenueMicros(9)
            .build();

    private static byte[] value(SpecificRecord record) {
        return WireFormat.value(SchemaId.of(record.getSchema()), new BodyEncoder().encode(record));
    }

    private static GenericRecord read(byte[] value, Schema schema) throws IOException {
        assertThat(WireFormat.schemaId(value)).isEqualTo(SchemaId.of(schema));
        BinaryDecoder body = DecoderFactory.get()
                .binaryDecoder(value, WireFormat.HEADER_BYTES, value.length - WireFormat.HEADER_BYTES, null);
        GenericRecord record = new GenericDatumReader<GenericRecord>(schema).read(null, body);
        assertThat(body.isEnd()).isTrue();
        return record;
    }

    @Test
    void aClickCarriesItsImpression() throws Exception {
        byte[] joined = JoinedRecords.click(value(click), value(impression));

        GenericRecord record = read(joined, JoinedRecords.CLICK);
        assertThat(record.get("click")).hasToString(click.toString());
        assertThat(record.get("impression")).hasToString(impression.toString());
        assertThat(new EventReader().joinedClick(joined)).isEqualTo(new EventReader.JoinedClick(click, impression));
        assertThat(new EventReader().click(joined)).isEqualTo(click);
    }

    @Test
    void aConversionCarriesItsClickOrNothing() throws Exception {
        byte[] joined = JoinedRecords.click(value(click), value(impression));
        byte[] attributed = JoinedRecords.conversion(value(conversion), joined);
        byte[] unattributed = JoinedRecords.conversion(value(conversion), null);

        GenericRecord record = read(attributed, JoinedRecords.CONVERSION);
        assertThat(record.get("conversion")).hasToString(conversion.toString());
        assertThat(record.get("click"))
                .hasToString(read(joined, JoinedRecords.CLICK).toString());
        assertThat(read(unattributed, JoinedRecords.CONVERSION).get("click")).isNull();
        assertThat(new EventReader().attributedConversion(attributed).click().impression())
                .isEqualTo(impression);
        assertThat(new EventReader().attributedConversion(unattributed).click()).isNull();
    }

    @Test
    void theKeyOfARowIsALineOfACopy() {
        impression.setPublisher("tab\tand \\");

        assertThat(new RowKeys().of(61_000, impression)).isEqualTo("1970-01-01T00:01:00Z\tc\tr\t\ttab\\tand \\\\\t\t");
    }

    @Test
    void theLastQualifyingClickWins() {
        Click later = Click.newBuilder(click).setId("l").setTime(4).build();
        Click sameTime = Click.newBuilder(click).setId("m").build();

        assertThat(LastClick.qualifies(click, conversion)).isTrue();
        assertThat(LastClick.qualifies(later, conversion)).isFalse();
        assertThat(LastClick.isLater(sameTime, click)).isTrue();
        assertThat(LastClick.isLater(click, sameTime)).isFalse();
        conversion.setImpressionId("another");
        assertThat(LastClick.qualifies(click, conversion)).isFalse();
        conversion.setClickId("k");
        assertThat(LastClick.qualifies(click, conversion)).isTrue();
    }
}
