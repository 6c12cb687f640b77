/* SPDX-License-Identifier: ISC */
/* Who is alive, by phi: each of its promises, then simulated networks. */
#include "networks.h"
#include "tap.h"
#include "watch/offset.h"

#include <math.h>
#include <string.h>

static const struct phi_rules rules = PHI_RULES_DEFAULT;

static struct phi phi;
static struct phi_clock clock_of;
static uint64_t now;

static uint64_t awake(void)
{
    return phi_clock_at(&clock_of, &rules, now);
}

static void begin(void)
{
    memset(&clock_of, 0, sizeof(clock_of));
    now = 5000;
    phi_init(&phi, awake());
}

/* So many heartbeats, so far apart, each with a look. */
static void beats(unsigned count, uint64_t apart_ms)
{
    for (unsigned i = 0; i < count; i++) {
        for (uint64_t left = apart_ms; left > 0; left -= left < 1000 ? left : 1000) {
            now += left < 1000 ? left : 1000;
            (void)phi_judge(&phi, &rules, awake());
        }
        phi_beat(&phi, &rules, &clock_of, awake());
        (void)phi_judge(&phi, &rules, awake());
    }
}

/* Looks each second until its state is that; how long it took. */
static uint64_t until(enum phi_state state)
{
    uint64_t began = now;
    while (phi_judge(&phi, &rules, awake()) != state && now - began < 100000) {
        now += 1000;
    }
    return now - began;
}

static double value(void)
{
    return phi_value(&phi, &rules, awake());
}

static void test_value(void)
{
    begin();
    ok(phi_judge(&phi, &rules, awake()) == PHI_UNKNOWN, "nothing is known at first");
    beats(PHI_LEAST, 1000);
    ok(value() < 0 && phi.state == PHI_ALIVE, "alive, and no history to tell by");
    beats(1, 1000);
    ok(value() >= 0 && value() < 0.1, "phi is near nought when a heartbeat has just come");
    /* The tail of the normal distribution: one half, 15.9 %, 0.135 %. */
    now += 1000 + rules.pause_ms;
    phi_clock_at(&clock_of, &rules, now - 2000),
        clock_of = (struct phi_clock){.seen_ms = now};
    ok(fabs(value() - 0.30103) < 1e-4, "at the mean and the pause half is later");
    now += 250;
    ok(fabs(value() - 0.79954) < 1e-4, "one deviation above it less");
    now += 500;
    ok(fabs(value() - 2.86968) < 1e-4, "three deviations above it little");
    now += 20000;
    clock_of.seen_ms = now;
    is((int64_t)value(), PHI_MOST, "and phi is bounded");
}

static void test_states(void)
{
    begin();
    beats(100, 1000);
    uint64_t suspected = until(PHI_SUSPECTED), down = suspected + until(PHI_DOWN);
    ok(suspected == 5000 && down == 6000, "a peer that dies is suspected, then down");
    beats(1, 1000);
    ok(phi.state == PHI_DOWN, "one heartbeat does not bring it back");
    beats(1, 1000);
    ok(phi.state == PHI_ALIVE, "two do");
    begin();
    is((int64_t)until(PHI_DOWN), (int64_t)rules.dead_ms,
       "one never heard is down after the timeout");
    begin();
    beats(3, 1000);
    ok(until(PHI_DOWN) == rules.dead_ms, "as is one without a history");
    begin();
    beats(100, 1000);
    (void)until(PHI_SUSPECTED);
    phi_heard(&phi, awake());
    ok(phi_judge(&phi, &rules, awake()) == PHI_ALIVE, "anything that comes shows life");
    phi.life_ms -= 4600;
    double between = value();
    ok(between > rules.suspect / 2 && between < rules.suspect &&
           phi_judge(&phi, &rules, awake()) == PHI_ALIVE,
       "below the threshold it is not suspected");
    phi.state = PHI_SUSPECTED;
    ok(phi_judge(&phi, &rules, awake()) == PHI_SUSPECTED, "but stays so above its half");
}

static void test_own_fault(void)
{
    begin();
    beats(100, 1000);
    now += 60000;
    ok(phi_judge(&phi, &rules, awake()) == PHI_ALIVE, "a node that slept accuses nobody");
    beats(1, 10);
    ok(phi.sum == 99U * 1000, "and learns nothing from it");
    begin();
    beats(100, 1000);
    now += 60000;
    (void)awake();
    ok(until(PHI_DOWN) <= 6000, "but finds who died meanwhile");
}

static void test_pace(void)
{
    begin();
    beats(100, 1000);
    beats(1000, 10);
    ok(until(PHI_SUSPECTED) >= 4000, "a flood of heartbeats makes a peer hurry no later");
    begin();
    beats(100, 1000);
    beats(3, 5000);
    ok(phi.state == PHI_ALIVE, "a peer that slows down");
    beats(60, 5000);
    ok(phi.state == PHI_ALIVE && until(PHI_DOWN) <= rules.dead_ms,
       "is given its time, as far as the timeout");
    beats(2 + PHI_WINDOW, 1000);
    ok(until(PHI_DOWN) == 6000, "and not when it is fast again");
    begin();
    beats(100, 1000);
    for (int i = 0; i < 40; i++) {
        beats(1, 3000 - 2);
        beats(2, 1);
    }
    ok(phi.sum > 1500U * phi.count && until(PHI_SUSPECTED) >= 4000,
       "heartbeats in clumps are no interval of nought");
    begin();
    beats(100, 1000);
    (void)until(PHI_DOWN);
    now += 600000;
    clock_of.seen_ms = now;
    beats(2, 1000);
    ok(phi.sum == 100U * 1000, "how long it was dead is no interval");
    ok(until(PHI_DOWN) == 6000, "so that its next death is found as soon");
}

static void test_restart(void)
{
    begin();
    beats(100, 4000);
    phi_restart(&phi);
    ok(value() < 0 && phi.state == PHI_ALIVE, "another process has no history");
    beats(1 + PHI_LEAST, 1000);
    ok(value() >= 0 && until(PHI_DOWN) == 6000, "and gets its own");
    const char *names[] = {"unknown", "alive", "suspected", "down"};
    for (int s = PHI_UNKNOWN; s <= PHI_DOWN; s++) {
        ok(strcmp(phi_state_name((enum phi_state)s), names[s]) == 0, "%s", names[s]);
    }
}

/* --- clocks --- */

static struct offset offset;

static void measure(int64_t offset_ms, uint32_t round_trip_ms, uint64_t own_jump,
                    uint64_t its_jump)
{
    now += 1000;
    offset_add(&offset,
               &(struct offset_sample){offset_ms, round_trip_ms, now + 7000000 + own_jump,
                                       now, now + 9000000 + its_jump, now + 5});
}

static int64_t best(void)
{
    int64_t ms = 0;
    uint32_t trip = 0;
    return offset_best(&offset, &ms, &trip) ? ms : -1;
}

static void test_offset(void)
{
    memset(&offset, 0, sizeof(offset));
    is(best(), -1, "a clock that was never measured");
    measure(5, 10, 0, 0);
    measure(400, 800, 0, 0);
    is(best(), 5, "a heartbeat that was delayed says nothing");
    measure(6, 10, 0, 0);
    is(best(), 6, "of equals the newest counts");
    for (int i = 0; i < OFFSET_SAMPLES; i++) {
        measure(40, 80, 0, 0);
    }
    is(best(), 40, "what is old is forgotten");
    measure(1040, 90, 0, OFFSET_JUMP_MS + 1);
    is(best(), 1040, "its clock jumped");
    measure(45, 95, OFFSET_JUMP_MS + 1, OFFSET_JUMP_MS + 1);
    is(best(), 45, "so did this one");
    measure(46, 99, OFFSET_JUMP_MS + 1 - OFFSET_JUMP_MS, OFFSET_JUMP_MS + 1);
    is(best(), 45, "a clock that is slewed did not");
}

/* --- networks --- */

static void test_networks(void)
{
    struct rng rng = rng_begin(2004);
    for (size_t i = 0; i < NETWORKS; i++) {
        const struct network *n = &networks[i];
        uint64_t downs, suspicions;
        if (n->is_gentle) {
            network_judge(n, &rules, 24, 1, &rng, &downs, &suspicions);
            ok(downs == 0, "%s: nobody is down in 24 peer-hours", n->name);
            ok(suspicions <= 1, "%s: nobody is suspected, or one", n->name);
        }
    }
    struct outcome o;
    network_run(&networks[0], &rules, 4, 12, &rng, &o);
    ok(o.trials > 200 && o.most_s[2] < 6 && o.most_s[5] < 7,
       "on a LAN a dead peer is suspected within 6 heartbeats, and down within 7");
    ok(o.median_s[5] < o.median_s[7] - 3, "sooner than by the timeout");
    network_run(&networks[4], &rules, 4, 12, &rng, &o);
    ok(o.false_of[2] <= o.false_of[6] && o.median_s[5] > 5,
       "where a lot is lost phi waits longer");
}

int main(void)
{
    test_value();
    test_states();
    test_own_fault();
    test_pace();
    test_restart();
    test_offset();
    test_networks();
    return tap_done();
}
