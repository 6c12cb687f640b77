/* SPDX-License-Identifier: ISC */
#include "naive.h"

#include <string.h>

bool naive_convicted(const struct schedule *s, uint16_t seat, unsigned height)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->ops[i].kind == RAW_EVIDENCE && s->ops[i].seat == seat &&
            s->ops[i].block <= height) {
            return true;
        }
    }
    return false;
}

/* The operation's author was not convicted before its block. */
static bool speaks(const struct schedule *s, const struct raw *op)
{
    return !naive_convicted(s, op->seat, op->block - 1);
}

/* The PROPOSE that opened it, as an index into the list; count where there is none. */
static size_t opening(const struct naive *n, unsigned proposal)
{
    const struct schedule *s = n->s;
    for (size_t i = 0; i < s->count; i++) {
        if (s->ops[i].kind == RAW_PROPOSE && s->ops[i].proposal == proposal &&
            s->ops[i].block == n->p[proposal].opened && speaks(s, &s->ops[i])) {
            return i;
        }
    }
    return s->count;
}

/* The seat's BALLOT that counts: the first one after the PROPOSE and in SEALED. */
static const struct raw *ballot_of(const struct naive *n, unsigned proposal, uint16_t seat,
                                   unsigned height)
{
    const struct schedule *s = n->s;
    const struct naive_proposal *p = &n->p[proposal];
    for (size_t i = opening(n, proposal); i < s->count; i++) {
        const struct raw *op = &s->ops[i];
        if (op->kind == RAW_BALLOT && op->proposal == proposal && op->seat == seat &&
            op->block <= height && (p->sealed == 0 || op->block <= p->sealed) &&
            speaks(s, op)) {
            return op;
        }
    }
    return NULL;
}

static bool is_late(const struct naive *n, unsigned proposal, uint16_t seat,
                    unsigned height)
{
    const struct schedule *s = n->s;
    for (size_t i = 0; i < s->count; i++) {
        const struct raw *op = &s->ops[i];
        if (op->kind == RAW_BALLOT && op->proposal == proposal && op->seat == seat &&
            op->block > n->p[proposal].sealed && op->block <= height && speaks(s, op)) {
            return true;
        }
    }
    return false;
}

/* The REVEAL that opened the seat's ballot, after SEALED. */
static const struct raw *reveal_of(const struct naive *n, unsigned proposal, uint16_t seat,
                                   unsigned height)
{
    const struct schedule *s = n->s;
    const struct naive_proposal *p = &n->p[proposal];
    const struct raw *ballot = ballot_of(n, proposal, seat, height);
    for (size_t i = 0; ballot != NULL && p->sealed != 0 && i < s->count; i++) {
        const struct raw *op = &s->ops[i];
        if (op->kind == RAW_REVEAL && op->proposal == proposal && op->seat == seat &&
            op->block > p->sealed && op->block <= height && op->choice == ballot->choice &&
            op->variant == ballot->variant && speaks(s, op)) {
            return op;
        }
    }
    return NULL;
}

static uint32_t unexpelled(const struct schedule *s, unsigned height)
{
    uint32_t count = 0;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        count += !naive_convicted(s, seat, height);
    }
    return count;
}

static uint32_t committed(const struct naive *n, unsigned proposal, unsigned height)
{
    uint32_t count = 0;
    for (uint16_t seat = 1; seat <= n->s->seats; seat++) {
        count += !naive_convicted(n->s, seat, height) &&
                 ballot_of(n, proposal, seat, height) != NULL;
    }
    return count;
}

static bool is_active(const struct naive *n, unsigned proposal, uint16_t seat,
                      unsigned height)
{
    return !n->p[proposal].suspended_at_open[seat] && !naive_convicted(n->s, seat, height);
}

static bool all_active_committed(const struct naive *n, unsigned proposal, unsigned height)
{
    for (uint16_t seat = 1; seat <= n->s->seats; seat++) {
        if (is_active(n, proposal, seat, height) &&
            ballot_of(n, proposal, seat, height) == NULL) {
            return false;
        }
    }
    return true;
}

static uint32_t open_choices(const struct naive *n, unsigned proposal, enum choice choice,
                             unsigned height)
{
    uint32_t count = 0;
    for (uint16_t seat = 1; seat <= n->s->seats; seat++) {
        const struct raw *reveal = reveal_of(n, proposal, seat, height);
        count += reveal != NULL && reveal->choice == choice;
    }
    return count;
}

/* Unexpelled seats with a ballot that they have not opened. */
static uint32_t still_closed(const struct naive *n, unsigned proposal, unsigned height)
{
    uint32_t count = 0;
    for (uint16_t seat = 1; seat <= n->s->seats; seat++) {
        count += !naive_convicted(n->s, seat, height) &&
                 ballot_of(n, proposal, seat, height) != NULL &&
                 reveal_of(n, proposal, seat, height) == NULL;
    }
    return count;
}

/* Returns whether the outcome was fixed in this block. */
static bool decide(struct naive *n, unsigned proposal, unsigned height)
{
    const struct schedule *s = n->s;
    struct naive_proposal *p = &n->p[proposal];
    uint32_t approvals = open_choices(n, proposal, CHOICE_APPROVE, height);
    bool lapsed =
        p->sealed != 0 && s->time_ms[height] >= s->time_ms[p->sealed] + s->reveal_ms;
    uint32_t possible = approvals + (p->sealed == 0 ? unexpelled(s, height)
                                                    : still_closed(n, proposal, height));
    if (approvals >= s->threshold) {
        p->outcome = OUTCOME_APPROVED;
        p->reason = REASON_NONE;
    } else if (possible < s->threshold || lapsed) {
        p->outcome = OUTCOME_REJECTED;
        if (p->sealed != 0 && committed(n, proposal, p->sealed) < s->threshold) {
            p->reason = REASON_TOO_FEW_BALLOTS;
        } else {
            p->reason = lapsed ? REASON_DEADLINE : REASON_THRESHOLD_UNREACHABLE;
        }
    } else {
        return false;
    }
    p->decided = height;
    return true;
}

static bool sealed_ends(struct naive *n, unsigned proposal, unsigned height)
{
    const struct schedule *s = n->s;
    struct naive_proposal *p = &n->p[proposal];
    uint64_t now = s->time_ms[height];
    return committed(n, proposal, height) == unexpelled(s, height) ||
           now >= s->time_ms[p->opened] + s->commit_ms ||
           (p->grace != 0 && now >= s->time_ms[p->grace] + s->grace_ms);
}

static void finish(struct naive *n, unsigned proposal, unsigned height)
{
    struct naive_proposal *p = &n->p[proposal];
    p->final = height;
    p->approve = open_choices(n, proposal, CHOICE_APPROVE, height);
    p->reject = open_choices(n, proposal, CHOICE_REJECT, height);
    p->abstain = open_choices(n, proposal, CHOICE_ABSTAIN, height);
    n->final_order[n->finals++] = proposal;
    for (uint16_t seat = 1; seat <= n->s->seats; seat++) {
        const struct raw *ballot = ballot_of(n, proposal, seat, height);
        const struct raw *reveal = reveal_of(n, proposal, seat, height);
        struct naive_seat *out = &p->seats[seat];
        out->active = is_active(n, proposal, seat, height);
        out->ballot_height = ballot != NULL ? ballot->block : 0;
        out->reveal_height = reveal != NULL ? reveal->block : 0;
        out->choice = reveal != NULL ? reveal->choice : CHOICE_REJECT;
        if (reveal != NULL) {
            out->status = STATUS_REVEALED;
        } else if (naive_convicted(n->s, seat, height)) {
            out->status = STATUS_EXPELLED;
        } else if (ballot != NULL) {
            out->status = STATUS_WITHHELD;
        } else if (is_late(n, proposal, seat, height)) {
            out->status = STATUS_LATE;
        } else {
            out->status = out->active ? STATUS_MISSED : STATUS_NOT_AWAITED;
        }
    }
}

static void step(struct naive *n, unsigned proposal, unsigned height)
{
    struct naive_proposal *p = &n->p[proposal];
    if (p->final != 0) {
        return;
    }
    if (p->sealed == 0 && p->grace == 0 &&
        (committed(n, proposal, height) >= n->s->seats - n->s->faulty ||
         all_active_committed(n, proposal, height))) {
        p->grace = height;
    }
    if (p->decided == 0 && decide(n, proposal, height)) {
        return;
    }
    if (p->sealed == 0) {
        if (sealed_ends(n, proposal, height)) {
            p->sealed = height;
        }
    } else if (still_closed(n, proposal, height) == 0 ||
               n->s->time_ms[height] >= n->s->time_ms[p->sealed] + n->s->reveal_ms) {
        finish(n, proposal, height);
    }
}

/* PROPOSEs of the block: one that its author may make and that is new opens. */
static void open_proposals(struct naive *n, unsigned height)
{
    const struct schedule *s = n->s;
    for (size_t i = 0; i < s->count; i++) {
        const struct raw *op = &s->ops[i];
        if (op->kind != RAW_PROPOSE || op->block != height || !speaks(s, op) ||
            n->p[op->proposal].opened != 0) {
            continue;
        }
        unsigned undecided = 0;
        for (unsigned other = 0; other < s->proposals; other++) {
            size_t by = n->p[other].opened != 0 ? opening(n, other) : s->count;
            undecided +=
                by < s->count && n->p[other].final == 0 && s->ops[by].seat == op->seat;
        }
        if (undecided < s->open_proposals) {
            n->p[op->proposal].opened = height;
            n->open_order[n->opens++] = op->proposal;
            memcpy(n->p[op->proposal].suspended_at_open, n->suspended, sizeof n->suspended);
        }
    }
}

/* Absences of the seat in the records first..finals-1 of the order. */
static unsigned absences(const struct naive *n, unsigned first, uint16_t seat,
                         enum seat_status kind)
{
    unsigned count = 0;
    for (unsigned i = first; i < n->finals; i++) {
        count += n->p[n->final_order[i]].seats[seat].status == kind;
    }
    return count;
}

/* Picks the worst seat again and again while there is room. */
static void suspend(struct naive *n, unsigned first, unsigned height)
{
    const struct schedule *s = n->s;
    unsigned excluded = s->seats - unexpelled(s, height);
    memset(n->suspended, 0, sizeof n->suspended);
    for (; excluded < s->faulty; excluded++) {
        uint16_t worst = 0;
        unsigned worst_withheld = 0, worst_missed = 0;
        for (uint16_t seat = 1; seat <= s->seats; seat++) {
            unsigned withheld = absences(n, first, seat, STATUS_WITHHELD);
            unsigned missed = absences(n, first, seat, STATUS_MISSED);
            if (n->suspended[seat] || naive_convicted(s, seat, height) ||
                withheld + missed <= s->epoch_absences) {
                continue;
            }
            if (worst == 0 || withheld > worst_withheld ||
                (withheld == worst_withheld && missed > worst_missed)) {
                worst = seat;
                worst_withheld = withheld;
                worst_missed = missed;
            }
        }
        if (worst == 0) {
            return;
        }
        n->suspended[worst] = true;
    }
}

/* Convictions leave fewer places for the suspended than when they were chosen: choose
 * again from the same epoch's records, with the places and seats of now. */
static void resuspend(struct naive *n, unsigned first, unsigned until, unsigned height)
{
    bool before[SEATS_MAX + 1];
    unsigned finals = n->finals;
    memcpy(before, n->suspended, sizeof before);
    n->finals = until;
    suspend(n, first, height);
    n->finals = finals;
    /* A seat that sat out is never joined by one that did not. */
    for (unsigned seat = 0; seat <= SEATS_MAX; seat++) {
        n->suspended[seat] = n->suspended[seat] && before[seat];
    }
}

void naive_recount(struct naive *n, const struct schedule *s)
{
    unsigned last_first = 0, first = 0; /* of the last and of this epoch, in the order */
    memset(n, 0, sizeof *n);
    n->s = s;
    for (unsigned height = 1; height <= s->blocks; height++) {
        open_proposals(n, height);
        for (unsigned i = 0; i < n->opens; i++) {
            step(n, n->open_order[i], height);
        }
        if (n->finals - first >= s->epoch_decisions) {
            suspend(n, first, height);
            n->epoch++;
            last_first = first;
            first = n->finals;
        } else if (n->epoch > 0) {
            resuspend(n, last_first, first, height);
        }
    }
}
