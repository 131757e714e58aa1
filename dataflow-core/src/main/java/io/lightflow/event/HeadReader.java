package io.lightflow.event;

import io.lightflow.event.EventRules.Head;
import io.lightflow.event.ProjectingReader.LongField;
import io.lightflow.event.ProjectingReader.StringField;
import java.io.IOException;

/** Reads the heads of impressions or tags, which are all that the join needs of them. Not thread-safe. */
final class HeadReader {
    private final ProjectingReader reader;
    private final StringField id;
    private final LongField time;
    private final long maxAmountMicros;
    /** Null for tags, which have no price. */
    private final Price price;

    private record Price(LongField micros, StringField currency) {}

    private HeadReader(ProjectingReader.Builder fields, Price price, long maxAmountMicros) {
        id = fields.string("id");
        time = fields.integer("time");
        this.price = price;
        this.maxAmountMicros = maxAmountMicros;
        reader = fields.build();
    }

    static HeadReader ofImpressions(long maxAmountMicros) {
        var fields = ProjectingReader.builder(Impression.getClassSchema(), StringDecoder.PLAIN);
        return new HeadReader(
                fields, new Price(fields.integer("priceMicros"), fields.string("currency")), maxAmountMicros);
    }

    static HeadReader ofTags() {
        return new HeadReader(ProjectingReader.builder(Tag.getClassSchema(), StringDecoder.PLAIN), null, 0);
    }

    /**
     * @throws IOException if there are too few bytes
     * @throws RuntimeException if the bytes are damaged
     */
    Head read(ArrayDecoder body) throws IOException {
        reader.read(body);
        return new Head(
                id.get(),
                time.get(),
                price == null
                        ? null
                        : EventRules.checkMoney(
                                "priceMicros", price.micros.get(), price.currency.get(), maxAmountMicros));
    }
}
