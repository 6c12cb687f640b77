/* SPDX-License-Identifier: ISC */
/* The method `history`: what happened in the council, from a block on. */
#include "conclaved/methods.h"

#include "conclaved/chronicle.h"
#include "conclaved/json.h"
#include "wire/codec.h"
#include "wire/shared.h"

enum {
    LIMIT_MAX = 2000,
    BLOCKS_MAX = 256,
    READ_BYTES = 1024 * 1024, /* of blocks, after which it is enough: the council waits */
    EVENT_BYTES = 1024,       /* of JSON, at most, without texts and lists */
    CHARACTER_BYTES = 6,      /* of a text's, escaped */
    SEAT_BYTES = 4,
};

/* Where a client goes on: an event's place among those of its block. */
struct place {
    uint64_t height, index;
};

struct history {
    struct chronicle chronicle;
    struct ledger *ledger;
    uint64_t newest; /* the last executed block */
    size_t limit;
    json_t *events;
    size_t size; /* of them, in bytes of JSON, at most */
    struct place next;
};

/* At most: measuring it would cost as much as telling it. */
static size_t size_of(const json_t *event)
{
    size_t text = json_string_length(json_object_get(event, "title")) +
                  json_string_length(json_object_get(event, "rationale"));
    return EVENT_BYTES + CHARACTER_BYTES * text +
           SEAT_BYTES * json_array_size(json_object_get(event, "suspended"));
}

/* Moves events of a block over, those from next.index on, while there is room; true when
 * all of them are through. */
static bool take_events(struct history *h, const json_t *events, bool cut)
{
    for (size_t i = 0; i < json_array_size(events); i++, h->next.index++) {
        json_t *event = json_array_get(events, i);
        size_t size = size_of(event);
        if (json_array_size(h->events) > 0 && h->size + size > METHOD_ANSWER_BYTES) {
            return false;
        }
        h->size += size;
        (void)json_array_append(h->events, event);
    }
    if (!cut) {
        h->next = (struct place){h->next.height + 1, 0};
    }
    return !cut;
}

/* The block without its hashes, which nothing here asks for; adds its size to *read. */
static int read_block(struct history *h, uint64_t height, struct block **out, size_t *read)
{
    struct bytes *encoding = NULL;
    int error = ledger_encoding(h->ledger, height, &encoding);
    if (error == 0) {
        *read += encoding->size;
        error = codec_decode_block(encoding, bytes_slice(encoding), out) == 0
                    ? 0
                    : CONCLAVE_ECORRUPT;
    }
    bytes_unref(encoding);
    return error;
}

static int tell_block(struct history *h, bool *all, size_t *read)
{
    struct block *b = NULL;
    struct bytes *encoding = NULL;
    struct deeds deeds = {0};
    json_t *events = json_array();
    size_t room = (METHOD_ANSWER_BYTES - h->size) / EVENT_BYTES + 1;
    size_t left = h->limit - json_array_size(h->events);
    struct chronicle_window window = {.first = h->next.index,
                                      .most = left < room ? left : room};
    int error = read_block(h, h->next.height, &b, read);
    if (error == 0) {
        error = ledger_deeds(h->ledger, h->next.height, &encoding);
    }
    if (error == 0 && deeds_decode(bytes_slice(encoding), b, &deeds) != 0) {
        error = CONCLAVE_ECORRUPT;
    }
    if (error == 0) {
        error = chronicle_block(&h->chronicle, b, &deeds, &window, events);
    }
    if (error == 0) {
        *all = take_events(h, events, window.cut);
    }
    json_decref(events);
    deeds_clear(&deeds);
    bytes_unref(encoding);
    block_unref(b);
    return error;
}

static int tell(struct history *h)
{
    size_t read = 0;
    bool all = true;
    int error = 0;
    for (unsigned blocks = 0; error == 0 && all && h->next.height <= h->newest &&
                              blocks < BLOCKS_MAX && read < READ_BYTES;
         blocks++) {
        error = tell_block(h, &all, &read);
    }
    return error;
}

/* The first block that is not older. */
static int find_time(struct ledger *l, uint64_t newest, uint64_t time_ms, uint64_t *height)
{
    uint64_t low = 1, high = newest + 1;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct header header;
        struct hash hash;
        int error = ledger_header(l, middle, &header, &hash);
        if (error != 0) {
            return error;
        }
        if (header.time_ms < time_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *height = low;
    return 0;
}

static json_t *answer(const struct node *n, struct history *h)
{
    json_t *out = json_object();
    json_put(out, "council_id", json_hash(&n->charter->council_id));
    json_put(out, "events", json_incref(h->events));
    json_put(out, "height", json_number(h->newest));
    json_put(out, "next_height", json_number(h->next.height));
    json_put(out, "next_index", json_number(h->next.index));
    json_put(out, "more", json_boolean(h->next.height <= h->newest));
    return out;
}

json_t *method_history(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    const struct council *council = replica_council(n->replica);
    struct council_summary now;
    struct parameters p;
    council_summarize(council, &now);
    parameters_begin(&p, s, params);
    uint64_t from = parameters_number(&p, "from", 1, INT64_MAX, now.height + 1);
    uint64_t index = parameters_number(&p, "index", 0, INT64_MAX, 0);
    uint64_t since_ms = parameters_number(&p, "since_ms", 0, INT64_MAX, 0);
    uint64_t limit = parameters_number(&p, "limit", 0, LIMIT_MAX, LIMIT_MAX);
    bool rationales = parameters_flag(&p, "rationales");
    if (parameters_get(&p, "from") != NULL && parameters_get(&p, "since_ms") != NULL) {
        parameters_fail(&p, "give from or since_ms, not both");
    }
    if (!parameters_end(&p)) {
        return NULL;
    }
    struct history h = {.ledger = n->ledger,
                        .newest = now.height,
                        .limit = (size_t)limit,
                        .events = json_array(),
                        .next = {from, index}};
    chronicle_begin(&h.chronicle, n->charter, n->ledger, council, rationales);
    int error =
        since_ms > 0 ? find_time(n->ledger, now.height, since_ms, &h.next.height) : 0;
    if (error == 0 && limit > 0) {
        error = tell(&h);
    }
    json_t *out = error == 0 ? answer(n, &h) : fail_store(s, error);
    chronicle_forget(&h.chronicle);
    json_decref(h.events);
    return out;
}
