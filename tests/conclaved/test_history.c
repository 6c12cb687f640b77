/* SPDX-License-Identifier: ISC */
/* The method `history` of a node made by hand: pages of any size give the same events. */
#define _GNU_SOURCE
#include "ask.h"

static json_t *page(json_int_t from, json_int_t index, json_int_t limit)
{
    char *params = alloc_printf("{\"from\":%lld,\"index\":%lld,\"limit\":%lld}",
                                (long long)from, (long long)index, (long long)limit);
    json_t *a = ask("history", params);
    free(params);
    return a;
}

/* All events, in pages of so many. */
static json_t *in_pages(json_int_t limit)
{
    json_t *all = json_array();
    json_int_t from = 1, index = 0;
    bool more = true;
    for (unsigned i = 0; more && i < 1000; i++) {
        json_t *a = page(from, index, limit);
        const json_t *events = at(a, "result.events");
        if ((json_int_t)json_array_size(events) > limit) {
            ok(false, "a page of more than %lld", (long long)limit);
        }
        (void)json_array_extend(all, (json_t *)(uintptr_t)events);
        from = json_integer_value(at(a, "result.next_height"));
        index = json_integer_value(at(a, "result.next_index"));
        more = json_is_true(at(a, "result.more"));
        json_decref(a);
    }
    ok(!more && from == HAND_HEIGHT + 1 && index == 0, "and then it is at the end");
    return all;
}

static void test_pages(void)
{
    json_t *a = ask("history", "{\"from\":1}");
    const json_t *all = at(a, "result.events");
    static const char *const first[] = {
        "proposal.opened", "ballot.sealed",    "ballot.sealed",    "ballot.sealed",
        "ballot.sealed",   "proposal.opening", "ballot.opened",    "ballot.opened",
        "ballot.opened",   "ballot.opened",    "proposal.decided", "proposal.opened"};
    bool good = true;
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        const char *name =
            json_string_value(json_object_get(json_array_get(all, i), "event"));
        good = good && name != NULL && strcmp(name, first[i]) == 0;
    }
    ok(good, "the events in their order");
    ok(is_number(a, "result.height", HAND_HEIGHT) &&
           is_number(a, "result.next_height", HAND_HEIGHT + 1) &&
           is_number(a, "result.next_index", 0) && is_json(a, "result.more", "false"),
       "up to the newest block");
    ok(is_text(a, "result.events.1.event", "ballot.sealed") &&
           is_text(a, "result.events.1.proposal", ids[0]) &&
           is_text(a, "result.events.1.id", "2.0") &&
           is_number(a, "result.events.1.seat", 1) &&
           is_text(a, "result.events.1.name", "alder") &&
           is_number(a, "result.events.1.latency_ms", 1000) &&
           is_number(a, "result.events.1.latency_blocks", 1),
       "a sealed ballot");
    ok(is_text(a, "result.events.9.choice", "reject") &&
           is_number(a, "result.events.9.confidence", 54) &&
           json_is_string(at(a, "result.events.9.rationale_hash")) &&
           at(a, "result.events.9.rationale") == NULL,
       "an opened one, without its text");
    static const json_int_t limits[] = {1, 2, 5, 2000};
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        json_t *pages = in_pages(limits[i]);
        ok(json_equal(pages, all), "in pages of %lld", (long long)limits[i]);
        json_decref(pages);
    }
    json_decref(a);
}

static void test_places(void)
{
    json_t *a = ask("history", NULL);
    ok(is_json(a, "result.events", "[]") &&
           is_number(a, "result.next_height", HAND_HEIGHT + 1),
       "by default what is to come");
    json_decref(a);
    a = page(1, 0, 0);
    ok(is_json(a, "result.events", "[]") && is_number(a, "result.next_height", 1) &&
           is_json(a, "result.more", "true"),
       "none of it where none is wanted");
    json_decref(a);
    a = page(2, 99, 100);
    ok(is_text(a, "result.events.0.id", "3.0"), "beyond the last event of a block");
    json_decref(a);
    a = page(1000, 7, 100);
    ok(is_json(a, "result.events", "[]") && is_number(a, "result.next_height", 1000) &&
           is_number(a, "result.next_index", 7),
       "a block that is yet to come");
    json_decref(a);
    char *params = alloc_printf("{\"since_ms\":%llu,\"limit\":1}",
                                (unsigned long long)hand.rules.created_ms + 3001);
    a = ask("history", params);
    ok(is_text(a, "result.events.0.id", "4.0"), "from a time on");
    json_decref(a);
    free(params);
    a = ask("history", "{\"since_ms\":1,\"limit\":1}");
    ok(is_text(a, "result.events.0.id", "1.0"), "from the beginning");
    json_decref(a);
    a = ask("history", "{\"since_ms\":9000000000000000}");
    ok(is_number(a, "result.next_height", HAND_HEIGHT + 1), "from times to come");
    json_decref(a);
    a = ask("history", "{\"from\":3,\"limit\":1,\"rationales\":true}");
    ok(json_is_string(at(a, "result.events.0.rationale")), "with its text");
    json_decref(a);
}

static void test_refusals(void)
{
    refuses("history", "{\"from\":0}", CONTROL_INVALID_PARAMS, "from");
    refuses("history", "{\"limit\":2001}", CONTROL_INVALID_PARAMS, "limit");
    refuses("history", "{\"from\":1,\"since_ms\":1}", CONTROL_INVALID_PARAMS, "not both");
    refuses("history", "{\"until\":1}", CONTROL_INVALID_PARAMS, "no parameter until");
}

int main(void)
{
    ask_begin();
    test_pages();
    test_places();
    test_refusals();
    ask_end();
    return tap_done();
}
