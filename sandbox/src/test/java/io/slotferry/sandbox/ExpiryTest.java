package io.slotferry.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpiryTest {
    private final Expiry expiry = new Expiry(100_000, 100_020);

    @Test
    void near_its_time_a_key_may_be_there_or_not() {
        assertThat(expiry.mustBeAhead(100_010)).isFalse();
        assertThat(expiry.mustHaveCome(100_010)).isFalse();
    }

    @Test
    void well_before_its_time_a_key_must_be_there_and_well_after_it_must_not() {
        assertThat(expiry.mustBeAhead(90_000)).isTrue();
        assertThat(expiry.mustHaveCome(110_000)).isTrue();
    }

    @Test
    void a_time_to_live_fits_where_it_ends_about_when_the_key_expires() {
        assertThat(expiry.fits(40_000, 60_000, 60_005)).isTrue();
        assertThat(expiry.fits(47_000, 60_000, 60_005)).isFalse();
        assertThat(expiry.fits(35_000, 60_000, 60_005)).isFalse();
        assertThat(expiry.fits(-1, 60_000, 60_005)).isFalse();
    }
}
