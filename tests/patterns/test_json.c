/* SPDX-License-Identifier: ISC */
/* The JSON of the largest council that there may be: what a seat's rows take at most, so
 * that a node knows what an answer has room for; and that its parts are the whole. */
#include "records.h"
#include "tap.h"

#include "patterns/inside.h"
#include "patterns/patterns_json.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 700, DECISIONS = 40 };

static struct charter charter;
static struct charter_seat seats[SEATS_MAX];
static struct charter_class classes[CLASSES_MAX];
/* 32 bytes of characters that ASCII escapes sixfold. */
static char name[] = "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
                     "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc";

static void charter_begin(void)
{
    charter = (struct charter){.seat_count = SEATS_MAX,
                               .seats = seats,
                               .class_count = CLASSES_MAX,
                               .classes = classes};
    for (size_t i = 0; i < SEATS_MAX; i++) {
        seats[i] =
            (struct charter_seat){.name = name, .vendor = name, .model_family = name};
    }
    for (size_t i = 0; i < CLASSES_MAX; i++) {
        classes[i].name = name;
    }
}

static size_t size_of(json_t *value)
{
    size_t size = json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(value);
    return size;
}

static void extend(json_t *to, const json_t *from, const char *member)
{
    (void)json_array_extend(json_object_get(to, member), json_object_get(from, member));
}

/* In pages, as clients put it together. */
static void test_parts(const struct patterns *p)
{
    json_t *whole = patterns_json(p, &charter);
    json_t *joined = patterns_json_of(p, &charter, PATTERNS_ALL, 1, 50);
    json_t *rest =
        patterns_json_of(p, &charter, PATTERNS_SEATS | PATTERNS_PAIRS, 51, SEATS_MAX);
    extend(joined, rest, "seats");
    extend(json_object_get(joined, "pairs"), json_object_get(rest, "pairs"), "rows");
    char *a = json_dumps(whole, JSON_COMPACT), *b = json_dumps(joined, JSON_COMPACT);
    ok(strcmp(a, b) == 0, "its pages are the whole, %zu bytes", strlen(a));
    free(a);
    free(b);
    json_decref(whole);
    json_decref(joined);
    json_decref(rest);
}

static void test_sizes(struct patterns *p)
{
    bool good = true;
    /* As after years. */
    for (uint16_t i = 0; i < SEATS_MAX; i++) {
        uint64_t *count = (uint64_t *)&p->all[i];
        for (size_t k = 0; k < sizeof(p->all[i]) / sizeof(*count); k++) {
            count[k] = count[k] * 1000000000 / (k + 1);
        }
    }
    for (uint16_t seat = 1; seat <= SEATS_MAX && good; seat++) {
        const unsigned parts = PATTERNS_SEATS | PATTERNS_PAIRS;
        size_t size = size_of(patterns_json_of(p, &charter, parts, seat, seat));
        size_t most = HEADER_BYTES + patterns_json_seat_bytes(p, parts, seat);
        good = size <= most;
        if (!good || seat == 1) {
            printf("#   seat %u: %zu bytes, at most %zu\n", (unsigned)seat, size, most);
        }
    }
    ok(good, "a seat's rows take no more than is reckoned with");
}

int main(void)
{
    struct rng r = rng_begin(128);
    struct pattern_rules rules = records_rules(SEATS_MAX, CLASSES_MAX, 256, 32);
    struct habits habits = records_habits(&r, SEATS_MAX, CLASSES_MAX);
    struct patterns *p = patterns_new(&rules);
    charter_begin();
    for (uint64_t i = 0; i < DECISIONS; i++) {
        struct record record;
        records_next(&r, &habits, i, &record);
        records_apply(p, &record);
    }
    test_parts(p);
    test_sizes(p);
    patterns_free(p);
    return tap_done();
}
