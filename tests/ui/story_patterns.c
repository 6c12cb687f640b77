/* SPDX-License-Identifier: ISC */
#include "story_patterns.h"

#include <math.h>
#include <string.h>

enum { WINDOW = 100, RECENT = 20, LEAST_KAPPA = 600 };

static bool is_vote(char code)
{
    return code == 'Y' || code == 'N';
}

static unsigned held(const struct told_votes *v, unsigned size)
{
    return v->decisions < size ? v->decisions : size;
}

static json_t *tally(const struct told_votes *v, unsigned seat, unsigned size)
{
    unsigned votes = 0, with = 0, sure = 0, approve = 0, count = held(v, size);
    double brier = 0;
    for (unsigned record = v->decisions - count; record < v->decisions; record++) {
        char code = v->code(v->context, record, seat);
        bool same = (code == 'Y') == v->approved(v->context, record);
        unsigned confidence = v->confidence(v->context, record, seat);
        if (is_vote(code)) {
            votes++;
            with += same;
            approve += code == 'Y';
            sure += confidence;
            brier += pow(same ? 100 - (double)confidence : (double)confidence, 2);
        }
    }
    if (votes == 0) {
        return json_pack("{s:i, s:i, s:i, s:n, s:n, s:n, s:n}", "awaited", count,
                         "with_outcome", 0, "against_outcome", 0, "agreement_permille",
                         "approval_permille", "confidence_permille", "brier");
    }
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "awaited", count,
                     "with_outcome", with, "against_outcome", votes - with,
                     "participation_permille", votes * 1000 / count, "agreement_permille",
                     with * 1000 / votes, "approval_permille", approve * 1000 / votes,
                     "confidence_permille", sure * 10 / votes, "brier",
                     (int)(brier / votes));
}

static json_t *seats_part(const struct told_votes *v)
{
    json_t *rows = json_array();
    for (unsigned seat = 1; seat <= v->seats; seat++) {
        (void)json_array_append_new(rows, json_pack("{s:i, s:o, s:o, s:o}", "seat", seat,
                                                    "all", tally(v, seat, v->decisions),
                                                    "window", tally(v, seat, WINDOW),
                                                    "recent", tally(v, seat, RECENT)));
    }
    return rows;
}

/* Kappa in thousandths; false: there is none. */
static bool kappa(const struct told_votes *v, unsigned a, unsigned b, unsigned size,
                  int *votes, int *agreed, int measure[3])
{
    double n[2][2] = {{0, 0}, {0, 0}};
    for (unsigned record = v->decisions - held(v, size); record < v->decisions; record++) {
        char x = v->code(v->context, record, a), y = v->code(v->context, record, b);
        if (is_vote(x) && is_vote(y)) {
            n[x == 'Y'][y == 'Y']++;
        }
    }
    double all = n[0][0] + n[0][1] + n[1][0] + n[1][1], same = n[0][0] + n[1][1];
    double first = n[1][0] + n[1][1], second = n[0][1] + n[1][1];
    double chance = first * second + (all - first) * (all - second);
    *votes = (int)all;
    *agreed = (int)same;
    if (all * all - chance <= 0) {
        return false;
    }
    double value = (all * same - chance) / (all * all - chance);
    double half = 1.96 * sqrt(same * (all - same) * all) / (all * all - chance);
    measure[0] = (int)(value * 1000);
    measure[1] = (int)(fmax(value - half, -1) * 1000);
    measure[2] = (int)(fmin(value + half, 1) * 1000);
    return true;
}

static void append(json_t *row, const struct told_votes *v, unsigned a, unsigned b,
                   unsigned size)
{
    int votes, agreed, measure[3];
    bool is_defined = kappa(v, a, b, size, &votes, &agreed, measure);
    (void)json_array_append_new(row, json_integer(votes));
    (void)json_array_append_new(row, json_integer(agreed));
    for (int i = 0; i < 3; i++) {
        (void)json_array_append_new(row,
                                    is_defined ? json_integer(measure[i]) : json_null());
    }
}

static json_t *pairs_part(const struct told_votes *v)
{
    json_t *rows = json_array();
    for (unsigned a = 1; a <= v->seats; a++) {
        for (unsigned b = a + 1; b <= v->seats; b++) {
            json_t *row = json_pack("[i, i]", a, b);
            append(row, v, a, b, WINDOW);
            append(row, v, a, b, v->decisions);
            (void)json_array_append_new(rows, row);
        }
    }
    return json_pack("{s:[s, s, s, s, s, s, s, s, s, s, s, s], s:o}", "columns", "a", "b",
                     "votes", "agreed", "kappa", "kappa_low", "kappa_high", "all_votes",
                     "all_agreed", "all_kappa", "all_kappa_low", "all_kappa_high", "rows",
                     rows);
}

/* One group: the seats that vote as the last one does. */
static json_t *clusters_part(const struct told_votes *v)
{
    json_t *order = json_array(), *group = json_array(), *rest = json_array();
    for (unsigned seat = 1; seat <= v->seats; seat++) {
        int votes, agreed, measure[3] = {0, 0, 0};
        bool alike = seat == v->seats ||
                     (kappa(v, seat, v->seats, WINDOW, &votes, &agreed, measure) &&
                      measure[0] >= LEAST_KAPPA && votes >= 8);
        (void)json_array_append_new(alike ? group : rest, json_integer(seat));
    }
    (void)json_array_extend(order, rest);
    (void)json_array_extend(order, group);
    json_decref(rest);
    json_t *groups = json_array();
    if (json_array_size(group) > 1) {
        (void)json_array_append(groups, group);
    }
    json_decref(group);
    return json_pack("{s:i, s:o, s:o}", "least_kappa", LEAST_KAPPA, "order", order,
                     "groups", groups);
}

static bool is_wanted(const json_t *parts, const char *name)
{
    bool wanted = parts == NULL;
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const char *part = json_string_value(json_array_get(parts, i));
        wanted = wanted || (part != NULL && strcmp(part, name) == 0);
    }
    return wanted;
}

json_t *told_patterns(const struct told_votes *v, const json_t *parts)
{
    json_t *out = json_pack("{s:i, s:{s:i, s:i}, s:{s:i, s:i}}", "decisions", v->decisions,
                            "window", "size", WINDOW, "decisions", held(v, WINDOW),
                            "recent", "size", RECENT, "decisions", held(v, RECENT));
    if (is_wanted(parts, "seats")) {
        (void)json_object_set_new(out, "seats", seats_part(v));
    }
    if (is_wanted(parts, "pairs")) {
        (void)json_object_set_new(out, "pairs", pairs_part(v));
    }
    if (is_wanted(parts, "clusters")) {
        (void)json_object_set_new(out, "clusters", clusters_part(v));
    }
    return out;
}
