package io.lightflow.service.test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** A connection on which a test writes every header itself: {@code HttpClient} sets the header Host. */
public final class RawHttp implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    public RawHttp(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    /** The status of the response to a GET with this header Host; the connection stays open. */
    public int get(String path, String host) throws IOException {
        send(path, host);
        return status();
    }

    public void send(String path, String host) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** The status line, headers and body of the response; the server must close the connection. */
    public String response() throws IOException {
        return in.lines().collect(Collectors.joining("\n"));
    }

    public int status() throws IOException {
        return Integer.parseInt(in.readLine().split(" ")[1]);
    }

    /** The status, if it arrives in time. */
    public OptionalInt statusWithin(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            return OptionalInt.of(status());
        } catch (SocketTimeoutException e) {
            return OptionalInt.empty();
        } finally {
            socket.setSoTimeout(0);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
