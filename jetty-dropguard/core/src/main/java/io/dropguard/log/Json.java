package io.dropguard.log;

import java.io.OutputStream;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.SerializableString;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;

/** Jackson as the log wants it. Thread-safe. */
final class Json {
    private static final JsonFactory FACTORY = factory();

    private Json() {}

    private static JsonFactory factory() {
        JsonFactoryBuilder builder = new JsonFactoryBuilder();
        builder.rootValueSeparator((SerializableString) null); // a generator writes many records
        builder.characterEscapes(Text.ESCAPES);
        builder.disable(StreamWriteFeature.AUTO_CLOSE_CONTENT);
        // Elasticsearch refuses a document in which a name comes twice, and clients would know it.
        builder.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
        return builder.build();
    }

    static JsonGenerator generator(OutputStream out) {
        return FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8);
    }

    static JsonParser parser(byte[] bytes, int offset, int length) {
        return FACTORY.createParser(ObjectReadContext.empty(), bytes, offset, length);
    }

    static JsonParser parser(String text) {
        return FACTORY.createParser(ObjectReadContext.empty(), text);
    }
}
