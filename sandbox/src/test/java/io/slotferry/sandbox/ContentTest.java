package io.slotferry.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContentTest {
    @Test
    void a_field_takes_the_place_of_the_same_field_and_of_no_other() {
        Content hash = Content.NONE.put("f1", "f1=old").put("f11", "f11=x").put("f1", "f1=new");
        assertThat(hash.parts()).containsExactlyInAnyOrder("f1=new", "f11=x");
        assertThat(hash.without("f1").parts()).containsExactly("f11=x");
    }

    @Test
    void equal_contents_are_equal_in_whatever_order_they_were_put() {
        assertThat(Content.NONE.put("a", "a").put("b", "b"))
                .isEqualTo(Content.NONE.put("b", "b").put("a", "a"));
    }

    @Test
    void the_newest_write_is_known_by_its_number() {
        assertThat(new Content(List.of("#9:x", "f=#12:y", "#3:z")).newestWrite())
                .isEqualTo(12);
        assertThat(Content.NONE.newestWrite()).isEqualTo(-1);
    }

    @Test
    void a_list_that_is_cut_keeps_its_end() {
        assertThat(new Content(List.of("1", "2", "3")).last(2).parts()).containsExactly("2", "3");
        assertThat(Content.of("1").last(2).parts()).containsExactly("1");
    }
}
