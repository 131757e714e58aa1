package io.lightflow.topology.simulation.mutant;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.pool.TypePool;

/** A second copy of Lightflow's classes, with changes to some. Avro is copied too, since it caches classes. */
public final class MutatedClasses extends ClassLoader {
    private static final List<String> COPIED = List.of("io.lightflow.", "org.apache.avro.");

    private final Map<String, AsmVisitorWrapper> changes;
    private final ClassFileLocator files = ClassFileLocator.ForClassLoader.of(MutatedClasses.class.getClassLoader());

    /** @param changes changes by class name */
    public MutatedClasses(Map<String, AsmVisitorWrapper> changes) {
        super(MutatedClasses.class.getClassLoader());
        this.changes = changes;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (COPIED.stream().noneMatch(name::startsWith)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? copy(name) : loaded;
        }
    }

    private Class<?> copy(String name) throws ClassNotFoundException {
        byte[] bytes = changes.containsKey(name) ? changed(name) : original(name);
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] original(String name) throws ClassNotFoundException {
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("class " + name + " cannot be read", e);
        }
    }

    private byte[] changed(String name) {
        return new ByteBuddy()
                .redefine(TypePool.Default.of(files).describe(name).resolve(), files)
                .visit(changes.get(name))
                .make()
                .getBytes();
    }
}
