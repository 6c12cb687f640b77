/* SPDX-License-Identifier: ISC */
/* The pages by which the tests go. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD16 "Donaudampfschiff"
#define WORD64 WORD16 WORD16 WORD16 WORD16
#define ZALGO                                                                              \
    "z\xcc\x8d\xcc\x94\xcd\x83\xcd\x84\xcc\x93\xcc\x8a\xcc\xa5\xcd\x9a\xcc\xac\xcc\xad"

const char fixture_hostile[] =
    "</title></style><script>alert(1)</script><img src=x onerror='alert(2)'> \"quoted\" & "
    "&lt;kept&gt; javascript:alert(3) https://evil.example/ "
    "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d "
    "\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85 \xe2\x80\xae"
    "desrever " ZALGO ZALGO ZALGO ZALGO " \xcc\xb8>\xcc\xb8 " WORD64 WORD64
    " one\ntwo\tthree "
    "\x01\x7f \xff\xfe \xef\xbf\xbf end";

static void write_decision(struct buffer *out, struct fixture_seats did,
                           const char *rationale)
{
    struct fixture f;
    fixture_begin(&f, did);
    if (rationale != NULL) {
        fixture_explain(&f, rationale);
    }
    page_write_decision(out, &f.decision);
    fixture_end(&f);
}

static void write_rejected(struct buffer *out, struct fixture_seats did, enum reason reason)
{
    struct fixture f;
    fixture_begin(&f, did);
    f.proof.record.reason = reason;
    fixture_explain(&f, "The forecast is older than the rain.");
    page_write_decision(out, &f.decision);
    fixture_end(&f);
}

#define SHORT                                                                              \
    "The level is above the threshold of the flood plan, and the model of March has been " \
    "right within 2 cm each time since.\n\nI would rather see 160 cubic metres per "       \
    "second "                                                                              \
    "for the first six hours; the proposal allows that."

static void write_four(struct buffer *out)
{
    write_decision(out, (struct fixture_seats){.approve = 3, .reject = 1}, SHORT);
}

static void write_approved(struct buffer *out)
{
    write_decision(out, (struct fixture_seats){.approve = 24, .reject = 7, .abstain = 2},
                   SHORT);
}

static void write_silent(struct buffer *out)
{
    write_decision(out, (struct fixture_seats){.approve = 33}, NULL);
}

static void write_absent(struct buffer *out)
{
    write_decision(out,
                   (struct fixture_seats){.approve = 23,
                                          .reject = 2,
                                          .abstain = 1,
                                          .expelled = 1,
                                          .withheld = 2,
                                          .late = 1,
                                          .missed = 2,
                                          .suspended = 1},
                   "The forecast is older than the rain.");
}

static void write_unreachable(struct buffer *out)
{
    write_rejected(out, (struct fixture_seats){.approve = 15, .reject = 14, .abstain = 4},
                   REASON_THRESHOLD_UNREACHABLE);
}

static void write_too_few(struct buffer *out)
{
    write_rejected(
        out,
        (struct fixture_seats){.approve = 18, .reject = 1, .expelled = 3, .missed = 11},
        REASON_TOO_FEW_BALLOTS);
}

/* So many were expelled while ballots came in that there was nothing left to wait for. */
static void write_early(struct buffer *out)
{
    struct fixture f;
    fixture_begin(&f, (struct fixture_seats){.approve = 3, .expelled = 4});
    f.proof.record.decided = (struct moment){1050, f.proof.record.opened.time_ms + 20000};
    page_write_decision(out, &f.decision);
    fixture_end(&f);
}

static void write_deadline(struct buffer *out)
{
    write_rejected(out, (struct fixture_seats){.approve = 20, .reject = 3, .withheld = 10},
                   REASON_DEADLINE);
}

static void write_many(struct buffer *out)
{
    write_decision(out, (struct fixture_seats){.approve = 90, .reject = 30, .missed = 8},
                   SHORT);
}

/* 33 rationales as long as they may be. */
static void write_long(struct buffer *out)
{
    char text[RATIONALE_MAX + 1];
    for (size_t i = 0; i < RATIONALE_MAX; i++) {
        text[i] =
            i % 800 == 799 ? '\n' : "the water will go where it went before; "[i % 40];
    }
    text[RATIONALE_MAX] = '\0';
    write_decision(out, (struct fixture_seats){.approve = 30, .reject = 3}, text);
}

static void write_hostile(struct buffer *out)
{
    struct fixture f;
    fixture_begin(&f, (struct fixture_seats){.approve = 24, .reject = 7, .withheld = 2});
    fixture_say(&f, fixture_hostile);
    page_write_decision(out, &f.decision);
    fixture_end(&f);
}

/* --- the index --- */

static void write_index(struct buffer *out, uint64_t page, uint64_t pages, size_t rows,
                        const char *text)
{
    static const char *const titles[] = {
        "Raise the outflow of the upper lake during the flood",
        "Lend the survey drones to the coast guard for two weeks",
        "Stop the night ferry until the ice report",
        "Renew the contract for the measuring buoys, with the changes that the auditors "
        "asked for in February and the two that the villages on the eastern shore added"};
    struct fixture f;
    struct page_row row[PAGE_ROWS];
    fixture_begin(&f, (struct fixture_seats){.approve = 24, .reject = 9});
    memset(row, 0, sizeof(row));
    for (size_t i = 0; i < rows; i++) {
        uint32_t approve = (uint32_t)(14 + i * 5 % 20);
        row[i] = (struct page_row){
            .index = page * PAGE_ROWS + rows - 1 - i,
            .title = slice_of_string(text != NULL ? text : titles[i % 4]),
            .class_index = i % 2,
            .outcome = approve >= 22 ? OUTCOME_APPROVED : OUTCOME_REJECTED,
            .reason = approve >= 22 ? REASON_NONE : REASON_THRESHOLD_UNREACHABLE,
            .approve = approve,
            .reject = (33 - approve) / 2,
            .threshold = 22,
            .final_ms = f.proof.record.final.time_ms - i * 86500000};
        memset(row[i].id.bytes, (int)i, HASH_BYTES);
    }
    if (text != NULL) {
        fixture_say(&f, text);
    }
    struct page_index x = {.charter = &f.charter,
                           .log_size = page * PAGE_ROWS + rows,
                           .log_signatures = 31,
                           .page = page,
                           .pages = pages,
                           .rows = row,
                           .row_count = rows};
    memset(x.root.bytes, 0x7e, HASH_BYTES);
    page_write_index(out, &x);
    fixture_end(&f);
}

static void write_index_newest(struct buffer *out)
{
    write_index(out, 3, 4, 12, NULL);
}

static void write_index_older(struct buffer *out)
{
    write_index(out, 1, 4, PAGE_ROWS, NULL);
}

static void write_index_second(struct buffer *out)
{
    write_index(out, 2, 4, 3, NULL);
}

static void write_index_empty(struct buffer *out)
{
    write_index(out, 0, 1, 0, NULL);
}

static void write_index_hostile(struct buffer *out)
{
    write_index(out, 0, 1, 5, fixture_hostile);
}

const struct fixture_page fixture_pages[] = {
    {"four", write_four},
    {"approved", write_approved},
    {"silent", write_silent},
    {"absent", write_absent},
    {"unreachable", write_unreachable},
    {"too-few", write_too_few},
    {"early", write_early},
    {"deadline", write_deadline},
    {"many", write_many},
    {"long", write_long},
    {"hostile", write_hostile},
    {"index", write_index_newest},
    {"index-older", write_index_older},
    {"index-second", write_index_second},
    {"index-empty", write_index_empty},
    {"index-hostile", write_index_hostile},
    {NULL, NULL},
};
