/* SPDX-License-Identifier: ISC */
/* The parts of the channel that need no socket: addresses, quotas, the send queue. */
#include "base/bucket.h"
#include "net/address.h"
#include "net/queue.h"
#include "net/refusal.h"

#include "tap.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void test_addresses(void)
{
    static const struct {
        const char *text;
        const char *host; /* NULL: refused */
        uint16_t port;
        bool numeric;
    } cases[] = {
        {"127.0.0.1:7000", "127.0.0.1", 7000, true},
        {"[::1]:1", "::1", 1, true},
        {"[2001:db8::7]:65535", "2001:db8::7", 65535, true},
        {"seat-7.example.org:7000", "seat-7.example.org", 7000, false},
        {"*:7000", "*", 7000, false},
        {"", NULL, 0, false},
        {":7000", NULL, 0, false},
        {"host", NULL, 0, false},
        {"host:", NULL, 0, false},
        {"host:0", NULL, 0, false},
        {"host:65536", NULL, 0, false},
        {"host:7000x", NULL, 0, false},
        {"host:-1", NULL, 0, false},
        {"host: 80", NULL, 0, false},
        {"host:000080", NULL, 0, false},
        {"::1:7000", NULL, 0, false},
        {"[::1]7000", NULL, 0, false},
        {"[::1:7000", NULL, 0, false},
        {"[host]:7000", NULL, 0, false},
        {"[]:7000", NULL, 0, false},
        {"ho st:7000", NULL, 0, false},
        {"ho\033st:7000", NULL, 0, false},
    };
    struct address a;
    struct endpoint e;
    struct complaint why;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        why.text[0] = '\0';
        int error = address_parse(cases[i].text, &a, &why);
        if (cases[i].host == NULL) {
            ok(error == CONCLAVE_EFORMAT && strstr(why.text, "host:port") != NULL,
               "case %zu is refused with its cure", i);
        } else {
            ok(error == 0 && strcmp(a.host, cases[i].host) == 0 &&
                   a.port == cases[i].port &&
                   address_is_numeric(&a, &e) == cases[i].numeric,
               "%s", cases[i].text);
        }
    }
    char longest[400];
    memset(longest, 'a', sizeof(longest));
    strcpy(longest + 253, ":9");
    is(address_parse(longest, &a, &why), 0, "a name of 253 characters");
    memset(longest, 'a', sizeof(longest));
    strcpy(longest + 254, ":9");
    is(address_parse(longest, &a, &why), CONCLAVE_EFORMAT, "and none of 254");
}

static void source_of(const char *text, uint8_t out[ENDPOINT_SOURCE_BYTES])
{
    struct address a;
    struct endpoint e;
    struct complaint why;
    if (address_parse(text, &a, &why) < 0 || !address_is_numeric(&a, &e)) {
        abort();
    }
    endpoint_source(&e, out);
}

static bool same_source(const char *a, const char *b)
{
    uint8_t x[ENDPOINT_SOURCE_BYTES];
    uint8_t y[ENDPOINT_SOURCE_BYTES];
    source_of(a, x);
    source_of(b, y);
    return memcmp(x, y, sizeof(x)) == 0;
}

static void test_sources(void)
{
    char text[ENDPOINT_TEXT_BYTES];
    struct address a;
    struct endpoint e;
    ok(same_source("192.0.2.1:1", "192.0.2.1:2"), "a source has many ports");
    ok(!same_source("192.0.2.1:1", "192.0.2.2:1"), "two IPv4 addresses are two sources");
    ok(same_source("192.0.2.1:1", "[::ffff:192.0.2.1]:1"),
       "a mapped address is an IPv4 one");
    ok(!same_source("[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:1"), "each for itself");
    ok(same_source("[2001:db8::1]:1", "[2001:db8::ffff:2]:1"), "an IPv6 /64 is one source");
    ok(!same_source("[2001:db8::1]:1", "[2001:db8:0:1::1]:1"), "two are two");
    ok(address_parse("[2001:db8::1]:9", &a, NULL) == 0 && address_is_numeric(&a, &e),
       "IPv6");
    endpoint_text(&e, text);
    ok(strcmp(text, "[2001:db8::1]:9") == 0, "is written as it is read: %s", text);
}

static void test_bucket(void)
{
    struct bucket b;
    bucket_init(&b, 1000, 50);
    ok(bucket_take(&b, 4000, 50), "a bucket starts with four seconds' worth");
    ok(!bucket_take(&b, 1, 50), "and is then empty");
    ok(bucket_take(&b, 1, 51), "a millisecond later there is one unit");
    ok(bucket_is_empty(&b, 51), "and no more");
    uint64_t wait = bucket_wait_ms(&b, 51);
    ok(wait >= 50 && wait <= 52, "the wait is a twentieth of a second: %d ms", (int)wait);
    ok(!bucket_is_empty(&b, 51 + wait), "after which something is there");
    ok(bucket_take(&b, 10000, 1000), "one large item may run into debt");
    ok(!bucket_take(&b, 1, 9000), "which is paid first");
    ok(bucket_take(&b, 1, 11000), "and then forgotten");
    bucket_init(&b, 1000, 0);
    ok(bucket_take(&b, 4000, 1u << 30) && !bucket_take(&b, 1, 1u << 30),
       "a long silence saves up no more than the burst");
    ok(!bucket_take(&b, 1, 5), "a clock that goes back gives nothing");
    bucket_init(&b, BUCKET_RATE_MAX, 0);
    ok(bucket_take(&b, BUCKET_RATE_MAX, UINT64_MAX) && !bucket_is_empty(&b, UINT64_MAX),
       "extremes do not overflow");
}

/* A queue against the plain concatenation of what was put into it. */
static void test_queue(unsigned seed)
{
    struct queue q = {0};
    struct buffer expected = {0};
    size_t checked = 0;
    size_t released = 0;
    bool same = true;
    bool bounded = true;
    uint8_t scratch[1000];
    srandom(seed);
    for (int i = 0; i < 4000; i++) {
        long action = random() % 4;
        if (action == 0) {
            size_t size = 1 + (size_t)(random() % (random() % 20 == 0 ? 5000 : 60));
            struct bytes *frame = bytes_new(size);
            uint8_t header[4] = {0, 0, (uint8_t)(size >> 8), (uint8_t)size};
            for (size_t k = 0; k < size; k++) {
                frame->data[k] = (uint8_t)random();
            }
            queue_push(&q, frame);
            buffer_append(&expected, header, 4);
            buffer_append(&expected, frame->data, size);
            bytes_unref(frame);
        } else if (action == 1) {
            queue_release(&q);
            released = expected.size;
        } else {
            size_t max = 1 + (size_t)random() % sizeof(scratch);
            struct slice s = queue_next(&q, scratch, max);
            same = same &&
                   (s.size == 0 || memcmp(s.data, expected.data + checked, s.size) == 0);
            same = same && (s.size > 0 || checked == released);
            checked += s.size;
            bounded = bounded && s.size <= max && checked <= released;
            queue_advance(&q, s.size);
            same = same && q.bytes == expected.size - checked;
        }
    }
    ok(same, "the queue gives what was put in, in order (%zu bytes)", checked);
    ok(bounded && checked > 0, "never more than asked for or released");
    queue_free(&q);
    is((int64_t)(q.bytes + q.count + q.capacity), 0, "freed, it is empty");
    buffer_free(&expected);
}

static void test_refusals(void)
{
    struct refusals r = {0};
    uint64_t count = 0, now = 1000;
    unsigned told = 0;
    ok(refusal_met(&r, REFUSAL_COUNCIL, "a", now, &count) && count == 1,
       "a refusal is told");
    for (unsigned i = 0; i < 100; i++) {
        told += refusal_met(&r, REFUSAL_COUNCIL, "a", ++now, &count);
    }
    is(told, 0, "and not told again");
    ok(refusal_met(&r, REFUSAL_TWIN, "a", now, &count), "another kind is");
    now = 1000 + REFUSAL_AGAIN_MS;
    ok(refusal_met(&r, REFUSAL_COUNCIL, "a", now, &count) && count == 101,
       "so is the same after an hour, with how often it was met");
    ok(!refusal_met(&r, REFUSAL_COUNCIL, "a", ++now, &count), "once");
    ok(refusal_met(&r, REFUSAL_COUNCIL, "b", now, &count) && count == 1,
       "and another reason at once");
    refusals_over(&r);
    ok(refusal_met(&r, REFUSAL_COUNCIL, "b", now, &count) && count == 1,
       "as is the same after the seat was connected");
    char text[2 * REFUSAL_REASON_BYTES];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    ok(refusal_met(&r, REFUSAL_VERSION, text, now, &count) &&
           !refusal_met(&r, REFUSAL_VERSION, text, now, &count),
       "a long reason is known again");
}

int main(void)
{
    unsigned seed = (unsigned)time(NULL);
    printf("# seed %u\n", seed);
    test_addresses();
    test_sources();
    test_bucket();
    test_queue(seed);
    test_refusals();
    return tap_done();
}
