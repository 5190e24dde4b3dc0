package io.dropguard;

import io.dropguard.FuzzStream.Ending;
import io.dropguard.FuzzStream.Piece;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Makes the streams of a seed: the same number gives the same stream. Immutable. */
record FuzzGenerator(long seed) {

    FuzzStream stream(long number) {
        Random random = new Random(seed * 1_000_003 + number);
        FuzzRequestGenerator generator = new FuzzRequestGenerator(random);
        Ending ending =
                switch (random.nextInt(10)) {
                    case 0 -> Ending.CLOSE;
                    case 1 -> Ending.RESET;
                    case 2, 3, 4 -> Ending.HALF_CLOSE;
                    default -> Ending.OPEN;
                };
        List<FuzzRequest> requests = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++)
            requests.add(
                    generator.next(
                            number + "-" + i,
                            // who waits until the server closes must ask it to
                            i == count - 1 && (ending == Ending.OPEN || random.nextBoolean())));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (FuzzRequest request : requests) all.writeBytes(request.bytes());
        byte[] bytes = all.toByteArray();
        if (ending != Ending.OPEN && random.nextBoolean())
            bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
        int head = requests.get(0).headLength();
        boolean await = requests.get(0).expects() && head < bytes.length && random.nextBoolean();
        return new FuzzStream(
                number, requests, pieces(bytes, await ? head : 0, random), await, ending);
    }

    private static List<Piece> pieces(byte[] bytes, int first, Random random) {
        TreeSet<Integer> cuts = new TreeSet<>();
        for (int i = random.nextInt(8); i > 0; i--)
            cuts.add(first + random.nextInt(bytes.length - first));
        if (random.nextInt(10) == 0) { // a stretch that comes byte by byte
            int from = first + random.nextInt(bytes.length - first);
            for (int i = from; i < Math.min(from + 10, bytes.length); i++) cuts.add(i);
        }
        cuts.add(first);
        cuts.add(bytes.length);
        cuts.remove(0);
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        for (int to : cuts) {
            pieces.add(new Piece(Arrays.copyOfRange(bytes, from, to), pauseMicros(random)));
            from = to;
        }
        return pieces;
    }

    /** The guards of the test begin to watch after 0, 1 and 5 ms. */
    private static int pauseMicros(Random random) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> 0;
            case 2 -> 1;
            case 3 -> random.nextInt(500);
            case 4 -> random.nextInt(2_000);
            default -> random.nextInt(8_000);
        };
    }
}
