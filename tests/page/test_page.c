/* SPDX-License-Identifier: ISC */
/* The pages: what they say, and that nothing from outside is more than text in them. */
#include "fixture.h"
#include "generate.h"
#include "markup.h"
#include "page/parts.h"
#include "page/style.h"
#include "tap.h"

#include "base/alloc.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { MODEST = 60 * 1000, RANDOM_PAGES = 200 };

static struct buffer page_of(const char *name)
{
    struct buffer out = {0};
    for (const struct fixture_page *p = fixture_pages; p->name != NULL; p++) {
        if (strcmp(p->name, name) == 0) {
            p->write(&out);
        }
    }
    return out;
}

static bool has(const struct buffer *page, const char *what)
{
    return markup_count(buffer_slice(page), what) > 0;
}

/* Each of n seats is there once, and no other. */
static bool has_seats(struct slice page, unsigned n)
{
    char id[32];
    for (unsigned seat = 1; seat <= n; seat++) {
        (void)snprintf(id, sizeof(id), "id=\"seat-%u\"", seat);
        if (markup_count(page, id) != 1) {
            printf("# seat %u\n", seat);
            return false;
        }
    }
    return markup_count(page, "id=\"seat-") == n;
}

/* --- all of them --- */

static void test_all(void)
{
    for (const struct fixture_page *p = fixture_pages; p->name != NULL; p++) {
        struct buffer page = {0}, again = {0};
        p->write(&page);
        p->write(&again);
        ok(markup_check(buffer_slice(&page)), "%s: well formed, of known parts", p->name);
        ok(slice_equal(buffer_slice(&page), buffer_slice(&again)), "%s: the same each time",
           p->name);
        ok(markup_count(buffer_slice(&page), "://") ==
               markup_count(buffer_slice(&page), "https://evil.example/"),
           "%s: no address of ours has a scheme", p->name);
        buffer_free(&page);
        buffer_free(&again);
    }
}

static void test_seats(void)
{
    static const struct {
        const char *name;
        unsigned seats;
    } councils[] = {
        {"four", 4}, {"approved", 33}, {"absent", 33}, {"hostile", 33}, {"many", 128}};
    for (size_t i = 0; i < sizeof(councils) / sizeof(councils[0]); i++) {
        struct buffer page = page_of(councils[i].name);
        ok(has_seats(buffer_slice(&page), councils[i].seats), "%s: each of %u seats once",
           councils[i].name, councils[i].seats);
        buffer_free(&page);
    }
    struct buffer page = page_of("silent");
    ok(page.size < MODEST, "33 seats without reasons: %zu bytes", page.size);
    ok(!has(&page, "id=\"why-") && has(&page, "No seat gave reasons"), "and none is shown");
    buffer_free(&page);
}

/* --- what they say --- */

static bool is_golden(const char *name, struct slice text)
{
    const char *top = getenv("top_srcdir");
    char path[1024], kept[16384];
    (void)snprintf(path, sizeof(path), "%s/tests/page/golden/%s.txt",
                   top != NULL ? top : ".", name);
    bool writes = getenv("CONCLAVE_GOLDEN_WRITE") != NULL;
    FILE *f = fopen(path, writes ? "w" : "r");
    if (f == NULL) {
        printf("# %s: cannot be opened; CONCLAVE_GOLDEN_WRITE=1 writes it\n", path);
        return false;
    }
    size_t size =
        writes ? fwrite(text.data, 1, text.size, f) : fread(kept, 1, sizeof(kept), f);
    (void)fclose(f);
    if (writes) {
        return size == text.size;
    }
    size_t same = 0;
    while (same < size && same < text.size && (uint8_t)kept[same] == text.data[same]) {
        same++;
    }
    if (same == size && same == text.size) {
        return true;
    }
    printf("# differs at byte %zu: %.60s\n", same, (const char *)text.data + same);
    return false;
}

static void test_words(void)
{
    static const char *const names[] = {"four",  "absent",   "too-few", "unreachable",
                                        "early", "deadline", "index",   "index-empty"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct buffer page = page_of(names[i]), text = {0};
        markup_text(buffer_slice(&page), &text);
        ok(is_golden(names[i], buffer_slice(&text)), "%s: reads as it did", names[i]);
        buffer_free(&text);
        buffer_free(&page);
    }
}

static void test_neighbours(void)
{
    struct buffer newest = page_of("index"), older = page_of("index-older"),
                  second = page_of("index-second"), only = page_of("index-empty");
    ok(has(&newest, "href=\"page-2.html\"") && !has(&newest, "rel=\"prev\""),
       "the newest page links to the one before it");
    ok(has(&older, "href=\"page-0.html\"") && has(&older, "href=\"page-2.html\""),
       "an older one to both neighbours");
    ok(has(&second, "href=\"index.html\"") && !has(&second, "page-3.html"),
       "the one before the newest to index.html, which is the newest");
    ok(!has(&older, "checkpoint"), "and does not speak of the checkpoint, so it can stay");
    ok(!has(&only, "rel="), "an only page links to none");
    buffer_free(&newest);
    buffer_free(&older);
    buffer_free(&second);
    buffer_free(&only);
}

/* In percent of the bar. */
static bool is_clear_of_mark(struct buffer *bar)
{
    enum { HALF_NUMBER = 4 };
    buffer_append(bar, "", 1);
    const char *text = (const char *)bar->data;
    double mark =
        strtod(strstr(text, "class=\"mark\" x1=\"") + strlen("class=\"mark\" x1=\""), NULL);
    while ((text = strstr(text, "class=\"in\" x=\"")) != NULL) {
        double at = strtod(text += strlen("class=\"in\" x=\""), NULL);
        if (at - mark < HALF_NUMBER - .1 && mark - at < HALF_NUMBER - .1) {
            printf("# a number at %g, the mark at %g\n", at, mark);
            return false;
        }
    }
    return true;
}

static void test_bar(void)
{
    static const uint32_t sizes[] = {4, 7, 33};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct tally t = {.threshold = 2 * sizes[i] / 3 + 1, .seats = sizes[i]};
        bool clear = true;
        for (t.approve = 0; t.approve <= t.seats; t.approve++) {
            for (t.abstain = 0; t.approve + t.abstain <= t.seats; t.abstain++) {
                struct buffer bar = {0};
                t.reject = t.seats - t.approve - t.abstain;
                part_bar(&bar, &t, true);
                clear = is_clear_of_mark(&bar) && clear;
                buffer_free(&bar);
            }
        }
        ok(clear, "%u seats: the threshold strikes through no number", (unsigned)sizes[i]);
    }
}

/* --- nothing gets out of its place --- */

static void test_hostile(void)
{
    struct buffer page = page_of("hostile"), text = {0};
    markup_text(buffer_slice(&page), &text);
    ok(!has(&page, "<script") && !has(&page, "<img"), "tags in texts are text");
    ok(has(&text,
           "</title></style><script>alert(1)</script><img src=x onerror='alert(2)'>"),
       "which can be read as it was written");
    ok(has(&text, "&lt;kept&gt;"), "an entity in a text, too");
    ok(has(&text, "\\u{202e}desrever") && has(&text, "\\x01\\x7f \\xff\\xfe \\u{ffff} end"),
       "what is harmful is spelt out");
    is((int64_t)markup_count(buffer_slice(&page), "<a "), 31 + 6 + 1 + 2,
       "links are to 31 rationales, 6 sections, the index, the proof and the charter");
    size_t isolated = markup_count(buffer_slice(&page), "<bdi>&lt;/title&gt;") +
                      markup_count(buffer_slice(&page), "dir=\"auto\">&lt;/title&gt;");
    is((int64_t)isolated,
       (int64_t)markup_count(buffer_slice(&page), "&lt;/title&gt;&lt;/style&gt;") - 2,
       "each but the two in the title has a direction of its own");
    buffer_free(&page);
    buffer_free(&text);
}

static void test_policy(void)
{
    struct buffer page = page_of("four");
    char expected[256], sum64[64];
    uint8_t sum[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(sum, (const uint8_t *)page_style, strlen(page_style));
    (void)sodium_bin2base64(sum64, sizeof(sum64), sum, sizeof(sum),
                            sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(expected, sizeof(expected),
                   "content=\"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
                   "form-action 'none'\"",
                   sum64);
    ok(has(&page, expected),
       "the policy allows the style sheet, by its hash, and nothing else");
    is((int64_t)markup_count(buffer_slice(&page), "<style>"), 1, "there is one sheet");
    ok(!has(&page, "url(") && !has(&page, "@import") && !has(&page, "style="),
       "which loads nothing");
    buffer_free(&page);
}

/* Any bundle that the codec takes, whatever it says. */
static void test_random(void)
{
    struct rng r = rng_begin(7);
    struct proof *p = alloc_zero(1, sizeof(*p));
    unsigned good = 0;
    for (unsigned i = 0; i < RANDOM_PAGES; i++) {
        struct buffer bundle = {0}, page = {0};
        struct fixture f;
        generate_proof(&r, &bundle);
        if (codec_decode_proof(buffer_slice(&bundle), p) == 0) {
            fixture_begin(&f, (struct fixture_seats){.approve = p->record.seat_count});
            struct certificate *own = p->certificate;
            p->certificate = f.proof.certificate; /* of seats that there are */
            f.decision.proof = p;
            page_write_decision(&page, &f.decision);
            good += markup_check(buffer_slice(&page)) &&
                    has_seats(buffer_slice(&page), p->record.seat_count);
            p->certificate = own;
            proof_clear(p);
            fixture_end(&f);
        }
        buffer_free(&page);
        buffer_free(&bundle);
    }
    is(good, RANDOM_PAGES, "pages of random bundles are well formed, with each seat once");
    free(p);
}

/* --- values --- */

static void test_json(void)
{
    static const char *const cases[][2] = {
        {"{\"a\":[1,{}],\"b\":\"x,{\\\"\"}",
         "{\n  &quot;a&quot;: [\n    1,\n    {}\n  ],\n  &quot;b&quot;: "
         "&quot;x,{\\&quot;&quot;\n}"},
        {"[ ]", "[]"},
        {"{\"a\":1]}}", "{&quot;a&quot;:1]}}"},
        {"{\"open\": ", "{&quot;open&quot;: "},
        {"no JSON, {at} all", "no JSON, {at} all"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer out = {0};
        html_json(&out, slice_of_string(cases[i][0]));
        ok(slice_equal(buffer_slice(&out), slice_of_string(cases[i][1])), "set out: %s",
           cases[i][0]);
        buffer_free(&out);
    }
    struct buffer deep = {0}, out = {0};
    for (size_t i = 0; i < EVIDENCE_TEXT_MAX; i++) {
        buffer_append(&deep, i < 32 ? "[" : i < EVIDENCE_TEXT_MAX - 32 ? "," : "]", 1);
    }
    html_json(&out, buffer_slice(&deep));
    ok(slice_equal(buffer_slice(&out), buffer_slice(&deep)),
       "what would become many times as long is left as it is");
    buffer_free(&deep);
    buffer_free(&out);
}

static void test_values(void)
{
    static const struct {
        uint64_t ms;
        const char *text;
    } durations[] = {{0, "0 ms"},
                     {999, "999 ms"},
                     {1000, "1.0 s"},
                     {59999, "59.9 s"},
                     {200000, "3 min 20 s"},
                     {7500000, "2 h 5 min"},
                     {90000000, "1 day 1 h"},
                     {273600000, "3 days 4 h"}};
    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        struct buffer out = {0};
        html_duration(&out, durations[i].ms);
        ok(slice_equal(buffer_slice(&out), slice_of_string(durations[i].text)),
           "a duration: %s", durations[i].text);
        buffer_free(&out);
    }
    struct buffer out = {0};
    html_time(&out, 951782400123);
    html_time(&out, UINT64_MAX);
    ok(has(&out, "datetime=\"2000-02-29T00:00:00.123Z\">29 February 2000, "
                 "<span>00:00:00 UTC</span>") &&
           has(&out, "18446744073709551615 ms after 1970"),
       "a leap day, and a time that no calendar has");
    buffer_free(&out);
}

int main(void)
{
    test_all();
    test_seats();
    test_words();
    test_neighbours();
    test_bar();
    test_hostile();
    test_policy();
    test_random();
    test_json();
    test_values();
    return tap_done();
}
