package io.slotferry.workflows.contract;

import java.util.Locale;

/** Whether a name was probably meant to be another one. */
final class NearMiss {
    private NearMiss() {}

    /** At most two letters were added, left out or changed, case aside; one where the names are short. */
    static boolean isNear(String typed, String meant) {
        int allowed = meant.length() <= 4 ? 1 : 2;
        return distance(typed.toLowerCase(Locale.ROOT), meant.toLowerCase(Locale.ROOT)) <= allowed;
    }

    /** Levenshtein's distance, a row of the table at a time. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
