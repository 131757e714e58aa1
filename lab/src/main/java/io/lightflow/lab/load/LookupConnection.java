package io.lightflow.lab.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Looks up schemas in turn, with minimal overhead. */
final class LookupConnection implements PacedLoad.Connection<Void> {
    private static final String LENGTH = "content-length:";

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final String headers;
    private final int[] ids;

    /** @param ids of the schemas to look up */
    LookupConnection(URI registry, int[] ids) throws IOException {
        this.ids = ids;
        socket = new Socket(registry.getHost(), registry.getPort());
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 14);
        out = socket.getOutputStream();
        headers = " HTTP/1.1\r\nHost: " + registry.getHost() + "\r\nAccept: */*\r\n\r\n";
    }

    /** @throws IOException if the response is not the schema */
    @Override
    public Void ask(long number) throws IOException {
        int id = ids[(int) (number % ids.length)];
        out.write(("GET /schemas/ids/" + id + headers).getBytes(StandardCharsets.US_ASCII));
        String status = line();
        int length = -1;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
                length = Integer.parseInt(header.substring(LENGTH.length()).strip());
            }
        }
        if (length < 0 || !status.contains(" 200 ")) {
            throw new IOException("looking up schema " + id + " failed with the status " + status);
        }
        in.skipNBytes(length);
        return null;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the registry closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
