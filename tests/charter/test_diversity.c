/* SPDX-License-Identifier: ISC */
/* Who may fail together, beside a second implementation that looks at every set of groups:
 * by names and seats one by one, without sets of bits, gains or bounds. */
#include "charter/diversity.h"

#include "base/quorum.h"
#include "random.h"
#include "tap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { COUNCILS = 400, LARGE = 20, NAMES = 5 };

/* A charter of so many seats with nothing but what is looked at. */
struct made {
    struct charter charter;
    struct charter_seat seats[SEATS_MAX];
    struct charter_class classes[2];
};

static void make(struct made *m, unsigned n)
{
    memset(m, 0, sizeof(*m));
    m->charter.seat_count = (uint16_t)n;
    m->charter.seats = m->seats;
    m->charter.classes = m->classes;
    m->charter.class_count = 2;
    m->classes[0] = (struct charter_class){.name = (char *)"usual",
                                           .threshold = quorum_default_threshold(n)};
    m->classes[1] =
        (struct charter_class){.name = (char *)"light", .threshold = quorum_weak(n)};
    for (unsigned i = 0; i < n; i++) {
        m->seats[i].vendor = m->seats[i].model_family = m->seats[i].jurisdiction =
            (char *)"one";
    }
}

static char **field(struct charter_seat *s, unsigned kind)
{
    return kind == DIVERSITY_VENDOR   ? &s->vendor
           : kind == DIVERSITY_FAMILY ? &s->model_family
                                      : &s->jurisdiction;
}

/* --- the second implementation --- */

static void lower(char *out, const char *name)
{
    bool none = strcmp(name, "UNKNOWN") == 0 || strcmp(name, "unspecified") == 0;
    size_t i = 0;
    for (; !none && name[i] != '\0'; i++) {
        out[i] = (char)tolower((unsigned char)name[i]);
    }
    out[i] = '\0';
}

/* Of which kinds a group may be in a set. */
static bool may(unsigned asked, unsigned kind)
{
    return asked == DIVERSITY_KINDS || asked == kind;
}

/* The names of all groups, "kind name"; how many. */
static size_t list(struct made *m, unsigned asked, char out[][80])
{
    size_t count = 0;
    for (unsigned kind = 0; kind < DIVERSITY_KINDS; kind++) {
        for (unsigned i = 0; may(asked, kind) && i < m->charter.seat_count; i++) {
            char name[64], whole[80];
            bool there = false;
            lower(name, *field(&m->seats[i], kind));
            snprintf(whole, sizeof(whole), "%u %s", kind, name);
            for (size_t k = 0; k < count; k++) {
                there = there || strcmp(out[k], whole) == 0;
            }
            if (!there) {
                strcpy(out[count++], whole);
            }
        }
    }
    return count;
}

static unsigned covered(struct made *m, char groups[][80], size_t count, uint32_t chosen)
{
    unsigned seats = 0;
    for (unsigned i = 0; i < m->charter.seat_count; i++) {
        bool in = false;
        for (unsigned kind = 0; kind < DIVERSITY_KINDS; kind++) {
            char name[64], whole[80];
            lower(name, *field(&m->seats[i], kind));
            snprintf(whole, sizeof(whole), "%u %s", kind, name);
            for (size_t k = 0; k < count; k++) {
                in = in || ((chosen >> k & 1) != 0 && strcmp(groups[k], whole) == 0);
            }
        }
        seats += in;
    }
    return seats;
}

/* The size of the smallest set by its seats: fewest[seats] groups have at least so many. */
static void brute_force(struct made *m, unsigned asked, unsigned fewest[SEATS_MAX + 1])
{
    static char groups[DIVERSITY_KINDS * NAMES + DIVERSITY_KINDS][80];
    size_t count = list(m, asked, groups);
    unsigned n = m->charter.seat_count;
    for (unsigned i = 0; i <= n; i++) {
        fewest[i] = UINT16_MAX;
    }
    for (uint32_t chosen = 0; chosen < UINT32_C(1) << count; chosen++) {
        unsigned size = 0, seats = covered(m, groups, count, chosen);
        for (size_t k = 0; k < count; k++) {
            size += chosen >> k & 1;
        }
        for (unsigned i = 0; i <= seats; i++) {
            fewest[i] = size < fewest[i] ? size : fewest[i];
        }
    }
}

/* --- against it --- */

static unsigned union_of(const struct diversity *d, const struct diversity_set *set)
{
    bool in[SEATS_MAX + 1] = {false};
    unsigned seats = 0;
    for (unsigned i = 0; i < set->count; i++) {
        for (uint16_t seat = 1; seat <= d->seats; seat++) {
            in[seat] = in[seat] || seat_set_has(&d->groups[set->groups[i]].seats, seat);
        }
    }
    for (uint16_t seat = 1; seat <= d->seats; seat++) {
        seats += in[seat];
    }
    return seats;
}

static bool is_of_kind(const struct diversity *d, const struct diversity_set *set,
                       unsigned kind)
{
    bool good = true;
    for (unsigned i = 0; i < set->count; i++) {
        good = good && may(kind, d->groups[set->groups[i]].kind);
    }
    return good;
}

static void draw(struct made *m, struct rng *r, unsigned n)
{
    static const char *const names[NAMES + 2] = {
        "a", "B", "b", "longer name", "UNKNOWN", "unspecified", "c"};
    make(m, n);
    for (unsigned kind = 0; kind < DIVERSITY_KINDS; kind++) {
        unsigned most = 1 + (unsigned)rng_below(r, NAMES + 2);
        for (unsigned i = 0; i < n; i++) {
            *field(&m->seats[i], kind) = (char *)names[rng_below(r, most)];
        }
    }
}

static void test_against(struct rng *r)
{
    static struct made m;
    static struct diversity d;
    bool same = true, whole = true, exact = true, kinds = true, counted = true;
    for (unsigned i = 0; i < COUNCILS && same && whole && exact && kinds; i++) {
        unsigned fewest[SEATS_MAX + 1], n = 4 + (unsigned)rng_below(r, 7);
        draw(&m, r, n);
        diversity_find(&m.charter, &d);
        for (unsigned kind = 0; kind <= DIVERSITY_KINDS; kind++) {
            char groups[DIVERSITY_KINDS * NAMES + DIVERSITY_KINDS][80];
            size_t there = kind < DIVERSITY_KINDS
                               ? (size_t)d.first[kind + 1] - d.first[kind]
                               : d.first[DIVERSITY_KINDS];
            counted = counted && there == list(&m, kind, groups);
            brute_force(&m, kind, fewest);
            for (unsigned need = 1; need <= n; need++) {
                struct diversity_set set;
                diversity_smallest(&d, kind, need, &set);
                same = same && set.count == fewest[need];
                whole = whole && set.seats >= need && set.seats == union_of(&d, &set);
                exact = exact && set.exact && set.at_least == set.count;
                kinds = kinds && is_of_kind(&d, &set, kind);
            }
        }
    }
    ok(counted, "the groups are as many as there are names, capitals aside");
    ok(same, "the sets are as small as the smallest of all sets");
    ok(whole, "they have the seats that they should, and say how many");
    ok(exact, "in small councils the search is never given up");
    ok(kinds, "and are of the kind that was asked for");
}

/* Too large to search: what is said must hold all the same, and be the same again. */
static void test_large(struct rng *r)
{
    static struct made m;
    static struct diversity d;
    static char names[SEATS_MAX][8];
    bool whole = true, honest = true, again = true, few = true;
    unsigned given_up = 0;
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "n%u", i);
    }
    for (unsigned i = 0; i < LARGE; i++) {
        make(&m, SEATS_MAX);
        for (unsigned kind = 0; kind < DIVERSITY_KINDS; kind++) {
            for (unsigned k = 0; k < SEATS_MAX; k++) {
                *field(&m.seats[k], kind) = names[rng_below(r, 20 + 4 * i)];
            }
        }
        diversity_find(&m.charter, &d);
        struct diversity_set first, second;
        unsigned need = i % 2 == 0 ? 86 : 128;
        diversity_smallest(&d, DIVERSITY_KINDS, need, &first);
        diversity_smallest(&d, DIVERSITY_KINDS, need, &second);
        whole = whole && first.seats >= need && first.seats == union_of(&d, &first);
        for (unsigned kind = 0; kind < DIVERSITY_KINDS; kind++) {
            diversity_smallest(&d, kind, need, &second);
            few = few && first.count <= second.count;
        }
        diversity_smallest(&d, DIVERSITY_KINDS, need, &second);
        honest = honest && first.at_least <= first.count &&
                 first.exact == (first.at_least == first.count);
        again = again && memcmp(&first, &second, sizeof(first)) == 0;
        given_up += !first.exact;
    }
    ok(whole, "of 128 seats, too, the sets have the seats that they should");
    ok(honest, "and say whether there may be smaller ones");
    ok(few, "with no more groups than of one kind alone");
    ok(again, "twice the same");
    ok(given_up > 0, "some searches were given up: %u of %u", given_up, (unsigned)LARGE);
}

/* Greedy takes the five that a vendor has, and then needs two more groups; of any one kind
 * there must be four. Only the search finds a family and a jurisdiction. */
static void test_search(void)
{
    static struct made m;
    static struct diversity d;
    static char names[10][4];
    struct diversity_set set;
    make(&m, 10);
    for (unsigned i = 0; i < 10; i++) {
        bool family = i < 3 || i == 5, place = i == 3 || i == 4 || i == 6 || i == 7;
        snprintf(names[i], sizeof(names[i]), "n%u", i);
        m.seats[i].vendor = i < 5 ? (char *)"vendor" : names[i];
        m.seats[i].model_family = family ? (char *)"family" : names[i];
        m.seats[i].jurisdiction = place ? (char *)"place" : names[i];
    }
    diversity_find(&m.charter, &d);
    diversity_smallest(&d, DIVERSITY_KINDS, 8, &set);
    ok(set.count == 2 && set.seats == 8 && set.exact,
       "two groups where greed takes three: %u", set.count);
    ok(strcmp(d.groups[set.groups[0]].name, "family") == 0 &&
           strcmp(d.groups[set.groups[1]].name, "place") == 0,
       "they are named");
    diversity_smallest(&d, DIVERSITY_KINDS, 9, &set);
    ok(set.count == 3 && set.seats >= 9 && set.exact, "for one seat more there are three");
}

static void test_unstated(void)
{
    static struct made m;
    static struct diversity d;
    make(&m, 10);
    m.seats[0].vendor = (char *)"unspecified";
    m.seats[3].vendor = (char *)"Unknown";
    m.seats[5].vendor = (char *)"";
    m.seats[7].vendor = (char *)"UNSPECIFIED";
    m.seats[8].vendor = (char *)"ONE";
    diversity_find(&m.charter, &d);
    is(d.first[1], 2, "what is not said is one group beside the others");
    ok(d.groups[0].size == 6 && d.groups[0].stated && strcmp(d.groups[0].name, "one") == 0,
       "the largest comes first, as its first seat spells it");
    ok(d.groups[1].size == 4 && !d.groups[1].stated && seat_set_has(&d.groups[1].seats, 6),
       "unspecified, unknown and nothing are taken for one");
    ok(diversity_exceeds(&d, &d.groups[1]), "and may exceed f");
    is(d.first[2] - d.first[1], 1, "the others are of one family");
}

static void is_text(const json_t *value, const char *expected, const char *name)
{
    char *got = json_dumps(value, JSON_COMPACT);
    if (!ok(strcmp(got, expected) == 0, "%s", name)) {
        printf("#   got %s\n", got);
    }
    free(got);
}

static void test_json(void)
{
    static struct made m;
    make(&m, 4);
    m.seats[2].jurisdiction = m.seats[3].jurisdiction = (char *)"unspecified";
    m.seats[1].vendor = (char *)"two";
    json_t *got = diversity_json(&m.charter);
    is_text(
        json_object_get(got, "groups"),
        "[{\"kind\":\"vendor\",\"name\":\"one\",\"exceeds_f\":true,\"seats\":[1,3,4]},"
        "{\"kind\":\"vendor\",\"name\":\"two\",\"exceeds_f\":false,\"seats\":[2]},"
        "{\"kind\":\"model_family\",\"name\":\"one\",\"exceeds_f\":true,\"seats\":[1,2,"
        "3,4]},"
        "{\"kind\":\"jurisdiction\",\"name\":\"one\",\"exceeds_f\":true,\"seats\":[1,2]}"
        ",{\"kind\":\"jurisdiction\",\"name\":null,\"exceeds_f\":true,\"seats\":[3,4]}]",
        "groups as JSON");
    json_t *sets = json_object_get(got, "smallest");
    is(json_array_size(sets), 12, "for each kind and all: w and two thresholds");
    is_text(json_array_get(sets, 2),
            "{\"kind\":\"vendor\",\"reaches\":\"T\",\"need\":3,\"groups\":[{\"kind\":"
            "\"vendor\",\"name\":\"one\"}],\"seats\":3,\"exact\":true,\"at_least\":1}",
            "a set as JSON");
    json_decref(got);
}

int main(void)
{
    struct rng r = rng_begin(9);
    test_against(&r);
    test_large(&r);
    test_search();
    test_unstated();
    test_json();
    return tap_done();
}
