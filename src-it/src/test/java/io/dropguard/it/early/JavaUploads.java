package io.dropguard.it.early;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The JDK's two clients, as a program: {@code CLIENT SIZE TIMES URL...} prints how many uploads to
 * each URL were not answered wholly.
 */
final class JavaUploads {
    private final byte[] body;
    private final SSLContext trusting = trusting();
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(trusting)
                    .connectTimeout(Duration.ofMinutes(1))
                    .build();

    private JavaUploads(int size) {
        body = new byte[size];
    }

    public static void main(String[] arguments) throws InterruptedException {
        JavaUploads uploads = new JavaUploads(Integer.parseInt(arguments[1]));
        boolean old = arguments[0].equals("HttpURLConnection");
        int times = Integer.parseInt(arguments[2]);
        PrintStream out = System.out;
        for (String url : Arrays.asList(arguments).subList(3, arguments.length)) {
            List<String> failed = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                String result;
                try {
                    result = old ? uploads.urlConnection(url) : uploads.httpClient(url);
                } catch (IOException broken) {
                    result = broken.toString();
                }
                if (!result.isEmpty()) failed.add(result);
            }
            out.println(url + " " + failed.size() + " " + (failed.isEmpty() ? "" : failed.get(0)));
        }
    }

    /** Empty if it was answered wholly. */
    private String httpClient(String url) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                client.send(
                        HttpRequest.newBuilder(URI.create(url))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .timeout(Duration.ofMinutes(1))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        return isWhole(
                answer.headers().firstValueAsLong("content-length").orElse(-1),
                answer.body().length);
    }

    private String urlConnection(String url) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        if (connection instanceof HttpsURLConnection tls) {
            tls.setSSLSocketFactory(trusting.getSocketFactory());
            tls.setHostnameVerifier((host, session) -> true);
        }
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setReadTimeout(60_000);
        connection.setFixedLengthStreamingMode(body.length);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
        }
        int status = connection.getResponseCode();
        if (status < 400) return "status " + status;
        try (InputStream in = connection.getErrorStream()) {
            if (in == null) return "status " + status + ", and then the connection broke";
            return isWhole(connection.getContentLengthLong(), in.readAllBytes().length);
        }
    }

    private static String isWhole(long expected, long length) {
        return expected == length ? "" : length + " of " + expected + " bytes";
    }

    /** Whether the servers are genuine is not the subject here. */
    private static SSLContext trusting() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustsAll()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** An extended one is not asked whether the host's name fits. */
    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
