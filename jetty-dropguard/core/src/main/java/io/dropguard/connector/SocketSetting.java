package io.dropguard.connector;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A socket option and its value. Immutable. */
record SocketSetting<T>(SocketOption<T> option, T value) {
    private static final Logger LOG = LoggerFactory.getLogger(SocketSetting.class);

    private static final boolean LINUX =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).equals("linux");

    /**
     * One of the JDK's extended options, which not every system and not every runtime image has.
     */
    static Optional<SocketSetting<?>> named(String name, Object value) throws IOException {
        try (SocketChannel sample = SocketChannel.open()) {
            for (SocketOption<?> option : sample.supportedOptions())
                if (option.name().equals(name)) return Optional.of(of(option, value));
        }
        return Optional.empty();
    }

    private static <T> SocketSetting<T> of(SocketOption<T> option, Object value) {
        return new SocketSetting<>(option, option.type().cast(value));
    }

    /** Sets it on a listening socket, if those that it accepts will have it then. */
    boolean isInheritedFrom(ServerSocketChannel listening) throws IOException {
        if (!LINUX || !listening.supportedOptions().contains(option)) return false;
        listening.setOption(option, value);
        return true;
    }

    void applyTo(NetworkChannel channel) {
        try {
            channel.setOption(option, value);
        } catch (IOException | UnsupportedOperationException notSet) {
            LOG.debug("{} is not set on {}", option, channel, notSet);
        }
    }
}
