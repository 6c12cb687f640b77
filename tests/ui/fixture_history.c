/* SPDX-License-Identifier: ISC */
/* Decisions, those that are open, and what each seat makes of its ballots. */
#include "fixture.h"

#include "base/alloc.h"
#include "base/quorum.h"

#include <stdio.h>
#include <string.h>

enum { NEWEST_RECORD = 1429, BLOCKS_EACH = 9 };

static const char *const titles[][2] = {
    {"certification-appeal", "Certify the triage assistant of a regional hospital group"},
    {"certification-appeal", "Certify emotion recognition for classrooms"},
    {"reciprocity", "Recognise the certificates of the northern council"},
    {"reciprocity", "Recognise the certificates of a free port registry"},
    {"emergency", "Suspend a voice model used for fraud, for 21 days"},
    {"emergency", "Halt the distribution of all open-weight models"},
    {"procedure", "Publish every seat's reasons within seven days"},
    {"procedure", "Let five seats suspend a certificate for 72 hours"},
};
enum { TITLES = sizeof(titles) / sizeof(titles[0]) };

static struct scene_proposal *make_proposal(const struct scene *s, uint64_t number)
{
    static const char digits[] = "0123456789abcdef";
    const char *const *title = titles[number % TITLES];
    struct scene_proposal *p = scene_proposal_new(s->seats, title[0], title[1]);
    for (unsigned i = 0; i < UI_ID_BYTES - 1; i++) {
        p->id[i] = digits[fixture_random(number, i + 100, 16)];
    }
    p->proposer = (uint16_t)(1 + number % s->seats);
    p->threshold = quorum_default_threshold(s->seats);
    return p;
}

static bool is_opened(uint8_t code)
{
    return code == BALLOT_APPROVE || code == BALLOT_REJECT || code == BALLOT_ABSTAIN;
}

static uint8_t choice_of(const struct scene *s, uint64_t number, uint16_t seat)
{
    unsigned chance = fixture_random(number, seat, 1000);
    bool popular = fixture_random(number, 500, 100) < 70;
    bool contrary = seat == 5 && number % 3 != 0;
    unsigned with = popular ? 860 : 340;
    if (s->seats > 7 && seat == 9 && chance < 120) {
        return BALLOT_LATE;
    }
    if (chance > 985) {
        return seat % 3 == 0 ? BALLOT_WITHHELD : BALLOT_MISSED;
    }
    if (chance > 950) {
        return BALLOT_ABSTAIN;
    }
    return (chance < with) != contrary ? BALLOT_APPROVE : BALLOT_REJECT;
}

static void fill_seat(struct scene_proposal *p, uint64_t number, uint16_t seat,
                      uint8_t code)
{
    unsigned at = seat - 1U;
    p->codes[at] = code;
    if (is_opened(code)) {
        p->confidence[at] = (uint8_t)(51 + fixture_random(number, seat + 1000U, 50));
        p->reveal_blocks[at] = (uint8_t)(1 + fixture_random(number, seat + 2000U, 3));
    }
    if (is_opened(code) || code == BALLOT_SEALED || code == BALLOT_WITHHELD) {
        p->ballot_blocks[at] = (uint8_t)(1 + fixture_random(number, seat + 3000U, 6));
    }
    p->approve += code == BALLOT_APPROVE;
    p->reject += code == BALLOT_REJECT;
    p->abstain += code == BALLOT_ABSTAIN;
    p->revealed += is_opened(code);
    p->committed += is_opened(code) || code == BALLOT_SEALED || code == BALLOT_WITHHELD;
}

static struct scene_proposal *make_final(const struct scene *s, enum fixture_state state,
                                         unsigned ago)
{
    uint64_t number = NEWEST_RECORD - ago;
    struct scene_proposal *p = make_proposal(s, number);
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        uint8_t code = choice_of(s, number, seat);
        if (fixture_is_dead(s, state, seat) && ago < 4) {
            code = BALLOT_MISSED;
        }
        if (state == FIXTURE_EQUIVOCATION && seat == fixture_liar(s) && ago < 2) {
            code = BALLOT_EXPELLED;
            p->equivocated[seat - 1] = true;
        }
        if (ago >= FIXTURE_DECISIONS - 3) {
            code = BALLOT_UNKNOWN;
        }
        fill_seat(p, number, seat, code);
    }
    p->record = number;
    p->phase = UI_FINAL;
    p->approved = p->approve >= p->threshold;
    if (ago >= FIXTURE_DECISIONS - 3) {
        p->approved = true;
        p->approve = p->threshold;
    } else if (!p->approved) {
        (void)snprintf(p->reason, sizeof(p->reason), "threshold-unreachable");
    }
    p->final_height = s->order.height - 4 - (uint64_t)ago * BLOCKS_EACH;
    p->opened_height = p->final_height - BLOCKS_EACH + 1;
    p->final_ms = s->at_ms - 72000 - (uint64_t)ago * 97000;
    p->opened_ms = p->final_ms - 61000;
    return p;
}

static bool agrees(const struct scene_proposal *p, uint8_t code)
{
    return code == (p->approved ? BALLOT_APPROVE : BALLOT_REJECT);
}

/* The totals that the node would tell, and the streak of what is loaded. */
static void count_seat(struct scene *s, uint16_t number, bool told)
{
    struct scene_seat *seat = &s->seat[number - 1];
    bool unbroken = true;
    seat->totals_known = told;
    seat->ballots = seat->reveals = 1180;
    seat->with_outcome = 1040;
    seat->against_outcome = 120;
    seat->abstained = 20;
    for (size_t i = 0; i < s->final_count; i++) {
        const struct scene_proposal *p = s->final[i];
        uint8_t code = p->codes[number - 1];
        seat->ballots += is_opened(code) || code == BALLOT_WITHHELD;
        seat->reveals += is_opened(code);
        seat->late += code == BALLOT_LATE;
        seat->missed += code == BALLOT_MISSED;
        seat->withheld += code == BALLOT_WITHHELD;
        seat->abstained += code == BALLOT_ABSTAIN;
        seat->with_outcome += agrees(p, code);
        seat->against_outcome +=
            is_opened(code) && code != BALLOT_ABSTAIN && !agrees(p, code);
        unbroken = unbroken && code != BALLOT_UNKNOWN && !agrees(p, code);
        seat->streak += unbroken;
    }
}

void fixture_decisions(struct scene *s, enum fixture_state state)
{
    s->final = alloc(FIXTURE_DECISIONS * sizeof(struct scene_proposal *));
    for (unsigned i = 0; i < FIXTURE_DECISIONS; i++) {
        s->final[i] = make_final(s, state, i);
    }
    s->final_count = FIXTURE_DECISIONS;
    s->final_total = NEWEST_RECORD + 1;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        count_seat(s, seat, state != FIXTURE_PAST);
    }
}

/* --- open ones --- */

static struct scene_proposal *make_open(struct scene *s, enum fixture_state state,
                                        enum ui_phase phase, unsigned number)
{
    struct scene_proposal *p = make_proposal(s, number);
    p->phase = phase;
    p->opened_height = s->order.height - 5 + number % 4;
    p->opened_ms = s->at_ms - 30000 + number % 4 * 9000;
    p->commit_deadline_ms = s->at_ms + (phase == UI_OPENING ? 0 : 34000);
    p->reveal_deadline_ms = phase == UI_SEALED ? UNKNOWN : s->at_ms + 21000;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        bool came =
            fixture_random(number, seat + 4000U, 100) < (phase == UI_OPENING ? 95 : 60);
        bool opened = phase == UI_OPENING && fixture_random(number, seat + 5000U, 100) < 55;
        uint8_t code = BALLOT_NONE;
        if (s->seat[seat - 1].expelled) {
            code = BALLOT_NOT_AWAITED;
        } else if (came && !fixture_is_dead(s, state, seat) && phase != UI_WAITING) {
            code = opened ? choice_of(s, number, seat) : BALLOT_SEALED;
            code = code != BALLOT_SEALED && !is_opened(code) ? BALLOT_MISMATCH : code;
        }
        fill_seat(p, number, seat, code);
    }
    return p;
}

void fixture_open(struct scene *s, enum fixture_state state)
{
    s->open = alloc(3 * sizeof(struct scene_proposal *));
    if (state == FIXTURE_IDLE || state == FIXTURE_PAST) {
        return;
    }
    s->open[s->open_count++] = make_open(s, state, UI_OPENING, NEWEST_RECORD + 1);
    s->open[s->open_count++] = make_open(s, state, UI_SEALED, NEWEST_RECORD + 2);
    s->open[s->open_count++] = make_open(s, state, UI_WAITING, NEWEST_RECORD + 3);
}
