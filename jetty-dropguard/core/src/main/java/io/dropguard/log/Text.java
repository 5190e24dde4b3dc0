package io.dropguard.log;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.CharacterEscapes;
import tools.jackson.core.io.SerializedString;

/** Makes text that a peer sent fit for a line. Immutable. */
final class Text extends CharacterEscapes {
    private static final long serialVersionUID = 1;

    /** 8 KiB: what Jetty takes for all headers of a request, unless it is told otherwise. */
    static final int LONGEST = 8 * 1024;

    /** Besides what JSON asks for, what ends a line or turns its direction for some viewers. */
    static final Text ESCAPES = new Text();

    private static final char DEL = 0x7F;
    private static final char REPLACEMENT = 0xFFFD;

    private final int[] ascii = standardAsciiEscapesForJSON();

    private Text() {
        ascii[DEL] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
        return ascii;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
        boolean escaped =
                c < 0xA0 // C1 controls, NEL among them
                        || c == 0x2028
                        || c == 0x2029 // line and paragraph separator
                        || (c >= 0x200B && c <= 0x200F)
                        || (c >= 0x202A && c <= 0x202E)
                        || (c >= 0x2060 && c <= 0x2069) // invisible, or overriding the direction
                        || c == 0xFEFF;
        return escaped ? new SerializedString(String.format("\\u%04x", c)) : null;
    }

    /** Cut to what a field may hold, and without halves of surrogate pairs. */
    static String clean(String text) {
        String cut = text;
        if (text.length() > LONGEST) {
            int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
            cut = text.substring(0, end) + "…";
        }
        return wellFormed(cut);
    }

    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) continue;
            char[] repaired = text.toCharArray();
            repair(repaired, i, repaired.length);
            return new String(repaired);
        }
        return text;
    }

    /** Whether there are surrogates at all. */
    static boolean hasSurrogates(char[] text, int from, int to) {
        for (int i = from; i < to; i++) if (Character.isSurrogate(text[i])) return true;
        return false;
    }

    /** Replaces each half of a surrogate pair that is alone. */
    static void repair(char[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Character.isSurrogate(text[i])) continue;
            boolean pair =
                    Character.isHighSurrogate(text[i])
                            && i + 1 < to
                            && Character.isLowSurrogate(text[i + 1]);
            if (pair) i++;
            else text[i] = REPLACEMENT;
        }
    }
}
