package io.slotferry.activities.slots;

import io.slotferry.activities.redis.Node.KeyLook;
import io.slotferry.activities.redis.Node.KeysSeen;
import io.slotferry.activities.slots.CallSizer.Flush;
import io.slotferry.activities.slots.CallSizer.SizedKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keys of some slots on their way to be sent: slots that are to be listed, keys that were listed, and the few of these whose sizes are
 * known. What is to be seen of the source next goes behind the calls before it, so that a flush costs one round trip; and each key is
 * listed, sized and sent within a few milliseconds, while the source's processor has it at hand.
 */
final class KeyQueue {
    /** Keys that are listed together, of all slots of a window: what a lane holds in memory. */
    private static final int LISTED_AT_ONCE = 16_000;

    private static final int LEAST_OF_A_SLOT = 100;
    private static final int MOST_OF_A_SLOT = 1_000;

    private final CallSizer sizer;
    private final Deque<Integer> unlisted;
    private final Deque<ListedKey> listed = new ArrayDeque<>();
    private final Set<Integer> withKeys = new HashSet<>();
    private final Set<Integer> listedInPart = new HashSet<>();
    private List<SizedKey> sized = List.of();

    KeyQueue(List<Integer> slots, CallSizer sizer) {
        this.unlisted = new ArrayDeque<>(slots);
        this.sizer = sizer;
    }

    /** A key of a slot, as its source lists it. */
    @SuppressWarnings("ArrayRecordComponent") // a key is bytes, and listed keys are never compared
    private record ListedKey(int slot, byte[] name) {}

    /** Whether there is nothing left to list or to send. */
    boolean isEmpty() {
        return unlisted.isEmpty() && listed.isEmpty() && sized.isEmpty();
    }

    /** Slots that were seen to have keys. */
    Set<Integer> withKeys() {
        return withKeys;
    }

    /** Slots that may have more keys than were listed. */
    Set<Integer> listedInPart() {
        return listedInPart;
    }

    /** Keys to be sent next, which leave the queue; none where their sizes are not known yet. */
    Flush next() {
        Flush flush = sizer.next(sized);
        sized = sized.subList(flush.keys(), sized.size());
        return flush;
    }

    /** What to look at behind them: the sizes of the next few keys, and the keys of the next few slots. */
    KeyLook look() {
        if (!sized.isEmpty()) {
            return KeyLook.NOTHING;
        }
        int most = sizer.keysAtOnce();
        List<byte[]> names = listed.stream().limit(most).map(ListedKey::name).toList();
        List<Integer> slots = listed.size() - names.size() < most
                ? unlisted.stream().limit(sizer.slotsAtOnce()).toList()
                : List.of();
        return new KeyLook(names, slots, ofEach(slots.size()));
    }

    private static int ofEach(int slots) {
        return Math.max(LEAST_OF_A_SLOT, Math.min(MOST_OF_A_SLOT, LISTED_AT_ONCE / Math.max(1, slots)));
    }

    /** Takes in what was seen; answers the keys whose sizes are new. */
    List<SizedKey> seen(KeyLook look, KeysSeen seen) {
        List<SizedKey> fresh = new ArrayList<>(seen.sizes().size());
        for (long bytes : seen.sizes()) {
            ListedKey key = listed.remove();
            fresh.add(new SizedKey(key.slot(), key.name(), bytes));
        }
        if (!fresh.isEmpty()) {
            sized = fresh;
        }
        int found = 0;
        for (List<byte[]> names : seen.keys()) {
            int slot = unlisted.remove();
            names.forEach(name -> listed.add(new ListedKey(slot, name)));
            if (!names.isEmpty()) {
                withKeys.add(slot);
            }
            if (names.size() >= look.count()) {
                listedInPart.add(slot);
            }
            found += names.size();
        }
        sizer.listed(seen.keys().size(), found);
        return fresh;
    }
}
