package io.lightflow.deploy.feed;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.Tag;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/** The kinds of light events. Events of the same time are fed in this order. */
public enum LightType {
    TAG("tag", "tags", Tag.getClassSchema()) {
        @Override
        SpecificRecordBase newEvent() {
            return new Tag();
        }
    },
    IMPRESSION("impression", "impressions", Impression.getClassSchema()) {
        @Override
        SpecificRecordBase newEvent() {
            return new Impression();
        }
    },
    CLICK("click", "clicks", Click.getClassSchema()) {
        @Override
        SpecificRecordBase newEvent() {
            return new Click();
        }
    },
    CONVERSION("conversion", "conversions", Conversion.getClassSchema()) {
        @Override
        SpecificRecordBase newEvent() {
            return new Conversion();
        }
    };

    private final String label;
    private final String topic;
    private final Schema schema;

    LightType(String label, String topic, Schema schema) {
        this.label = label;
        this.topic = topic;
        this.schema = schema;
    }

    /** The word for one such event, as written in JSON lines. */
    public String label() {
        return label;
    }

    /** Name of its topic on a front cluster. */
    public String topic() {
        return topic;
    }

    public Schema schema() {
        return schema;
    }

    /** A new event with no field set. */
    abstract SpecificRecordBase newEvent();
}
