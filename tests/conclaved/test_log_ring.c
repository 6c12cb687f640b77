/* SPDX-License-Identifier: ISC */
/* The last lines of the log: which are kept, and that each is whole. */
#include "conclaved/log_ring.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct log_ring *ring;

static void add(const char *event, const char *text, size_t size)
{
    const struct log_field fields[] = {LOG_S("event", event), {.kind = LOG_END}};
    struct log_line line = {.level = LOG_LEVEL_WARN,
                            .time_ms = 17,
                            .event = event,
                            .fields = fields,
                            .text = slice_of(text, size)};
    log_ring_add(ring, &line);
}

static bool is_text(struct slice got, const char *expected)
{
    return got.size == strlen(expected) && memcmp(got.data, expected, got.size) == 0;
}

static void test_lines(void)
{
    ring = log_ring_new();
    is((int64_t)log_ring_newest(ring), 0, "at first there is none");
    is((int64_t)log_ring_oldest(ring), 1, "  and the oldest would be the first");
    const struct log_field fields[] = {
        LOG_S("event", "peer.up"), LOG_S("seat", "9"), LOG_N("seat", 3), {.kind = LOG_END}};
    struct log_line line = {.level = LOG_LEVEL_INFO,
                            .time_ms = 5,
                            .event = "peer.up",
                            .fields = fields,
                            .text = slice_of_string("seat=3")};
    log_ring_add(ring, &line);
    add("node.started", "", 0);
    struct log_ring_line first = log_ring_get(ring, 1), second = log_ring_get(ring, 2);
    ok(first.n == 1 && first.time_ms == 5 && first.level == LOG_LEVEL_INFO &&
           first.seat == 3 && is_text(first.event, "peer.up") &&
           is_text(first.text, "seat=3"),
       "a line with its seat");
    ok(second.n == 2 && second.level == LOG_LEVEL_WARN && second.seat == 0 &&
           is_text(second.event, "node.started") && second.text.size == 0,
       "and one without anything");
    char text[LOG_RING_TEXT_MAX + 10];
    memset(text, 'x', sizeof(text));
    memcpy(text + LOG_RING_TEXT_MAX - 2, "\xe2\x82\xac", 3);
    add("long", text, sizeof(text));
    is((int64_t)log_ring_get(ring, 3).text.size, LOG_RING_TEXT_MAX - 2,
       "a long one is cut before a character that would be halved");
    text[LOG_RING_EVENT_MAX + 5] = '\0';
    add(text, "", 0);
    is((int64_t)log_ring_get(ring, 4).event.size, LOG_RING_EVENT_MAX, "so is its event");
    log_ring_free(ring);
    log_ring_free(NULL);
}

/* Each line says which one it is. */
static size_t text_of(uint64_t n, char *out, size_t filler)
{
    size_t size = (size_t)snprintf(out, 32, "%llu:", (unsigned long long)n);
    memset(out + size, (int)('a' + n % 26), filler);
    return size + filler;
}

static bool all_whole(size_t (*filler)(uint64_t n))
{
    static char text[LOG_RING_TEXT_MAX];
    bool whole = true;
    size_t total = 0;
    for (uint64_t n = log_ring_oldest(ring); n <= log_ring_newest(ring); n++) {
        struct log_ring_line l = log_ring_get(ring, n);
        size_t size = text_of(n, text, filler(n));
        whole = whole && l.n == n && l.text.size == size &&
                memcmp(l.text.data, text, size) == 0 && is_text(l.event, "e");
        total += l.text.size + l.event.size;
    }
    return whole && total <= LOG_RING_BYTES;
}

static size_t nothing(uint64_t n)
{
    (void)n;
    return 0;
}

static size_t large(uint64_t n)
{
    (void)n;
    return LOG_RING_TEXT_MAX - 32;
}

static size_t mixed(uint64_t n)
{
    return (size_t)(n * 0x9e3779b97f4a7c15U >> 52) % (LOG_RING_TEXT_MAX - 32);
}

static void fill(uint64_t lines, size_t (*filler)(uint64_t n), const char *name)
{
    static char text[LOG_RING_TEXT_MAX];
    bool whole = true;
    for (uint64_t i = 0; i < lines; i++) {
        uint64_t n = log_ring_newest(ring) + 1;
        add("e", text, text_of(n, text, filler(n)));
        if (i % 97 == 0) {
            whole = whole && all_whole(filler);
        }
    }
    ok(whole && all_whole(filler), "%s", name);
}

static void test_bounds(void)
{
    ring = log_ring_new();
    fill(5000, nothing, "many short lines are whole");
    is((int64_t)(log_ring_newest(ring) - log_ring_oldest(ring) + 1), LOG_RING_LINES,
       "  and the last of them are kept");
    log_ring_free(ring);
    ring = log_ring_new();
    fill(1000, large, "long lines are whole");
    uint64_t kept = log_ring_newest(ring) - log_ring_oldest(ring) + 1;
    ok(kept >= LOG_RING_BYTES / LOG_RING_TEXT_MAX - 2, "  and %u of them are kept",
       (unsigned)kept);
    log_ring_free(ring);
    ring = log_ring_new();
    fill(20000, mixed, "lines of all lengths are whole");
    kept = log_ring_newest(ring) - log_ring_oldest(ring) + 1;
    ok(kept > 100, "  and %u of them are kept", (unsigned)kept);
    log_ring_free(ring);
}

int main(void)
{
    test_lines();
    test_bounds();
    return tap_done();
}
