package io.lightflow.topology.settings;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;

/** Amounts of data in settings, such as {@code 64MB}. */
final class DataSizeFormat {
    private DataSizeFormat() {}

    static final class Reader extends StdDeserializer<DataSize> {
        private static final long serialVersionUID = 1L;

        Reader() {
            super(DataSize.class);
        }

        @Override
        public DataSize deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String string = parser.getText();
            try {
                return DataSize.parse(string);
            } catch (IllegalArgumentException e) {
                return (DataSize) context.handleWeirdStringValue(DataSize.class, string, e.getMessage());
            }
        }
    }

    static final class Writer extends StdSerializer<DataSize> {
        private static final long serialVersionUID = 1L;

        Writer() {
            super(DataSize.class);
        }

        @Override
        public void serialize(DataSize size, JsonGenerator generator, SerializerProvider provider) throws IOException {
            generator.writeString(size.toString());
        }
    }
}
