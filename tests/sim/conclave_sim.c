/* SPDX-License-Identifier: ISC */
/*
 * The simulator: the real ordering core, council, evidence and codec of n nodes in one
 * process, with virtual time, network and disks, all driven by one seed.
 *
 *     conclave-sim [--seed N | --seeds A-B] [--seats N] [--trace] [--shrink] [--summary]
 *     conclave-sim --replay SEED [--seats N] [--until MS] [--without ITEMS]
 *     conclave-sim --mix A,B | --mixes | --alone [--seeds A-B] [--seats N]
 *     conclave-sim --collude N [--seats N] [--seed N]
 *
 * A seed draws everything, the number of seats included (--seats sets it). --replay is
 * --seed with --trace. Output is TAP. --shrink makes a failing run smaller and prints the
 * command that repeats it. --mix has f Byzantine seats do the attacks A and B (enum attack)
 * in turn, instead of those that the seed draws; --alone tries each attack, --mixes
 * every two of them, too. --collude has so many seats tell two halves two stories, and
 * succeeds where the checker notices exactly if they are more than f.
 */
#include "base/alloc.h"
#include "collude.h"
#include "run.h"
#include "shrink.h"
#include "summary.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

struct options {
    unsigned long long first, last, until_ms;
    uint16_t seats, collude;
    bool trace, shrink, summary, mix, mixes, alone;
    unsigned one, other; /* of the mix */
    const char *without;
};

static int usage(void)
{
    fprintf(stderr, "usage: conclave-sim [--seed N | --seeds A-B | --replay SEED] "
                    "[--seats N] [--trace]\n"
                    "                    [--shrink] [--summary] [--until MS] [--without "
                    "ITEMS] [--mix A,B | --mixes | --alone]\n"
                    "                    [--collude N]\n");
    return 2;
}

static bool read_option(struct options *o, const char *name, const char *value, int *used)
{
    *used = 1;
    if (strcmp(name, "--trace") == 0) {
        return o->trace = true;
    }
    if (strcmp(name, "--shrink") == 0) {
        return o->shrink = true;
    }
    if (strcmp(name, "--summary") == 0) {
        return o->summary = true;
    }
    if (strcmp(name, "--mixes") == 0 || strcmp(name, "--alone") == 0) {
        o->alone = strcmp(name, "--alone") == 0;
        return o->mixes = true;
    }
    *used = 2;
    if (value == NULL) {
        return false;
    }
    if (strcmp(name, "--seed") == 0 || strcmp(name, "--replay") == 0 ||
        strcmp(name, "--seeds") == 0) {
        int read = sscanf(value, "%llu-%llu", &o->first, &o->last);
        o->last = read == 1 ? o->first : o->last;
        o->trace = o->trace || strcmp(name, "--replay") == 0;
        return read >= 1 && o->last >= o->first;
    }
    if (strcmp(name, "--seats") == 0) {
        int seats = atoi(value);
        o->seats = (uint16_t)seats;
        return seats >= SEATS_MIN && seats <= SEATS_MAX;
    }
    if (strcmp(name, "--mix") == 0) {
        o->mix = true;
        return sscanf(value, "%u,%u", &o->one, &o->other) == 2 && o->one < ATTACKS &&
               o->other < ATTACKS;
    }
    if (strcmp(name, "--collude") == 0) {
        o->collude = (uint16_t)atoi(value);
        return o->collude > 0;
    }
    if (strcmp(name, "--until") == 0) {
        return sscanf(value, "%llu", &o->until_ms) == 1;
    }
    if (strcmp(name, "--without") == 0) {
        o->without = value;
        return true;
    }
    return false;
}

static void show_failure(struct plan *p, const struct options *o)
{
    printf("# conclave-sim --replay %llu", (unsigned long long)p->seed);
    if (o->seats != 0) {
        printf(" --seats %u", o->seats);
    }
    if (o->mix) {
        printf(" --mix %u,%u", o->one, o->other);
    }
    printf("\n");
    if (o->shrink) {
        unsigned runs = shrink_plan(p);
        printf("# the smallest that still fails, after %u runs%s:\n", runs,
               o->mix ? " (with the same --mix)" : "");
        shrink_report(p, o->seats);
    }
}

static bool run_seed(const struct options *o, unsigned long long seed,
                     struct summary *summary)
{
    struct plan p;
    struct run_result *r = alloc_zero(1, sizeof(*r));
    plan_draw(&p, seed, o->seats);
    p.trouble_ms = o->until_ms != 0 ? o->until_ms : p.trouble_ms;
    if (o->mix) {
        plan_set_mix(&p, o->one, o->other);
        printf("# all do: %s; %s\n", attack_name((enum attack)o->one),
               attack_name((enum attack)o->other));
    }
    if (o->without != NULL && !plan_switch_off(&p, o->without)) {
        plan_free(&p);
        free(r);
        return false;
    }
    run_plan(&p, o->trace, true, r);
    summary_add(summary, r);
    ok(r->good, "seed %llu: %u seats, %llu Byzantine, %llu decisions, digest %016llx", seed,
       p.config.seats, (unsigned long long)r->byzantine, (unsigned long long)r->decisions,
       (unsigned long long)r->digest);
    if (!r->good) {
        printf("# %s\n", r->fault);
        show_failure(&p, o);
    }
    plan_free(&p);
    free(r);
    return true;
}

static bool run_seeds(const struct options *o, struct summary *summary)
{
    bool sensible = true;
    for (unsigned long long seed = o->first; sensible && seed <= o->last; seed++) {
        sensible = run_seed(o, seed, summary);
    }
    return sensible;
}

/* Each mix has seeds of its own. */
static bool run_mixes(const struct options *o, struct summary *summary)
{
    struct options each = *o;
    bool sensible = true;
    each.mix = true;
    for (each.one = 0; sensible && each.one < ATTACKS; each.one++) {
        for (each.other = each.one;
             sensible && each.other < (o->alone ? each.one + 1 : ATTACKS); each.other++) {
            sensible = run_seeds(&each, summary);
            each.first += o->last - o->first + 1;
            each.last += o->last - o->first + 1;
        }
    }
    return sensible;
}

static int run_collusion(const struct options *o)
{
    bool divides;
    uint16_t seats = o->seats != 0 ? o->seats : SEATS_MIN;
    if (o->collude >= seats) {
        return usage();
    }
    bool good = collude(seats, o->collude, o->first, o->trace, &divides);
    ok(good, "%u colluders of %u: %s", o->collude, seats,
       divides ? "two blocks at one height, and the checker sees them"
               : "one council, and it decides");
    return tap_done();
}

int main(int argc, char **argv)
{
    struct options o = {.first = 1, .last = 1};
    if (key_library_init() != 0) {
        return 99;
    }
    for (int i = 1, used; i < argc; i += used) {
        if (!read_option(&o, argv[i], i + 1 < argc ? argv[i + 1] : NULL, &used)) {
            return usage();
        }
    }
    if (o.collude != 0) {
        return run_collusion(&o);
    }
    struct summary *summary = summary_new();
    bool sensible = o.mixes ? run_mixes(&o, summary) : run_seeds(&o, summary);
    if (o.summary) {
        summary_print(summary);
    }
    summary_free(summary);
    return sensible ? tap_done() : usage();
}
