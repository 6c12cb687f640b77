/* SPDX-License-Identifier: ISC */
#include "evaluators/judge.h"

#include "base/alloc.h"
#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What became of one rule. */
enum mark {
    MARK_NONE,    /* does not apply, or had nothing to say */
    MARK_FOR,     /* a criterion met */
    MARK_AGAINST, /* a criterion not met, or a penalty */
    MARK_UNKNOWN, /* a criterion whose evidence is missing */
    MARK_LIMITS,
    MARK_FORBIDS, /* a veto, or a requirement that is not met */
    MARK_BLIND,   /* a requirement that cannot be judged, where that means to abstain */
};

struct count {
    enum mark *marks; /* marks[i] of rules->list[i] */
    double gained, possible, unknown;
    double limit;
    bool forbidden, blind;
};

const char *choice_name(enum choice c)
{
    switch (c) {
    case CHOICE_REJECT:
        return "reject";
    case CHOICE_APPROVE:
        return "approve";
    case CHOICE_ABSTAIN:
        break;
    }
    return "abstain";
}

static struct slice field(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return slice_of(json_string_value(v), json_string_length(v));
}

static const char *find_framework(const struct rules *r, const json_t *seat)
{
    struct slice jurisdiction = field(seat, "jurisdiction");
    for (size_t i = 0; i < r->framework_count; i++) {
        if (names_have(&r->frameworks[i].jurisdictions, jurisdiction)) {
            return r->frameworks[i].name;
        }
    }
    return NULL;
}

static double find_threshold(const struct rules *r, struct slice class)
{
    double general = 0;
    for (size_t i = 0; i < r->threshold_count; i++) {
        const struct threshold *t = &r->thresholds[i];
        if (names_have(&t->classes, class)) {
            return t->score;
        }
        general = t->classes.count == 0 ? t->score : general;
    }
    return general;
}

static bool applies(const struct rule *r, const struct subject *s, struct slice class)
{
    return (r->classes.count == 0 || names_have(&r->classes, class)) &&
           conditions_judge(&r->when, s) == YES &&
           (r->unless.count == 0 || conditions_judge(&r->unless, s) != YES);
}

static enum mark weigh(const struct rules *rules, const struct rule *r, enum truth t,
                       struct count *c)
{
    if (r->points < 0) {
        c->gained += t == YES ? r->points : 0;
        return t == YES ? MARK_AGAINST : MARK_NONE;
    }
    if (t == UNKNOWN) {
        c->unknown += r->points;
        c->possible += rules->missing == MISSING_AGAINST ? r->points : 0;
        return MARK_UNKNOWN;
    }
    c->possible += r->points;
    c->gained += t == YES ? r->points : 0;
    return t == YES ? MARK_FOR : MARK_AGAINST;
}

static enum mark require(const struct rules *rules, enum truth t)
{
    if (t == NO || (t == UNKNOWN && rules->missing == MISSING_AGAINST)) {
        return MARK_FORBIDS;
    }
    return t == UNKNOWN && rules->missing == MISSING_ABSTAIN ? MARK_BLIND : MARK_NONE;
}

static enum mark judge_rule(const struct rules *rules, const struct rule *r,
                            const struct subject *s, struct count *c)
{
    enum truth t = conditions_judge(&r->test, s);
    switch (r->kind) {
    case RULE_WEIGH:
        return weigh(rules, r, t, c);
    case RULE_VETO:
        return t == YES ? MARK_FORBIDS : MARK_NONE;
    case RULE_REQUIRE:
        return require(rules, t);
    case RULE_LIMIT:
        if (t == YES) {
            c->limit = fmin(c->limit, r->points);
            return MARK_LIMITS;
        }
        break;
    }
    return MARK_NONE;
}

/* Rising from 0 on the threshold over 50 at the margin's edge to 100 at the end. */
static unsigned confidence_at(double distance, double margin, double room)
{
    double c = 100;
    if (distance < margin) {
        c = 50 * distance / margin;
    } else if (room > margin) {
        c = 50 + 50 * (distance - margin) / (room - margin);
    }
    return (unsigned)lrint(fmin(fmax(c, 0), 100));
}

/* Text that grows to a bound; what does not fit is left out whole. */
struct text {
    char *at;
    size_t size, room;
};

__attribute__((format(printf, 2, 3))) static bool add(struct text *t, const char *format,
                                                      ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(t->at + t->size, t->room - t->size + 1, format, args);
    va_end(args);
    bool fits = length >= 0 && (size_t)length <= t->room - t->size;
    if (fits) {
        t->size += (size_t)length;
    }
    t->at[t->size] = '\0';
    return fits;
}

/* The names of the rules with a mark, heaviest statement first in the file's order. */
static void add_marked(struct text *t, const struct rules *r, const struct count *c,
                       enum mark mark, const char *lead)
{
    const char *separator = lead;
    const char *stop = "";
    for (size_t i = 0; i < r->count; i++) {
        const struct rule *rule = &r->list[i];
        if (c->marks[i] != mark) {
            continue;
        }
        bool fits = rule->kind == RULE_WEIGH
                        ? add(t, "%s%s (%g)", separator, rule->name, rule->points)
                        : add(t, "%s%s", separator, rule->name);
        if (!fits) {
            break;
        }
        separator = "; ";
        stop = ".";
    }
    (void)add(t, "%s", stop);
}

static void explain(const struct rules *r, const struct count *c, const char *framework,
                    const json_t *evidence, double threshold, struct verdict *v)
{
    struct text t = {v->rationale, 0, VERDICT_RATIONALE_MAX};
    (void)add(&t, "%s%s%s: %s.", r->title, framework != NULL ? ", under " : "",
              framework != NULL ? framework : "", choice_name(v->choice));
    add_marked(&t, r, c, MARK_FORBIDS, " Decided by: ");
    add_marked(&t, r, c, MARK_BLIND, " Cannot be judged without: ");
    if (!c->forbidden && !c->blind) {
        if (c->possible > 0) {
            (void)add(&t, " Score %.0f, %g to approve", v->score, threshold);
            (void)add(&t, r->margin > 0 ? ", margin %g." : ".", r->margin);
        } else {
            (void)add(&t, " No criterion could be judged.");
        }
    }
    add_marked(&t, r, c, MARK_LIMITS, " Limited by: ");
    add_marked(&t, r, c, MARK_FOR, " For: ");
    add_marked(&t, r, c, MARK_AGAINST, " Against: ");
    add_marked(&t, r, c, MARK_UNKNOWN,
               r->missing == MISSING_AGAINST ? " Against, for want of evidence: "
                                             : " Set aside for want of evidence: ");
    if (evidence != NULL && !json_is_object(evidence) && !json_is_null(evidence)) {
        (void)add(&t, " The evidence is not a JSON object.");
    }
}

static void decide(const struct rules *r, const struct count *c, double threshold,
                   struct verdict *v)
{
    double distance = v->score - threshold;
    double room = distance >= 0 ? 100 - threshold : threshold;
    bool too_little = r->missing == MISSING_ABSTAIN && c->unknown > c->possible;
    if (c->forbidden) {
        v->choice = CHOICE_REJECT;
        v->confidence = 100;
    } else if (c->blind || c->possible <= 0 || too_little) {
        v->choice = CHOICE_ABSTAIN;
        v->confidence = 0;
    } else {
        bool within = fabs(distance) < r->margin;
        v->choice = distance >= 0 ? CHOICE_APPROVE : CHOICE_REJECT;
        v->choice = within ? CHOICE_ABSTAIN : v->choice;
        v->confidence = confidence_at(fabs(distance), r->margin, room);
    }
}

void judge(const struct rules *r, const json_t *proposal, const json_t *seat,
           struct verdict *out)
{
    struct subject s = {proposal, seat, find_framework(r, seat)};
    struct slice class = field(proposal, "class");
    struct count c = {.limit = 100};
    c.marks = alloc_zero(r->count, sizeof(c.marks[0]));
    for (size_t i = 0; i < r->count; i++) {
        if (applies(&r->list[i], &s, class)) {
            c.marks[i] = judge_rule(r, &r->list[i], &s, &c);
            c.forbidden = c.forbidden || c.marks[i] == MARK_FORBIDS;
            c.blind = c.blind || c.marks[i] == MARK_BLIND;
        }
    }
    double threshold = find_threshold(r, class);
    *out = (struct verdict){.choice = CHOICE_ABSTAIN};
    if (c.possible > 0) {
        double share = 100 * c.gained / c.possible;
        out->score = fmin(fmin(fmax(share, 0), 100), c.limit);
    }
    decide(r, &c, threshold, out);
    explain(r, &c, s.framework, json_object_get(proposal, "evidence"), threshold, out);
    free(c.marks);
    assert(out->confidence <= 100);
    assert(text_check(slice_of_string(out->rationale), true, NULL) == 0);
}
