/* SPDX-License-Identifier: ISC */
/* What the seats of a decision are made of: the charter's words, whose hash is the identity
 * of the council under every signature. What a seat's agent indeed is nothing proves. */
#include "verifier/report_parts.h"

#include "verifier/report_values.h"

#include "base/alloc.h"
#include "charter/diversity.h"

#include <stdlib.h>
#include <string.h>

static struct seat_set approvers(const struct record *r)
{
    struct seat_set out = {{0}};
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        const struct seat_record *s = &r->seats[seat - 1];
        if (s->has_reveal && s->choice == CHOICE_APPROVE) {
            seat_set_add(&out, seat);
        }
    }
    return out;
}

/* Of one kind, how many groups approved, and the one with the most approvals. */
static void say_kind(const struct diversity *d, unsigned kind,
                     const struct seat_set *approved)
{
    unsigned groups = 0, most = 0;
    const char *name = "";
    for (uint16_t i = d->first[kind]; i < d->first[kind + 1]; i++) {
        const struct diversity_group *g = &d->groups[i];
        unsigned count = g->size - seat_set_count_beyond(&g->seats, approved);
        groups += count > 0;
        if (count > most) {
            most = count;
            name = g->stated ? g->name : "not stated";
        }
    }
    char *text = alloc_printf("%u %s, at most %u of one: %s", groups,
                              groups == 1 ? diversity_words(kind) : diversity_plural(kind),
                              most, name);
    describe_foreign(kind == 0 ? "approvals of" : "", COLOUR_PLAIN, text);
    free(text);
}

void say_approvals(const struct charter *c, const struct record *r)
{
    struct seat_set approved = approvers(r);
    struct diversity *d = alloc(sizeof(*d));
    if (seat_set_count(&approved) > 0) {
        diversity_find(c, d);
        for (unsigned kind = 0; kind < DIVERSITY_KINDS; kind++) {
            say_kind(d, kind, &approved);
        }
    }
    free(d);
}

void say_who(const struct charter *c)
{
    static const char *const headings[] = {"SEAT", "VENDOR", "MODEL FAMILY",
                                           "JURISDICTION"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT, ALIGN_LEFT, ALIGN_LEFT};
    struct table *t = table_new(4, headings, align);
    for (uint16_t seat = 1; seat <= c->seat_count; seat++) {
        const struct charter_seat *s = &c->seats[seat - 1];
        table_cell(t, COLOUR_PLAIN, "%u", (unsigned)seat);
        table_cell(t, COLOUR_PLAIN, "%s", s->vendor);
        table_cell(t, COLOUR_PLAIN, "%s", s->model_family);
        table_cell(t, COLOUR_PLAIN, "%s", s->jurisdiction);
    }
    (void)printf("\nWhat the seats are, as the charter states it\n");
    table_print(t);
}

void value_put_who(json_t *out, const struct charter_seat *s)
{
    (void)json_object_set_new(out, "vendor", json_string(s->vendor));
    (void)json_object_set_new(out, "model_family", json_string(s->model_family));
    (void)json_object_set_new(out, "jurisdiction", json_string(s->jurisdiction));
}
