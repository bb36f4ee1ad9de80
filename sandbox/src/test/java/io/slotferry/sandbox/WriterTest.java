package io.slotferry.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisBroadcastException;
import redis.clients.jedis.exceptions.JedisDataException;

class WriterTest {
    private final JedisDataException tryAgain =
            new JedisDataException("TRYAGAIN Multiple keys request during rehashing of slot");

    @Test
    void an_error_that_jedis_wraps_is_known_by_its_own_kind() {
        JedisBroadcastException one = new JedisBroadcastException();
        one.addReply(new HostAndPort("127.0.0.1", 7000), tryAgain);

        assertThat(Writer.firstWord(tryAgain)).isEqualTo("TRYAGAIN");
        assertThat(Writer.firstWord(one)).isEqualTo("TRYAGAIN");
    }

    @Test
    void of_several_answers_none_speaks_for_the_others() {
        JedisBroadcastException two = new JedisBroadcastException();
        two.addReply(new HostAndPort("127.0.0.1", 7000), tryAgain);
        two.addReply(new HostAndPort("127.0.0.2", 7000), "OK");

        assertThat(Writer.firstWord(two)).isNotEqualTo("TRYAGAIN");
    }
}
