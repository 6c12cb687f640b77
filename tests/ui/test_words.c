/* SPDX-License-Identifier: ISC */
/* Numbers, durations and times in words. */
#include "tap.h"

#include "ui/view/draw.h"

#include <string.h>

typedef void words(char *out, size_t size, uint64_t n);

static void says(words *say, uint64_t n, const char *expected)
{
    char got[32];
    say(got, sizeof(got), n);
    if (!ok(strcmp(got, expected) == 0, "\"%s\"", expected)) {
        printf("#   got \"%s\"\n", got);
    }
}

static void test_durations(void)
{
    says(words_duration, 0, "0ms");
    says(words_duration, 999, "999ms");
    says(words_duration, 1000, "1.0s");
    says(words_duration, 4299, "4.2s");
    says(words_duration, 59999, "59.9s");
    says(words_duration, 60000, "1m");
    says(words_duration, 3599999, "59m");
    says(words_duration, 3600000, "1h");
    says(words_duration, UINT64_C(172800000) - 1, "47h");
    says(words_duration, UINT64_C(172800000), "2d");
    says(words_duration, UINT64_C(8639999999999), "99999d");
    says(words_duration, UINT64_C(8640000000000), ">99999d");
    says(words_duration, UNKNOWN - 1, ">99999d");
    says(words_duration, UNKNOWN, "?");
    says(words_age, 0, "0s");
    says(words_age, 999, "0s");
    says(words_age, 59999, "59s");
    says(words_age, 60000, "1m");
    says(words_age, UNKNOWN, "?");
    is(words_width(9), 1, "the width of a count to 9");
    is(words_width(10), 2, "to 10");
    is(words_width(99), 2, "to 99");
    is(words_width(100), 3, "to 100");
}

static void test_times(void)
{
    says(words_clock, UINT64_C(1773496927999), "14:02:07Z");
    says(words_date, UINT64_C(1773496927999), "2026-03-14 14:02:07Z");
    says(words_date, 0, "1970-01-01 00:00:00Z");
    says(words_date, UINT64_C(253402300799999), "9999-12-31 23:59:59Z");
    says(words_date, UINT64_C(253402300800000), "?");
    says(words_clock, UNKNOWN - 1, "?");
    says(words_clock, UNKNOWN, "?");
}

static void test_sizes(void)
{
    says(words_bytes, 0, "0 B");
    says(words_bytes, 999, "999 B");
    says(words_bytes, 1000, "1.0 kB");
    says(words_bytes, 999999, "999.9 kB");
    says(words_bytes, 1000000, "1.0 MB");
    says(words_bytes, UINT64_C(82463372083), "82.4 GB");
    says(words_bytes, UNKNOWN - 1, "18.4 EB");
    says(words_bytes, UNKNOWN, "?");
    says(words_number, 0, "0");
    says(words_number, UNKNOWN - 1, "18446744073709551614");
    says(words_number, UNKNOWN, "?");
}

static void test_room(void)
{
    char small[8];
    words_duration(small, sizeof(small), UNKNOWN - 1);
    ok(strcmp(small, ">99999d") == 0, "the longest duration fits into 8 bytes");
    struct scene s = {.seats = 99};
    words_seat(small, sizeof(small), &s, 7);
    ok(strcmp(small, "07") == 0, "two digits in a council of 99");
    s.seats = 100;
    words_seat(small, sizeof(small), &s, 7);
    ok(strcmp(small, "007") == 0, "three in one of 100");
    words_seat(small, sizeof(small), &s, UINT16_MAX);
    ok(strcmp(small, "65535") == 0, "a seat that cannot be is shown as it is");
}

static void test_members(void)
{
    json_t *o = json_pack("{s:s, s:i, s:i, s:b, s:n, s:f}", "text", "oak", "number", 7,
                          "negative", -1, "true", 1, "null", "real", 1.5);
    ok(strcmp(member_string(o, "text"), "oak") == 0, "a string");
    ok(strcmp(member_string(o, "number"), "") == 0, "a number is no string");
    ok(strcmp(member_string(o, "none"), "") == 0, "what is not there is empty");
    is((int64_t)member_number(o, "number"), 7, "a number");
    ok(member_number(o, "negative") == UNKNOWN, "a negative one is not known");
    ok(member_number(o, "null") == UNKNOWN && member_number(o, "real") == UNKNOWN &&
           member_number(NULL, "text") == UNKNOWN,
       "nor is null, a broken one, or one of nothing");
    ok(member_true(o, "true") && !member_true(o, "text") && !member_true(NULL, "true"),
       "true alone is true");
    json_decref(o);
}

int main(void)
{
    test_durations();
    test_times();
    test_sizes();
    test_room();
    test_members();
    return tap_done();
}
