package io.slotferry.activities.credentials;

import java.util.Optional;

/**
 * What a node asks for at AUTH. Prints without the password.
 *
 * @param username empty for the default user (requirepass)
 */
public record Credential(Optional<String> username, String password) {
    @Override
    public String toString() {
        return username.orElse("default") + ":***";
    }
}
