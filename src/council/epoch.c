/* SPDX-License-Identifier: ISC */
/* Who is excluded: conclave-protocol(7) section 9. */
#include "council/state.h"

#include <assert.h>
#include <string.h>

/* Section 9: expelled and suspended are never more than f together. Where convictions of
 * this block would make them more, the suspended seats that were chosen last come back;
 * like the end of an epoch that shows from the next block. */
static void make_room(struct council *c)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->suspended_count; i++) {
        if (!council_is_expelled(c, c->suspended[i])) {
            c->suspended[kept++] = c->suspended[i];
        }
    }
    while (kept > 0 && c->expelled_count + kept > c->faulty) {
        kept--;
    }
    c->suspended_count = kept;
}

/* Section 9: expelled, convicted. It holds for this block's steps, which come after the
 * operations (section 8 point 1); for the seat's own operations from the next block. */
void epoch_convict(struct council *c, uint16_t seat, enum evidence_kind kind)
{
    assert(c->convicted_at[seat - 1] == 0);
    c->convicted_at[seat - 1] = c->height;
    c->expelled_count++;
    for (size_t i = 0; i < c->live_count; i++) {
        proposal_expel(c->live[i], seat);
    }
    council_emit(c, COUNCIL_CONVICTED, seat, NULL)->evidence = kind;
}

void epoch_count(struct council *c, const struct record *r)
{
    c->epoch_finals++;
    for (unsigned i = 0; i < r->seat_count; i++) {
        c->absences[i].withheld += r->seats[i].status == STATUS_WITHHELD;
        c->absences[i].missed += r->seats[i].status == STATUS_MISSED;
    }
}

/* Section 9: most withheld first, then most missed, then lowest number. */
static bool goes_before(const struct council *c, uint16_t a, uint16_t b)
{
    const struct absences *x = &c->absences[a - 1], *y = &c->absences[b - 1];
    if (x->withheld != y->withheld) {
        return x->withheld > y->withheld;
    }
    if (x->missed != y->missed) {
        return x->missed > y->missed;
    }
    return a < b;
}

/* Section 9: the limit is on the sum; never more than f together with the expelled. */
static void choose_suspended(struct council *c)
{
    uint32_t room = c->expelled_count < c->faulty ? c->faulty - c->expelled_count : 0;
    c->suspended_count = 0;
    for (uint16_t seat = 1; seat <= c->rules.seats; seat++) {
        const struct absences *a = &c->absences[seat - 1];
        if (council_is_expelled(c, seat) ||
            a->withheld + a->missed <= c->rules.epoch_absences) {
            continue;
        }
        uint32_t at = c->suspended_count++;
        while (at > 0 && goes_before(c, seat, c->suspended[at - 1])) {
            c->suspended[at] = c->suspended[at - 1];
            at--;
        }
        c->suspended[at] = seat;
    }
    if (c->suspended_count > room) {
        c->suspended_count = room;
    }
}

/* Section 9: an epoch is a number of final decisions and ends with the block that
 * completes it; records beyond the number in that block belong to it too. */
bool epoch_close(struct council *c)
{
    if (c->epoch_finals < c->rules.epoch_decisions) {
        make_room(c);
        return false;
    }
    choose_suspended(c);
    c->epoch++;
    c->epoch_finals = 0;
    memset(c->absences, 0, sizeof c->absences);
    council_emit(c, COUNCIL_EPOCH, 0, NULL)->number = c->epoch;
    return true;
}
