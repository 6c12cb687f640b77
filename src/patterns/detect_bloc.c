/* SPDX-License-Identifier: ISC */
/*
 * Seats that dissent together, and whether they are more than the council can bear.
 *
 * Only the smaller side of contested decisions is looked at, so that a majority is no bloc
 * because one opposes it. Seats are alike by the overlap of their decisions there: those of
 * both, of all of either. Groups of three or more are joined by average linkage while that
 * is at least bloc_percent. A group is then judged beside the seats outside of it, which
 * alone say how hard each decision was.
 *
 * Null hypothesis: the members are against the outsiders' majority as often as they are,
 * for each side apart, the more the harder the decision, and independently of each other.
 * Statistic: the decisions in which all of them were, and those in which all but a fifth.
 * The probability of one is at most the tail of a binomial distribution of the members by
 * their mean, and that of the statistic that of one of the decisions by theirs (Hoeffding
 * 1956). Threshold: the surprise of false_alarm_ppm shared by these two and all groups of
 * that size there are (Bonferroni), since the group was chosen by what it did.
 *
 * fault-bound: a bloc and the rest of each vendor and model family, half of whose seats are
 * in it, are more than f seats. What more than f of them agree on, the rules of the council
 * do not withstand. A vendor with more than f seats is no finding as long as its seats do
 * not act as one: the charter is known, and `conclave charter check` warns of it.
 */
#include "patterns/bloc.h"
#include "patterns/detectors.h"

#include "base/alloc.h"
#include "patterns/fixed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEATS_LEAST = 3,
    DISSENTS_LEAST = 8, /* of one of a pair, or both */
    /* Decisions together that are worth a word: so many, and one in twenty. */
    TOGETHER_LEAST = 12,
    TOGETHER_ONE_IN = 20,
};

static bool is_found(const struct bloc *b)
{
    return b->surprise >= b->limit && b->together >= TOGETHER_LEAST &&
           b->together * TOGETHER_ONE_IN >= b->decisions;
}

/* --- groups --- */

/* What is in the window: who was on the smaller side of each decision, and how often each
 * seat was, and each pair. */
struct sides {
    struct clusters groups;
    uint32_t alone[SEATS_MAX];
    struct seat_set slots[]; /* by slot, empty where it was not contested; then the pairs:
                                uint32_t [(a - 1) * n + b - 1], a < b */
};

static size_t state_size(const struct pattern_rules *rules)
{
    return sizeof(struct sides) + rules->watch.window * sizeof(struct seat_set) +
           (size_t)rules->seats * rules->seats * sizeof(uint32_t);
}

static uint32_t *pairs_of(const struct patterns *p, struct sides *s)
{
    return (uint32_t *)(void *)&s->slots[p->rules.watch.window];
}

static uint16_t list_of(const struct seat_set *set, uint16_t n, uint16_t *out)
{
    uint16_t count = 0;
    for (uint16_t seat = 1; seat <= n; seat++) {
        if (seat_set_has(set, seat)) {
            out[count++] = seat;
        }
    }
    return count;
}

/* A decision enters or leaves. */
static void count_side(const struct patterns *p, struct sides *s,
                       const struct seat_set *set, bool enters)
{
    const uint16_t n = p->rules.seats;
    uint16_t seats[SEATS_MAX], count = list_of(set, n, seats);
    uint32_t *pairs = pairs_of(p, s);
    uint32_t one = enters ? 1 : UINT32_MAX; /* which is -1 */
    for (uint16_t i = 0; i < count; i++) {
        s->alone[seats[i] - 1] += one;
        for (uint16_t k = (uint16_t)(i + 1); k < count; k++) {
            pairs[(seats[i] - 1U) * n + seats[k] - 1U] += one;
        }
    }
}

static struct seat_set side_of(const struct window *w, uint32_t slot)
{
    struct seat_set set = {{0}};
    for (uint16_t seat = 1; seat <= w->seats; seat++) {
        if (window_bit(w, seat, PLANE_MINORITY, slot)) {
            seat_set_add(&set, seat);
        }
    }
    return set;
}

/* The overlap of each pair in thousandths. */
static void find_groups(const struct patterns *p, struct sides *s)
{
    const uint16_t n = p->rules.seats;
    const uint32_t *pairs = pairs_of(p, s);
    int32_t *likeness = alloc_zero((size_t)n * n, sizeof(*likeness));
    for (uint16_t a = 0; a < n; a++) {
        for (uint16_t b = (uint16_t)(a + 1); b < n; b++) {
            uint32_t both = pairs[(size_t)a * n + b];
            uint32_t either = s->alone[a] + s->alone[b] - both;
            int32_t overlap =
                either >= DISSENTS_LEAST ? (int32_t)(1000 * both / either) : 0;
            likeness[(size_t)a * n + b] = overlap;
            likeness[(size_t)b * n + a] = overlap;
        }
    }
    clusters_find(likeness, n, (int32_t)p->rules.watch.bloc_percent * 10, &s->groups);
    free(likeness);
}

/* Groups are the same as long as nobody was on a smaller side. */
static void follow(const struct patterns *p, struct sides *s, uint32_t slot)
{
    struct seat_set old = s->slots[slot], new = side_of(&p->window, slot);
    s->slots[slot] = new;
    count_side(p, s, &old, false);
    count_side(p, s, &new, true);
    if (seat_set_count(&old) + seat_set_count(&new) > 0) {
        find_groups(p, s);
    }
}

/* The group's members; at least three, and fewer than half of all. */
static bool read_group(const struct clusters *c, uint16_t group, uint16_t n,
                       struct bloc *out)
{
    *out = (struct bloc){.size = 0};
    for (uint16_t seat = 1; seat <= n; seat++) {
        if (c->of[seat - 1] == group) {
            seat_set_add(&out->seats, seat);
            out->size++;
        }
    }
    return out->size >= SEATS_LEAST && 2 * out->size < n;
}

/* --- findings --- */

static unsigned in_common(const struct seat_set *a, const struct seat_set *b)
{
    return seat_set_count(a) - seat_set_count_beyond(a, b);
}

/* The open finding that this group is: the one with half of its seats, else 0. */
static uint16_t known_as(const struct patterns *p, const struct bloc *b)
{
    for (uint16_t seat = 1; seat <= p->rules.seats; seat++) {
        const struct finding *f = book_find(p->book, FLAG_BLOC, seat);
        if (f != NULL && seat_set_has(&b->seats, seat) &&
            2 * in_common(&f->last.seats, &b->seats) >= b->size) {
            return seat;
        }
    }
    return 0;
}

/* "seats 1, 4, 9"; as many as there is room for. */
static void put_seats(char *text, size_t room, const struct seat_set *s)
{
    size_t used = strlen(text);
    const char *before = " ";
    for (uint16_t seat = 1; seat <= SEATS_MAX && used + 12 < room; seat++) {
        if (seat_set_has(s, seat)) {
            int length = snprintf(text + used, room - used, "%s%u", before, seat);
            used += (size_t)length;
            before = ", ";
        }
    }
    if (used + 12 >= room) {
        (void)snprintf(text + used, room - used, ", ...");
    }
}

static void raise_bloc(struct patterns *p, const struct bloc *b, uint16_t seat,
                       const struct decided *d)
{
    struct sight s = {.kind = FLAG_BLOC,
                      .seat = seat,
                      .statistic = b->surprise,
                      .threshold = b->limit,
                      .observed = b->together,
                      .of = b->decisions,
                      .expected_milli = b->expected_milli,
                      .class_index = FINDING_NO_CLASS,
                      .seats = b->seats,
                      .proposal = &d->proposal};
    (void)snprintf(s.text, sizeof(s.text),
                   "%u seats, at least %u of them together against the others in %u of %u "
                   "decisions, by chance %u:",
                   b->size, b->enough, b->together, b->decisions,
                   (unsigned)((b->expected_milli + 500) / 1000));
    put_seats(s.text, sizeof(s.text), &b->seats);
    book_raise(p->book, &s);
}

static void raise_bound(struct patterns *p, const struct bloc *b,
                        const struct seat_set *all, const struct decided *d)
{
    unsigned count = seat_set_count(all);
    struct sight s = {.kind = FLAG_FAULT_BOUND,
                      .statistic = count,
                      .threshold = p->rules.faulty + 1U,
                      .observed = b->size,
                      .of = count,
                      .class_index = FINDING_NO_CLASS,
                      .seats = *all,
                      .proposal = &d->proposal};
    (void)snprintf(
        s.text, sizeof(s.text),
        "%u seats that dissent together%s are %u, of which %u may fail:", b->size,
        count > b->size ? " and the rest of their vendors and families" : "", count,
        p->rules.faulty);
    put_seats(s.text, sizeof(s.text), all);
    book_raise(p->book, &s);
}

struct seen {
    bool known[SEATS_MAX]; /* findings that a group accounts for, of seat - 1 */
    bool is_bound;
};

static void look_at_group(struct patterns *p, struct bloc *b, const struct decided *d,
                          struct seen *seen)
{
    bloc_judge(p, b);
    uint16_t known = known_as(p, b);
    if (known != 0 && b->surprise >= b->limit / 2) {
        seen->known[known - 1] = true;
    }
    if (!is_found(b)) {
        return;
    }
    struct seat_set all;
    bloc_extend(&p->rules, b, &all);
    bool is_bound = seat_set_count(&all) > p->rules.faulty;
    uint16_t seat = known != 0 ? known : b->lowest;
    seen->known[seat - 1] = true;
    if (known == 0 || b->met_last) {
        raise_bloc(p, b, seat, d);
    }
    if (is_bound && !seen->is_bound &&
        (b->met_last || book_find(p->book, FLAG_FAULT_BOUND, 0) == NULL)) {
        raise_bound(p, b, &all, d);
    }
    seen->is_bound |= is_bound;
}

static void decided(struct patterns *p, void *state, const struct decided *d,
                    const struct record *r)
{
    struct sides *s = state;
    struct seen seen = {.is_bound = false};
    struct bloc b;
    (void)r;
    follow(p, s, window_slot(&p->window, d->number));
    for (uint16_t group = 1; group <= s->groups.count; group++) {
        if (read_group(&s->groups, group, p->rules.seats, &b)) {
            look_at_group(p, &b, d, &seen);
        }
    }
    for (uint16_t seat = 1; seat <= p->rules.seats; seat++) {
        if (!seen.known[seat - 1]) {
            book_calm(p->book, FLAG_BLOC, seat, p->rules.watch.recent);
        }
    }
    if (!seen.is_bound) {
        book_calm(p->book, FLAG_FAULT_BOUND, 0, p->rules.watch.recent);
    }
}

const struct detector detect_bloc = {.state_size = state_size, .decided = decided};
