package io.lightflow.lab.stock;

import org.apache.storm.trident.operation.BaseFunction;
import org.apache.storm.trident.operation.TridentCollector;
import org.apache.storm.trident.tuple.TridentTuple;
import org.apache.storm.tuple.Values;

/** Maps the value of a record to campaign and minute. Drops records that are not impressions. */
final class Impressions extends BaseFunction {
    private static final long serialVersionUID = 1L;

    private final int impressionSchema;

    Impressions(int impressionSchema) {
        this.impressionSchema = impressionSchema;
    }

    @Override
    public void execute(TridentTuple tuple, TridentCollector collector) {
        CampaignMinute.of(tuple.getBinary(0), impressionSchema)
                .ifPresent(key -> collector.emit(new Values(key.campaign(), key.minuteMs())));
    }
}
