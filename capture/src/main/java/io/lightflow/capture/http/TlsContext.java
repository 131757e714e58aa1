package io.lightflow.capture.http;

import io.lightflow.service.http.ServerTlsSettings;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Key and certificate of the server. A renewed key store counts without a restart. One thread reloads it. */
final class TlsContext {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

    private final ServerTlsSettings settings;
    private volatile SslContext context;
    private FileTime loaded;

    private TlsContext(ServerTlsSettings settings, SslContext context, FileTime loaded) {
        this.settings = settings;
        this.context = context;
        this.loaded = loaded;
    }

    /** @throws IllegalArgumentException if the key store is unusable */
    static TlsContext of(ServerTlsSettings settings) {
        try {
            FileTime time = Files.getLastModifiedTime(settings.keyStore());
            return new TlsContext(settings, load(settings), time);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "tls.keyStore " + settings.keyStore() + " cannot be used. Check the file and its password: " + e,
                    e);
        }
    }

    private static SslContext load(ServerTlsSettings settings) throws IOException, GeneralSecurityException {
        char[] password = settings.password().toCharArray();
        KeyStore keys = KeyStore.getInstance(settings.keyStore().toFile(), password);
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password);
        return SslContextBuilder.forServer(managers)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2,
                        ApplicationProtocolNames.HTTP_1_1))
                .build();
    }

    SslHandler newHandler(ByteBufAllocator allocator) {
        return context.newHandler(allocator);
    }

    void reloadIfChanged() {
        try {
            FileTime time = Files.getLastModifiedTime(settings.keyStore());
            if (!time.equals(loaded)) {
                loaded = time;
                context = load(settings);
                LOG.info("Read the changed key store {}", settings.keyStore());
            }
        } catch (IOException | GeneralSecurityException e) {
            LOG.warn(
                    "The key store {} cannot be read again, and the former certificate stays: {}",
                    settings.keyStore(),
                    e.toString());
        }
    }
}
