/* SPDX-License-Identifier: ISC */
#include "ui/view/ballots.h"

#include "ui/view/draw.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_DIGITS = 16 };

size_t ballots_count(const struct scene *s)
{
    return s->open_count + s->final_count;
}

const struct scene_proposal *ballots_at(const struct scene *s, size_t i)
{
    return i < s->open_count ? s->open[s->open_count - 1 - i] : s->final[i - s->open_count];
}

static unsigned digit_value(char c)
{
    return c >= '0' && c <= '9' ? (unsigned)(c - '0') : ((unsigned)c + 9U) & 15U;
}

/* Of an id that is too short the rest counts as noughts. */
uint64_t ballots_key(const struct scene_proposal *p)
{
    uint64_t key = 0;
    size_t digits = strnlen(p->id, KEY_DIGITS);
    for (size_t i = 0; i < KEY_DIGITS; i++) {
        key = key << 4 | (i < digits ? digit_value(p->id[i]) : 0);
    }
    return key == ROW_NEWEST ? 0 : key; /* which means something else */
}

const struct scene_proposal *ballots_find(const struct scene *s, uint64_t key)
{
    for (size_t i = 0; i < ballots_count(s); i++) {
        const struct scene_proposal *p = ballots_at(s, i);
        /* Most differ in their first digit already. */
        if (digit_value(p->id[0]) == key >> 60 && ballots_key(p) == key) {
            return p;
        }
    }
    return NULL;
}

bool ballots_is_open(uint8_t code)
{
    return code == BALLOT_APPROVE || code == BALLOT_REJECT || code == BALLOT_ABSTAIN;
}

uint8_t ballots_code(const struct scene_proposal *p, uint16_t seat)
{
    if (seat < 1 || seat > p->seats) {
        return BALLOT_UNKNOWN;
    }
    uint8_t code = p->codes[seat - 1];
    return !ballots_told(p) && ballots_is_open(code) ? BALLOT_SEALED : code;
}

bool ballots_told(const struct scene_proposal *p)
{
    return p->phase != UI_WAITING && p->phase != UI_SEALED;
}

const char *ballots_words(uint8_t code)
{
    switch ((enum ballot_code)code) {
    case BALLOT_UNKNOWN:
        return "unknown";
    case BALLOT_NONE:
        return "none yet";
    case BALLOT_SEALED:
        return "sealed";
    case BALLOT_APPROVE:
        return "approve";
    case BALLOT_REJECT:
        return "reject";
    case BALLOT_ABSTAIN:
        return "abstain";
    case BALLOT_MISMATCH:
        return "mismatch";
    case BALLOT_WITHHELD:
        return "withheld";
    case BALLOT_LATE:
        return "late";
    case BALLOT_MISSED:
        return "missed";
    case BALLOT_EXPELLED:
        return "expelled";
    case BALLOT_NOT_AWAITED:
        return "not awaited";
    }
    return "unknown";
}

const char *ballots_state(const struct scene_proposal *p)
{
    switch (p->phase) {
    case UI_WAITING:
        return "waiting";
    case UI_SEALED:
        return "sealed";
    case UI_OPENING:
        return "opening";
    case UI_DECIDED:
        return p->approved ? "approved+" : "rejected+";
    case UI_FINAL:
        return p->approved ? "approved" : "rejected";
    }
    return "?";
}

enum role ballots_role(const struct scene_proposal *p)
{
    switch (p->phase) {
    case UI_WAITING:
        return ROLE_QUIET;
    case UI_SEALED:
        return ROLE_SEALED;
    case UI_OPENING:
        return ROLE_STRONG;
    case UI_DECIDED:
    case UI_FINAL:
        return p->approved ? ROLE_APPROVE : ROLE_REJECT;
    }
    return ROLE_UNKNOWN;
}

/* --- sentences --- */

/* Seats whose code is one of these: " 03 12 14". */
static unsigned list_seats(const struct scene_proposal *p, uint8_t code, char *out,
                           size_t size)
{
    unsigned count = 0;
    size_t at = 0;
    out[0] = '\0';
    for (uint16_t seat = 1; seat <= p->seats; seat++) {
        if (ballots_code(p, seat) != code) {
            continue;
        }
        count++;
        if (at + 8 < size) {
            at += (size_t)snprintf(out + at, size - at, p->seats > 99 ? " %03u" : " %02u",
                                   (unsigned)seat);
        }
    }
    return count;
}

static void say_open(const struct scene_proposal *p, char out[SENTENCE_BYTES])
{
    char seats[200];
    uint8_t code = p->phase == UI_SEALED ? BALLOT_NONE : BALLOT_SEALED;
    unsigned missing = list_seats(p, code, seats, sizeof(seats));
    uint32_t have = p->phase == UI_SEALED ? p->committed : p->approve;
    const char *what = p->phase == UI_SEALED ? "ballot" : "approval";
    char need[64];
    if (p->threshold == 0) {
        (void)snprintf(need, sizeof(need), "How many %ss are needed is not known", what);
    } else if (have >= p->threshold) {
        (void)snprintf(need, sizeof(need), "There are %ss enough", what);
    } else {
        uint32_t more = p->threshold - have;
        (void)snprintf(need, sizeof(need), "%" PRIu32 " more %s%s needed", more, what,
                       more == 1 ? " is" : "s are");
    }
    (void)snprintf(out, SENTENCE_BYTES, "%s; %u %s%s%s", need, missing,
                   p->phase == UI_SEALED ? "not given" : "not opened",
                   missing > 0 ? ":" : "", seats);
}

static void say_rejected(const struct scene_proposal *p, char out[SENTENCE_BYTES])
{
    if (strcmp(p->reason, "too-few-ballots") == 0) {
        (void)snprintf(out, SENTENCE_BYTES,
                       "Rejected: %" PRIu32 " ballots were given, and %" PRIu32
                       " approvals are needed.",
                       p->committed, p->threshold);
    } else if (strcmp(p->reason, "deadline") == 0) {
        (void)snprintf(out, SENTENCE_BYTES,
                       "Rejected: at the deadline %" PRIu32 " of the %" PRIu32
                       " approvals needed were open.",
                       p->approve, p->threshold);
    } else if (strcmp(p->reason, "threshold-unreachable") == 0) {
        (void)snprintf(out, SENTENCE_BYTES,
                       "Rejected: %" PRIu32 " approvals were out of reach: "
                       "%" PRIu32 " for, %" PRIu32 " against, %" PRIu32 " abstained.",
                       p->threshold, p->approve, p->reject, p->abstain);
    } else {
        (void)snprintf(out, SENTENCE_BYTES, "Rejected%s%s: %" PRIu32 " of %" PRIu32 ".",
                       p->reason[0] != '\0' ? ", " : "", p->reason, p->approve,
                       p->threshold);
    }
}

void ballots_sentence(const struct scene_proposal *p, char out[SENTENCE_BYTES])
{
    switch (p->phase) {
    case UI_WAITING:
        (void)snprintf(out, SENTENCE_BYTES, "Waiting for a block to take it in.");
        return;
    case UI_SEALED:
    case UI_OPENING:
        say_open(p, out);
        return;
    case UI_DECIDED:
    case UI_FINAL:
        break;
    }
    if (p->approved) {
        (void)snprintf(out, SENTENCE_BYTES,
                       "Approved: %" PRIu32 " approvals, %" PRIu32 " were needed.",
                       p->approve, p->threshold);
    } else {
        say_rejected(p, out);
    }
    if (p->phase == UI_DECIDED) {
        size_t at = strlen(out);
        (void)snprintf(out + at, SENTENCE_BYTES - at, " Not final yet.");
    }
}

void ballots_when(const struct scene_proposal *p, uint64_t now_ms, char *out, size_t size)
{
    bool final = p->phase == UI_FINAL;
    uint64_t at = final                    ? p->final_ms
                  : p->phase == UI_SEALED  ? p->commit_deadline_ms
                  : p->phase == UI_WAITING ? UNKNOWN
                                           : p->reveal_deadline_ms;
    char words[16];
    if (at == UNKNOWN) {
        (void)snprintf(out, size, final ? "?" : "");
        return;
    }
    uint64_t apart = at > now_ms ? at - now_ms : now_ms - at;
    words_age(words, sizeof(words), apart);
    if (final) {
        (void)snprintf(out, size, "%s ago", at > now_ms ? "0s" : words);
    } else {
        (void)snprintf(out, size, at > now_ms ? "in %s" : "over %s", words);
    }
}

/* The closest decisions first. */
static uint32_t margin(const struct scene_proposal *p)
{
    if (p->threshold == 0 || !ballots_told(p)) {
        return UINT32_MAX;
    }
    return p->approve > p->threshold ? p->approve - p->threshold
                                     : p->threshold - p->approve;
}

static uint64_t deadline(const struct scene_proposal *p)
{
    return p->phase == UI_SEALED    ? p->commit_deadline_ms
           : p->phase == UI_OPENING ? p->reveal_deadline_ms
                                    : UNKNOWN;
}

int ballots_compare(unsigned by, const struct scene_proposal *a,
                    const struct scene_proposal *b)
{
    switch ((enum proposal_sort)by) {
    case BY_NEWEST:
        return 0;
    case BY_CLASS:
        return strcmp(a->class_name, b->class_name);
    case BY_OUTCOME:
        return strcmp(ballots_state(a), ballots_state(b));
    case BY_MARGIN:
        return order_numbers(margin(a), margin(b));
    case BY_DEADLINE:
        return order_numbers(deadline(a), deadline(b));
    }
    return 0;
}

void ballots_text(const struct scene *s, const struct scene_proposal *p, struct buffer *out)
{
    words_format(out, "%s %.8s %s ", ballots_state(p), p->id, p->reason);
    words_put(out, p->class_name);
    words_put(out, " ");
    words_put(out, p->title);
    if (ballots_told(p)) {
        words_format(out, " %" PRIu32 "/%" PRIu32, p->approve, p->threshold);
    }
    words_put(out, " ");
    words_put_seat(out, s, p->proposer);
}
