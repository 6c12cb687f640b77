/* SPDX-License-Identifier: ISC */
/* What repeats itself is counted, and nothing is lost: with a clock that the test moves. */
#include "base/log_limit.h"

#include "random.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define FIELDS(...) ((const struct log_field[]){LOG_NAMED(__VA_ARGS__)})

enum { SECOND = 1000, WALL = 1767323045 };

static struct log_moment at(uint64_t ms)
{
    return (struct log_moment){.monotonic_ms = 5000 + ms,
                               .wall_ms = (uint64_t)WALL * 1000 + ms};
}

static const struct log_field *field(const struct log_field *fields, const char *key)
{
    for (const struct log_field *f = fields; f->kind != LOG_END; f++) {
        if (strcmp(f->key, key) == 0) {
            return f;
        }
    }
    return NULL;
}

static uint64_t repeated(const struct log_withheld *w)
{
    const struct log_field *f = field(w->fields, "repeated");
    return f != NULL && f->kind == LOG_NUMBER ? f->number : 0;
}

/* How many of so many equal lines, one a millisecond, are written. */
static unsigned burst(struct log_limit *l, uint64_t from_ms, unsigned lines)
{
    unsigned written = 0;
    for (unsigned i = 0; i < lines; i++) {
        written += log_limit_admit(l, LOG_LEVEL_WARN,
                                   FIELDS("a.b", LOG_N("seat", 3), LOG_N("ms", i)), false,
                                   at(from_ms + i));
    }
    return written;
}

static void story(void)
{
    struct log_limit *l = log_limit_new();
    struct log_withheld w;
    is(burst(l, 0, 57), LOG_LIMIT_LINES, "the first lines are written");
    ok(!log_limit_due(l, at(59 * SECOND), false, &w), "within the window nothing is told");
    ok(log_limit_admit(l, LOG_LEVEL_WARN, FIELDS("a.b", LOG_N("seat", 4)), false, at(70)),
       "a line of another seat is another line");
    ok(log_limit_admit(l, LOG_LEVEL_WARN, FIELDS("a.c", LOG_N("seat", 3)), false, at(71)),
       "so is one of another event");
    ok(log_limit_admit(l, LOG_LEVEL_INFO, FIELDS("a.b", LOG_N("seat", 3)), false, at(72)),
       "and one of another level");
    ok(log_limit_admit(l, LOG_LEVEL_WARN,
                       FIELDS("a.b", LOG_N("seat", 3), LOG_S("reason", "new")), false,
                       at(73)),
       "and one with another reason");
    ok(!log_limit_admit(l, LOG_LEVEL_WARN, FIELDS("a.b", LOG_N("seat", 3)), false, at(74)),
       "one that measures something else is the same");

    ok(log_limit_due(l, at(60 * SECOND), false, &w), "then it is told");
    is((int64_t)repeated(&w), 57 - LOG_LIMIT_LINES + 1, "how many it stands for");
    const struct log_field *since = field(w.fields, "since");
    ok(since != NULL && strcmp(since->string, "2026-01-02T03:04:05.010Z") == 0,
       "and since when");
    ok(w.level == LOG_LEVEL_WARN && strcmp(w.fields->string, "a.b") == 0 &&
           field(w.fields, "seat")->number == 3,
       "with the fields of the last one");
    ok(!log_limit_due(l, at(60 * SECOND), false, &w), "once");

    is(burst(l, 61 * SECOND, 30), 1, "where it goes on, one line is written at once");
    ok(log_limit_due(l, at(121 * SECOND), false, &w) && repeated(&w) == 29,
       "and the others are told as one");
    is(burst(l, 182 * SECOND, 30), LOG_LIMIT_LINES,
       "after a quiet window all is as at first");
    ok(!log_limit_due(l, at(183 * SECOND), false, &w) &&
           log_limit_due(l, at(183 * SECOND), true, &w) && repeated(&w) == 20,
       "at the end nothing waits for its window");
    log_limit_free(l);
}

static void copies(void)
{
    struct log_limit *l = log_limit_new();
    struct log_withheld w;
    char text[] = "said", address[] = "here";
    uint8_t bytes[] = {1, 2, 3};
    for (unsigned i = 0; i <= LOG_LIMIT_LINES; i++) {
        (void)log_limit_admit(l, LOG_LEVEL_INFO,
                              FIELDS("a", LOG_S("text", text), LOG_S("none", NULL),
                                     LOG_S("address", address),
                                     LOG_X("hash", slice_of(bytes, 3)),
                                     LOG_T("empty", SLICE_NONE), LOG_I("below", -4)),
                              false, at(0));
    }
    memset(text, 'x', sizeof(text));
    memset(address, 'x', sizeof(address));
    memset(bytes, 9, sizeof(bytes));
    ok(log_limit_due(l, at(0), true, &w), "a line that was withheld");
    ok(strcmp(field(w.fields, "text")->string, "said") == 0 &&
           strcmp(field(w.fields, "address")->string, "here") == 0,
       "keeps its texts");
    const struct log_field *hash = field(w.fields, "hash");
    ok(hash->kind == LOG_HEX && hash->bytes.size == 3 && hash->bytes.data[0] == 1,
       "and its bytes");
    ok(field(w.fields, "none")->string == NULL &&
           field(w.fields, "empty")->bytes.size == 0 &&
           field(w.fields, "below")->signed_number == -4,
       "and what is not there");
    log_limit_free(l);
}

/* More kinds of lines than are counted, all repeated: lines are written rather than lost.
 */
static void crowd(void)
{
    enum { KINDS = 3 * LOG_LIMIT_KINDS, ROUNDS = 40 };
    struct log_limit *l = log_limit_new();
    struct log_withheld w;
    static uint64_t said[KINDS], told[KINDS];
    memset(said, 0, sizeof(said));
    memset(told, 0, sizeof(told));
    for (uint64_t i = 0; i < (uint64_t)KINDS * ROUNDS; i++) {
        uint64_t kind = i / ROUNDS;
        said[kind]++;
        told[kind] += log_limit_admit(l, LOG_LEVEL_INFO, FIELDS("a", LOG_N("seat", kind)),
                                      false, at(i / 100));
    }
    while (log_limit_due(l, at(0), true, &w)) {
        told[field(w.fields, "seat")->number] += repeated(&w);
    }
    bool is_whole = memcmp(said, told, sizeof(said)) == 0;
    ok(is_whole, "a crowd of kinds loses none");
    log_limit_free(l);
}

/* Random lines at random times: what is told adds up, kind by kind, and no kind fills a
 * log. */
static void sums(struct rng *r)
{
    enum { KINDS = 20, STEPS = 20000 };
    struct log_limit *l = log_limit_new();
    uint64_t said[KINDS] = {0}, told[KINDS] = {0}, lines[KINDS] = {0}, now = 0;
    bool right = true;
    for (unsigned i = 0; i < STEPS; i++) {
        struct log_withheld w;
        uint64_t kind = rng_below(r, KINDS) * rng_below(r, KINDS) / KINDS;
        now += rng_below(r, 200) == 0 ? rng_below(r, 90 * SECOND) : rng_below(r, 50);
        while (log_limit_due(l, at(now), false, &w)) {
            told[field(w.fields, "seat")->number] += repeated(&w);
            lines[field(w.fields, "seat")->number]++;
            right = right && repeated(&w) > 0;
        }
        said[kind]++;
        if (log_limit_admit(l, LOG_LEVEL_INFO,
                            FIELDS("a", LOG_N("seat", kind), LOG_N("count", i)), false,
                            at(now))) {
            told[kind]++;
            lines[kind]++;
        }
    }
    struct log_withheld w;
    while (log_limit_due(l, at(now), true, &w)) {
        told[field(w.fields, "seat")->number] += repeated(&w);
    }
    uint64_t windows = now / LOG_LIMIT_WINDOW_MS + 1;
    for (unsigned k = 0; k < KINDS; k++) {
        right = right && said[k] == told[k];
        right = right && lines[k] <= windows * (LOG_LIMIT_LINES + 1);
    }
    ok(right, "counts and lines add up to what was said");
    ok(lines[0] * 4 < said[0], "%llu lines for %llu", (unsigned long long)lines[0],
       (unsigned long long)said[0]);
    log_limit_free(l);
}

/* What strangers say makes no line another one, and of whom it is said does. */
static void outside(void)
{
    struct log_limit *l = log_limit_new();
    struct log_withheld w;
    unsigned written = 0;
    char words[32];
    for (unsigned i = 0; i < 100; i++) {
        (void)snprintf(words, sizeof(words), "council %u", i);
        written += log_limit_admit(l, LOG_LEVEL_ERROR, FIELDS("a", LOG_S("detail", words)),
                                   true, at(i));
    }
    is(written, LOG_LIMIT_LINES, "other words of strangers are the same line");
    ok(log_limit_admit(l, LOG_LEVEL_ERROR, FIELDS("a", LOG_N("seat", 2)), true, at(100)),
       "but not of another seat");
    ok(log_limit_due(l, at(100), true, &w) && repeated(&w) == 90 &&
           strcmp(field(w.fields, "detail")->string, "council 99") == 0,
       "the last words are told");
    log_limit_free(l);
}

static void measures(void)
{
    static const char *const are[] = {"address", "bytes",     "client",     "count",
                                      "height",  "offset_ms", "free_bytes", "pid"};
    static const char *const are_not[] = {"seat", "view",  "proposal", "reason",
                                          "mss",  "error", "kind",     ""};
    for (size_t i = 0; i < 8; i++) {
        ok(log_limit_is_measure(are[i]), "%s is a measure", are[i]);
        ok(!log_limit_is_measure(are_not[i]), "\"%s\" is none", are_not[i]);
    }
}

int main(void)
{
    struct rng r = rng_begin(11);
    story();
    copies();
    crowd();
    sums(&r);
    outside();
    measures();
    return tap_done();
}
