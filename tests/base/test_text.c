/* SPDX-License-Identifier: ISC */
/* The text rules over every character and every short sequence of bytes. */
#include "base/error.h"
#include "base/text.h"
#include "random.h"
#include "tap.h"

#include <string.h>

/* The list of conclave-protocol(7) section 3, literally. */
static bool forbidden(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {0x0000, 0x001f}, {0x007f, 0x007f}, {0x0080, 0x009f},
        {0x061c, 0x061c}, {0x200e, 0x200e}, {0x200f, 0x200f},
        {0x202a, 0x202e}, {0x2066, 0x2069}, {0xd800, 0xdfff}};
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (c >= ranges[i][0] && c <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

/* The first and last characters of each length, and the examples of RFC 3629 section 7. */
static void encodings(void)
{
    static const struct {
        uint32_t character;
        const char *bytes;
    } cases[] = {{0x41, "A"},
                 {0x7f, "\x7f"},
                 {0x80, "\xc2\x80"},
                 {0x391, "\xce\x91"},
                 {0x7ff, "\xdf\xbf"},
                 {0x800, "\xe0\xa0\x80"},
                 {0x2262, "\xe2\x89\xa2"},
                 {0xd55c, "\xed\x95\x9c"},
                 {0xffff, "\xef\xbf\xbf"},
                 {0x10000, "\xf0\x90\x80\x80"},
                 {0x233b4, "\xf0\xa3\x8e\xb4"},
                 {0x10ffff, "\xf4\x8f\xbf\xbf"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char bytes[TEXT_CHARACTER_MAX];
        size_t size = text_encode(cases[i].character, bytes);
        ok(slice_equal(slice_of(bytes, size), slice_of_string(cases[i].bytes)),
           "U+%04X is encoded", (unsigned)cases[i].character);
    }
}

static void every_character(void)
{
    uint32_t wrong = 0, wrong_multiline = 0, lost = 0;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char bytes[TEXT_CHARACTER_MAX];
        struct slice s = slice_of(bytes, text_encode(c, bytes));
        uint32_t back = 0;
        bool bad = forbidden(c), surrogate = c >= 0xd800 && c <= 0xdfff;
        size_t size = text_decode(s, 0, &back);
        lost += surrogate ? size != 0 : size != s.size || back != c;
        wrong += (text_check(s, false, NULL) != 0) != bad;
        wrong_multiline +=
            (text_check(s, true, NULL) != 0) != (bad && c != '\n' && c != '\t');
    }
    is(lost, 0, "every character comes back as it was encoded, and no surrogate does");
    is(wrong, 0, "every character, single line");
    is(wrong_multiline, 0, "every character, multiline");
}

/* Number of accepted sequences of 2 to 4 bytes that start with a byte of two and more, and
 * whose others are around the continuation bytes: as many as there are such characters. */
static void every_sequence(void)
{
    uint32_t two = 0, three = 0, four = 0;
    uint8_t s[4];
    for (unsigned a = 0xc0; a < 0x100; a++) {
        for (unsigned b = 0x70; b < 0xd0; b++) {
            s[0] = (uint8_t)a;
            s[1] = (uint8_t)b;
            two += b >= 0x80 && text_check(slice_of(s, 2), false, NULL) == 0;
            for (unsigned c = 0x70; c < 0xd0; c++) {
                s[2] = (uint8_t)c;
                three +=
                    b >= 0x80 && c >= 0x80 && text_check(slice_of(s, 3), false, NULL) == 0;
                if (a < 0xf0) {
                    continue;
                }
                for (unsigned d = 0x70; d < 0xd0; d++) {
                    s[3] = (uint8_t)d;
                    four += text_check(slice_of(s, 4), false, NULL) == 0;
                }
            }
        }
    }
    is(two, 0x800 - 0x80 - 32 - 1, "as many of two bytes as there are");
    is(three, 0x10000 - 0x800 - 0x800 - 2 - 5 - 4, "of three bytes");
    is(four, 0x100000, "of four bytes");
}

static void where(void)
{
    static const struct {
        const char *text;
        bool multiline;
        int at; /* -1: harmless */
    } cases[] = {{"", false, -1},           {"plain", false, -1},
                 {"two\nlines", false, 3},  {"two\nlines\tand a tab", true, -1},
                 {"cr\r\n", true, 2},       {"\xe6\xb0\xb4\x1b[2J", true, 3},
                 {"cut \xe6\xb0", true, 4}, {"\xff", true, 0},
                 {"\x80", true, 0},         {"ok \xf0\x90\x85\x91 \xe2\x80\xae", true, 8}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t at = 12345;
        int error = text_check(slice_of_string(cases[i].text), cases[i].multiline, &at);
        ok(cases[i].at < 0 ? error == 0 && at == 12345
                           : error == CONCLAVE_ETEXT && at == (size_t)cases[i].at,
           "text %zu: %s", i, cases[i].at < 0 ? "harmless" : "the place of the offence");
    }
}

/* Eight bytes are looked at together where all are plain; each byte counts wherever it is.
 */
static void every_place(void)
{
    unsigned wrong = 0;
    for (unsigned place = 0; place < 24; place++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            uint8_t text[24];
            size_t at = 99;
            memset(text, 'a' + (int)(byte % 26), sizeof(text));
            text[place] = (uint8_t)byte;
            bool good = byte >= 0x20 && byte < 0x7f;
            int error = text_check(slice_of(text, sizeof(text)), false, &at);
            wrong += good ? error != 0 : error != CONCLAVE_ETEXT || at != place;
        }
    }
    is(wrong, 0, "every byte at every place of a longer text");
}

static void escapes(void)
{
    static const struct {
        const char *text, *also, *expected;
    } cases[] = {{"plain", "", "plain"},
                 {"a\nb\tc", "", "a\\nb\\tc"},
                 {"\x1b[31m", "", "\\x1b[31m"},
                 {"\x7f", "", "\\x7f"},
                 {"\xc2\x9b", "", "\\u{9b}"},
                 {"\xe2\x80\xae", "", "\\u{202e}"},
                 {"\xff\xfe", "", "\\xff\\xfe"},
                 {"\xe6\xb0", "", "\\xe6\\xb0"},
                 {"\xed\xa0\x80", "", "\\xed\\xa0\\x80"},
                 {"\xe6\xb0\xb4", "", "\xe6\xb0\xb4"},
                 {"say \"\\\"", "\"\\", "say \\\"\\\\\\\""},
                 {"say \"\\\"", "", "say \"\\\""}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer b = {0};
        text_escape(&b, slice_of_string(cases[i].text), cases[i].also);
        ok(slice_equal(buffer_slice(&b), slice_of_string(cases[i].expected)),
           "escaped to %s", cases[i].expected);
        buffer_free(&b);
    }
}

static void noise(struct rng *r)
{
    int harmless = 0, unchanged = 0, valid = 0;
    enum { ROUNDS = 20000 };
    for (int i = 0; i < ROUNDS; i++) {
        uint8_t bytes[24];
        struct buffer b = {0};
        struct slice s = slice_of(bytes, rng_below(r, sizeof(bytes)));
        rng_fill(r, bytes, sizeof(bytes));
        for (size_t k = 0; rng_chance(r, 2) && k < s.size; k++) {
            bytes[k] &= 0x7f;
        }
        text_escape(&b, s, "");
        harmless += text_check(buffer_slice(&b), false, NULL) == 0;
        if (text_check(s, false, NULL) == 0) {
            valid++;
            unchanged += slice_equal(buffer_slice(&b), s);
        }
        buffer_free(&b);
    }
    is(harmless, ROUNDS, "whatever is escaped is harmless");
    ok(valid > 100 && unchanged == valid, "what is harmless stays (%d of them)", valid);
}

int main(void)
{
    struct rng r = rng_begin(6);
    encodings();
    every_character();
    every_sequence();
    where();
    every_place();
    escapes();
    noise(&r);
    return tap_done();
}
