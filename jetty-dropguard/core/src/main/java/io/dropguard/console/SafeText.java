package io.dropguard.console;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.CharacterEscapes;
import tools.jackson.core.io.SerializedString;

/**
 * Makes text that a peer sent harmless: in JSON for what might take it for HTML, and on a terminal.
 * Immutable.
 */
final class SafeText extends CharacterEscapes {
    private static final long serialVersionUID = 1;

    private final int[] ascii = standardAsciiEscapesForJSON();

    SafeText() {
        for (char c : new char[] {'<', '>', '&', '\'', 0x7F}) ascii[c] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
        return ascii;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
        return isInvisible(c) ? new SerializedString(String.format("\\u%04x", c)) : null;
    }

    /** Controls, and what moves, turns or hides what stands beside it. */
    private static boolean isInvisible(int c) {
        return c < 0x20
                || (c >= 0x7F && c < 0xA0)
                || (c >= 0x200B && c <= 0x200F)
                || (c >= 0x2028 && c <= 0x202E)
                || (c >= 0x2060 && c <= 0x2069)
                || (c >= 0xD800 && c <= 0xDFFF)
                || c == 0xFEFF;
    }

    /** For a terminal, and no longer than that. */
    static String line(String text, int longest) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length() && line.length() < longest; i++)
            line.append(isInvisible(text.charAt(i)) ? '?' : text.charAt(i));
        if (text.length() > longest) line.setCharAt(line.length() - 1, '…');
        return line.toString();
    }
}
