package io.lightflow.lab.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.OrphanClick;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.apache.avro.Schema;
import org.apache.avro.compiler.specific.SpecificCompiler;
import org.apache.avro.generic.GenericData.StringType;

/**
 * A later build of the topologies: the jar for {@code storm jar} with one more field, with a default, in the schemas of
 * impressions, clicks and conversions, and with the classes that follow from them.
 */
final class UpgradedJar {
    /** The added field. */
    static final String FIELD = "campaignTag";

    private static final Set<String> CHANGED = Set.of("Impression", "Click", "Conversion");
    private static final List<Schema> COMPILED = List.of(
            Impression.getClassSchema(),
            Click.getClassSchema(),
            Conversion.getClassSchema(),
            JoinedImpression.getClassSchema(),
            JoinedClick.getClassSchema(),
            JoinedConversion.getClassSchema(),
            OrphanClick.getClassSchema());

    private UpgradedJar() {}

    /**
     * Creates the jar. Requires a JDK.
     *
     * @param present jar of the present build
     * @param folder an empty folder for the jar and for what it is made from
     * @return the jar, in that folder
     */
    static Path of(Path present, Path folder) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("sources"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        for (Schema schema : COMPILED) {
            SpecificCompiler compiler = new SpecificCompiler(upgraded(schema));
            compiler.setStringType(StringType.String);
            compiler.compileToDestination(null, sources.toFile());
        }
        compile(present, sources, classes);
        Path jar = folder.resolve("upgraded-" + present.getFileName());
        Files.copy(present, jar, StandardCopyOption.REPLACE_EXISTING);
        replace(jar, classes);
        return jar;
    }

    /** The schema with the field in every record that gains it, wherever it is nested. */
    static Schema upgraded(Schema schema) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode tree = mapper.readTree(schema.toString());
        addFields(tree, mapper);
        return new Schema.Parser().parse(mapper.writeValueAsString(tree));
    }

    private static void addFields(JsonNode tree, ObjectMapper mapper) {
        tree.forEach(inner -> addFields(inner, mapper));
        if (tree.has("fields") && CHANGED.contains(tree.path("name").asText())) {
            addField((ObjectNode) tree, mapper);
        }
    }

    private static void addField(ObjectNode record, ObjectMapper mapper) {
        ObjectNode type = mapper.createObjectNode().put("type", "string").put("avro.java.string", "String");
        ObjectNode field = mapper.createObjectNode().put("name", FIELD);
        field.set("type", type);
        field.put("default", "none");
        ((ArrayNode) record.get("fields")).add(field);
    }

    private static void compile(Path present, Path sources, Path classes) throws IOException {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) {
            throw new IllegalStateException(
                    "The upgrade needs a JDK: expected javac beside this Java, " + System.getProperty("java.home"));
        }
        try (Stream<Path> files = Files.walk(sources);
                var manager = javac.getStandardFileManager(null, null, null)) {
            List<Path> java =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            List<String> options = List.of(
                    "-d", classes.toString(), "-cp", present.toString(), "--release", "17", "-proc:none", "-nowarn");
            boolean compiled = javac.getTask(
                            null, manager, null, options, null, manager.getJavaFileObjectsFromPaths(java))
                    .call();
            if (!compiled) {
                throw new IllegalStateException("The classes of the changed schemas in " + sources
                        + " do not compile; the compiler's messages are above");
            }
        }
    }

    private static void replace(Path jar, Path classes) throws IOException {
        try (FileSystem archive = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of());
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path entry = archive.getPath(classes.relativize(file).toString());
                Files.copy(file, entry, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
