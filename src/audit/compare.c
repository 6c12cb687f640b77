/* SPDX-License-Identifier: ISC */
#include "audit/compare.h"

#include "wire/shared.h"

#include <string.h>

/* Certificates above a fork that are looked at for two of one view and height. */
enum { LOOKED_AT = 64 };

const char *comparison_name(enum comparison_kind kind)
{
    switch (kind) {
    case COMPARISON_SAME:
        return "same";
    case COMPARISON_SHORTER:
        return "shorter";
    case COMPARISON_DAMAGED:
        return "damaged";
    case COMPARISON_FORK:
        return "fork";
    }
    return "";
}

static uint64_t lower(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool same_block(const struct audited copies[2], uint64_t height)
{
    struct header header;
    struct hash hashes[2];
    for (int i = 0; i < 2; i++) {
        if (ledger_header(copies[i].ledger, height, &header, &hashes[i]) != 0) {
            return false;
        }
    }
    return hash_equal(&hashes[0], &hashes[1]);
}

/* Each block names the one before it, so where two are the same all below them are. */
static uint64_t find_agreed(const struct audited copies[2])
{
    uint64_t low = 0;
    uint64_t high = lower(copies[0].report->blocks, copies[1].report->blocks);
    while (low < high) {
        uint64_t middle = high - (high - low) / 2;
        if (same_block(copies, middle)) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

static void look_at_side(const struct audited *copy, uint64_t height,
                         struct comparison_side *out)
{
    struct header header = {0};
    if (ledger_header(copy->ledger, height, &header, &out->block) == 0) {
        out->view = header.view;
    }
    out->certified = copy->report->proved >= height;
}

/* --- who signed both --- */

static void note_both(struct comparison *c, const struct certificate *const pair[2])
{
    uint16_t i = 0, j = 0;
    c->both_count = 0;
    while (i < pair[0]->count && j < pair[1]->count) {
        uint16_t a = pair[0]->entries[i].seat, b = pair[1]->entries[j].seat;
        if (a == b) {
            c->both[c->both_count++] = a;
        }
        i += a <= b;
        j += b <= a;
    }
    c->sides[0].what = pair[0]->what;
    c->sides[1].what = pair[1]->what;
    c->one_vote = pair[0]->what.view == pair[1]->what.view &&
                  pair[0]->what.height == pair[1]->what.height;
}

/* The first two certificates above the fork, or the first two of one view and height. */
static void find_both(const struct audited copies[2], struct comparison *c)
{
    uint64_t at = c->height;
    for (int n = 0; n < LOOKED_AT && !c->one_vote; n++) {
        struct certificate *pair[2] = {NULL, NULL};
        bool found = ledger_commit_of(copies[0].ledger, at, &pair[0]) == 0 &&
                     ledger_commit_of(copies[1].ledger, at, &pair[1]) == 0;
        if (found) {
            const struct certificate *const both[2] = {pair[0], pair[1]};
            if (n == 0 || (both[0]->what.view == both[1]->what.view &&
                           both[0]->what.height == both[1]->what.height)) {
                note_both(c, both);
            }
            at = lower(both[0]->what.height, both[1]->what.height) + 1;
        }
        certificate_unref(pair[0]);
        certificate_unref(pair[1]);
        if (!found || at > lower(copies[0].report->proved, copies[1].report->proved)) {
            break;
        }
    }
}

void compare(const struct audited copies[2], struct comparison *out)
{
    const struct audit_report *a = copies[0].report, *b = copies[1].report;
    memset(out, 0, sizeof(*out));
    out->agreed = find_agreed(copies);
    bool differ = out->agreed < lower(a->blocks, b->blocks);
    if (differ || !a->sound || !b->sound) {
        out->kind = COMPARISON_DAMAGED;
    } else {
        out->kind = a->target == b->target ? COMPARISON_SAME : COMPARISON_SHORTER;
    }
    if (differ) {
        out->height = out->agreed + 1;
        for (int i = 0; i < 2; i++) {
            look_at_side(&copies[i], out->height, &out->sides[i]);
        }
        if (out->sides[0].certified && out->sides[1].certified) {
            out->kind = COMPARISON_FORK;
            find_both(copies, out);
        }
    }
}
