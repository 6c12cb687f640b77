/* SPDX-License-Identifier: ISC */
/* What is waited for now, though the node said it some time ago. */
#include "ui/view/phases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void set(struct awaited *w, const char *what, uint32_t have, uint32_t need)
{
    (void)snprintf(w->what, sizeof(w->what), "%s", what);
    w->have = have;
    w->need = need;
}

/* Of the block: the first phase that lacks a quorum, and who has not voted in it. */
static void of_block(const struct scene *s, struct awaited *w)
{
    const struct scene_votes *v = &s->votes;
    bool primary = v->pre_prepares == 0, prepares = v->prepares < s->quorum;
    enum stage stage = primary    ? STAGE_PRE_PREPARE
                       : prepares ? STAGE_PREPARE
                                  : STAGE_COMMIT;
    set(w,
        primary    ? "pre-prepare"
        : prepares ? "prepares"
                   : "commits",
        primary    ? 0
        : prepares ? v->prepares
                   : v->commits,
        primary ? 1 : s->quorum);
    if (w->have >= w->need) {
        return;
    }
    for (uint16_t i = 0; i < s->seats && i < UI_SEATS_MAX; i++) {
        const struct scene_seat *seat = &s->seat[i];
        w->missing[i] = seat->stages_known && !seat->expelled &&
                        (seat->stages & (unsigned)stage) == 0 &&
                        (!primary || i + 1 == s->order.primary);
    }
    (void)snprintf(w->text, sizeof(w->text),
                   "%s of block %" PRIu64 ", %" PRIu32 " of %" PRIu32, w->what, v->height,
                   w->have, w->need);
}

/* Between blocks: the ballots of the oldest proposal. */
static void of_proposal(const struct scene_proposal *p, struct awaited *w)
{
    bool sealed = p->phase == UI_WAITING || p->phase == UI_SEALED;
    if (p->committed > p->seats || p->revealed > p->seats) {
        return;
    }
    uint32_t have = sealed ? p->committed : p->revealed, missing = 0;
    for (uint16_t i = 0; i < p->seats && i < UI_SEATS_MAX; i++) {
        w->missing[i] = p->codes[i] == (sealed ? BALLOT_NONE : BALLOT_SEALED);
        missing += w->missing[i];
    }
    set(w, sealed ? "ballots" : "reveals", have, have + missing);
    (void)snprintf(w->text, sizeof(w->text), "%s on \"%.200s\", %" PRIu32 " of %" PRIu32,
                   sealed ? "ballots" : "ballots to be opened", p->title, w->have, w->need);
}

void awaited_now(const struct scene *s, struct awaited *out)
{
    const struct scene_awaiting *a = &s->awaiting;
    *out = (struct awaited){.reachable = true};
    if (!a->old) {
        set(out, a->what, a->have, a->need);
        (void)snprintf(out->text, sizeof(out->text), "%s", a->text);
        out->reachable = a->reachable;
        memcpy(out->missing, a->missing, sizeof(out->missing));
    } else if (s->votes.known && !s->votes.idle) {
        of_block(s, out);
    } else if (s->open_count > 0) {
        of_proposal(s->open[0], out);
    }
}
