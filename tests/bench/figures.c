/* SPDX-License-Identifier: ISC */
#include "measure.h"
#include "report.h"

#include "base/quorum.h"

#include <math.h>
#include <string.h>

double yard_v(const struct bench_report *r)
{
    return r->limits.verifies.per_s > 0 ? r->limits.verifies.per_s : NAN;
}

double yard_s(const struct bench_report *r, unsigned writers)
{
    const struct bench_limits *l = &r->limits;
    for (size_t i = 0; i < l->disk_count; i++) {
        if (l->disk[i].writers == writers) {
            return ratio(writers, l->disk[i].commits.per_s);
        }
    }
    return NAN;
}

double yard_cores_v(const struct bench_report *r, unsigned seats)
{
    unsigned cores = r->limits.cores < seats ? r->limits.cores : seats;
    return cores * yard_v(r);
}

double load_per_s(const struct bench_load *l)
{
    return ratio((double)l->operations, l->seconds);
}

double load_cpu_s(const struct bench_load *l, unsigned seats)
{
    return ratio(l->counts.cpu_s, l->counts.operations / seats);
}

double load_per_envelope(const struct bench_load *l)
{
    return ratio((double)l->in_envelopes, (double)l->envelopes);
}

double many_per_s(const struct bench_council *c)
{
    return ratio(c->decide.many, c->decide.many_s);
}

unsigned block_checks(unsigned seats)
{
    unsigned q = quorum_size(seats);
    unsigned envelope = 1, primary = 1, prepares = q - 2, commits = q - 1;
    return seats * (envelope + primary + prepares + commits);
}

double block_checks_s(const struct bench_report *r, unsigned seats)
{
    return ratio(block_checks(seats), yard_cores_v(r, seats));
}

unsigned decision_checks(unsigned seats)
{
    unsigned proposal = 1, ballots = seats;
    return (proposal + ballots) * (seats - 1);
}

double many_share(const struct bench_report *r, const struct bench_council *c)
{
    return ratio(many_per_s(c) * decision_checks(c->seats), yard_cores_v(r, c->seats));
}

double many_checked_share(const struct bench_report *r, const struct bench_council *c)
{
    const struct bench_decide *d = &c->decide;
    return ratio(ratio(d->many_counts.checked, d->many_s), yard_cores_v(r, c->seats));
}

struct bench_times viewchange_times(const double *values, const struct bench_viewchange *v)
{
    double sorted[BENCH_VIEWCHANGES];
    memcpy(sorted, values, v->count * sizeof(*sorted));
    return times_of(sorted, v->count);
}

double viewchange_goal_s(const struct bench_report *r)
{
    return 5 * yard_s(r, 1) + 0.060;
}

double replay_bound_s(const struct bench_replay *p)
{
    return p->read_s + p->blake2b_s + p->sha256_s;
}
