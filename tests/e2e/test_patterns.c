/* SPDX-License-Identifier: ISC */
/*
 * Seats that dissent, stay away, withhold their ballots and are late: all nodes have the
 * same statistics, findings and flags, after crashes, restarts and a catch-up, too; and who
 * has a copy of a ledger computes the same bytes of any height.
 */
#include "play.h"
#include "tap.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { MOMENTS_MAX = 16 };

struct moment_seen {
    json_int_t height;
    char *json;
};
enum { RESTARTED = 2, BEHIND = 3 };
static struct moment_seen moments[MOMENTS_MAX];
static size_t moment_count;

/* --- all nodes have the same --- */

static char *patterns_of(struct live *l, unsigned seat)
{
    struct live_output o =
        live_run(l, WAIT_MS,
                 (const char *[]){"conclave", "patterns", "--json", "--socket",
                                  live_seat(l, seat)->socket, NULL});
    char *out = o.status == 0 ? strdup(o.out) : strdup(o.err);
    live_output_free(&o);
    return out;
}

static void check_same(struct play *p, const char *when)
{
    bool same = live_wait_level(p->l, WAIT_MS);
    char *first = patterns_of(p->l, 1);
    for (unsigned seat = 2; seat <= CORRECT; seat++) {
        char *other = live_running(p->l, seat) ? patterns_of(p->l, seat) : strdup(first);
        if (strcmp(first, other) != 0) {
            printf("# seat 1: %.300s\n# seat %u: %.300s\n", first, seat, other);
            same = false;
        }
        free(other);
    }
    json_t *all = json_loads(first, 0, NULL);
    ok(same && all != NULL, "%s: all nodes say the same, of %lld decisions", when,
       (long long)json_integer_value(json_object_get(all, "decisions")));
    moments[moment_count++] =
        (struct moment_seen){json_integer_value(json_object_get(all, "height")), first};
    json_decref(all);
}

/* The open flags from the ledger, without what is the node's own. */
static char *flags_of(struct live *l, unsigned seat)
{
    static const char *const members[] = {"kind",     "seat",    "text",   "count",
                                          "first_ms", "last_ms", "height", "proposal"};
    json_t *answer = live_call(l, seat, "flags", json_pack("{s:i}", "limit", 200));
    const json_t *flags = json_object_get(answer, "flags");
    json_t *out = json_object();
    for (size_t i = 0; i < json_array_size(flags); i++) {
        const json_t *f = json_array_get(flags, i);
        char key[64];
        if (json_is_false(json_object_get(f, "local"))) {
            json_t *row = json_object();
            for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++) {
                (void)json_object_set(row, members[k], json_object_get(f, members[k]));
            }
            (void)snprintf(key, sizeof(key), "%s %lld",
                           json_string_value(json_object_get(f, "kind")),
                           (long long)json_integer_value(json_object_get(f, "seat")));
            (void)json_object_set_new(out, key, row);
        }
    }
    json_decref(answer);
    char *text = json_dumps(out, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(out);
    return text;
}

/* They are the findings, with their counts and times. */
static bool fits_findings(struct live *l, const char *flags)
{
    json_t *found = json_loads(flags, 0, NULL);
    json_t *answer = live_call(l, 1, "patterns", json_pack("{s:[s]}", "parts", "findings"));
    const json_t *findings = json_object_get(answer, "findings");
    bool good = json_array_size(findings) == json_object_size(found) &&
                json_array_size(findings) > 0;
    for (size_t i = 0; i < json_array_size(findings); i++) {
        static const char *const members[] = {"text", "count", "first_ms", "last_ms"};
        const json_t *f = json_array_get(findings, i);
        char key[64];
        (void)snprintf(key, sizeof(key), "%s %lld",
                       json_string_value(json_object_get(f, "kind")),
                       (long long)json_integer_value(json_object_get(f, "seat")));
        const json_t *flag = json_object_get(found, key);
        for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++) {
            good = good && json_equal(json_object_get(f, members[k]),
                                      json_object_get(flag, members[k]));
        }
    }
    json_decref(answer);
    json_decref(found);
    return good;
}

static void check_flags(struct play *p, const char *when)
{
    char *first = flags_of(p->l, 1);
    bool same = fits_findings(p->l, first);
    for (unsigned seat = 2; seat <= CORRECT; seat++) {
        char *other = flags_of(p->l, seat);
        if (strcmp(first, other) != 0) {
            printf("# seat 1: %s\n# seat %u: %s\n", first, seat, other);
            same = false;
        }
        free(other);
    }
    ok(same, "%s: all nodes have the same flags from the ledger, its findings", when);
    free(first);
}

/* What was meant to happen did, at least so often: a ballot of theirs may miss its time. */
static void check_deeds(unsigned seat, json_int_t revealed, json_int_t withheld,
                        json_int_t late, json_int_t missed)
{
    const json_int_t expected[] = {revealed, withheld, late, missed};
    static const char *const members[] = {"revealed", "withheld", "late", "missed"};
    json_t *all = json_loads(moments[moment_count - 1].json, 0, NULL);
    const json_t *row = json_array_get(json_object_get(all, "seats"), seat - 1);
    bool good = true;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        json_int_t got =
            json_integer_value(json_object_get(json_object_get(row, "all"), members[i]));
        if (got < expected[i]) {
            printf("# seat %u %s %lld, expected at least %lld\n", seat, members[i],
                   (long long)got, (long long)expected[i]);
            good = false;
        }
    }
    ok(good, "seat %u did what it was told", seat);
    json_decref(all);
}

/* --- restarts --- */

static json_t *late_flag(struct play *p)
{
    json_t *answer =
        live_call(p->l, RESTARTED, "flags", json_pack("{s:s}", "kind", "late"));
    json_t *flag = json_incref(json_array_get(json_object_get(answer, "flags"), 0));
    json_decref(answer);
    return flag;
}

static void check_restart(struct play *p)
{
    json_t *before = late_flag(p);
    json_t *answer = live_call(p->l, RESTARTED, "flags.ack",
                               json_pack("{s:O}", "id", json_object_get(before, "id")));
    json_decref(before);
    ok(answer != NULL, "a flag from the ledger is acknowledged at one node");
    json_decref(answer);
    before = late_flag(p);
    live_kill(p->l, RESTARTED);
    live_start(p->l, RESTARTED);
    ok(live_wait_ready(p->l, RESTARTED, WAIT_MS) && live_wait_level(p->l, WAIT_MS) &&
           live_wait_connected(p->l, WAIT_MS),
       "which is killed, and starts again");
    json_t *after = late_flag(p);
    ok(json_equal(before, after) && json_is_integer(json_object_get(after, "count")),
       "and has it as it was, acknowledged");
    json_decref(after);
    json_decref(before);
}

/* --- from a copy --- */

static struct live_output recompute(struct play *p, const char *copy, const char *at)
{
    const char *argv[] = {"conclave",
                          "patterns",
                          "--recompute",
                          "--charter",
                          p->l->charter_path,
                          "--json",
                          copy,
                          at != NULL ? "--at" : NULL,
                          at,
                          NULL};
    return live_run(p->l, WAIT_MS, argv);
}

/* Of each moment the bytes that the nodes gave then. */
static void check_copy(struct play *p, const char *what, const char *copy)
{
    size_t same = 0;
    for (size_t i = 0; i < moment_count; i++) {
        char at[32];
        (void)snprintf(at, sizeof(at), "%lld", (long long)moments[i].height);
        struct live_output o = recompute(p, copy, at);
        if (o.status == 0 && strcmp(o.out, moments[i].json) == 0) {
            same++;
        } else {
            printf("# at %s: %d %.400s%s# %.400s\n", at, o.status, o.out, o.err,
                   moments[i].json);
        }
        live_output_free(&o);
    }
    struct live_output o = recompute(p, copy, NULL);
    ok(same == moment_count && strcmp(o.out, moments[moment_count - 1].json) == 0,
       "%s gives the same bytes, of %zu heights", what, moment_count);
    live_output_free(&o);
}

static void refuses(struct play *p, int status, const char *words, const char *const *more)
{
    const char *argv[12] = {"conclave", "patterns"};
    for (size_t i = 0; more[i] != NULL; i++) {
        argv[i + 2] = more[i];
    }
    struct live_output o = live_run(p->l, WAIT_MS, argv);
    if (!ok(o.status == status && strstr(o.err, words) != NULL, "refused: %s", words)) {
        printf("# %d %s\n", o.status, o.err);
    }
    live_output_free(&o);
}

static void check_refusals(struct play *p, const char *copy)
{
    const char *charter = p->l->charter_path, *socket = live_seat(p->l, 1)->socket;
    refuses(p, 1, "has blocks up to height",
            (const char *[]){"--recompute", "--charter", charter, "--at", "1000000", copy,
                             NULL});
    refuses(p, 1, "there is no ledger here",
            (const char *[]){"--recompute", "--charter", charter, p->l->dir, NULL});
    refuses(p, 2, "needs --charter FILE", (const char *[]){"--recompute", copy, NULL});
    refuses(p, 2, "go with --recompute",
            (const char *[]){"--socket", socket, "--at", "3", NULL});
    refuses(p, 2, "not both", (const char *[]){"--recent", "--all-time", NULL});
    refuses(p, 2, "give one of",
            (const char *[]){"--pairs", "--findings", "--socket", socket, NULL});
    refuses(p, 1, "the council has 10 seats",
            (const char *[]){"--seat", "11", "--socket", socket, NULL});
}

/* Whether it says so, of a node. */
static void says(struct play *p, const char *option, const char *value, const char *words)
{
    const char *argv[] = {"conclave", "patterns", "--socket", live_seat(p->l, 1)->socket,
                          option,     value,      NULL};
    struct live_output o = live_run(p->l, WAIT_MS, argv);
    if (!ok(o.status == 0 && strstr(o.out, words) != NULL, "conclave patterns %s says: %s",
            option != NULL ? option : "", words)) {
        printf("# %d\n# %s\n# %s\n", o.status, o.out, o.err);
    }
    live_output_free(&o);
}

static void check_tables(struct play *p)
{
    says(p, NULL, NULL, "Seat 7 (7)");
    says(p, "--recent", NULL, "these are the last 8");
    says(p, "--all-time", NULL, "CALIB");
    says(p, "--pairs", NULL, "There are 25 more. See --limit.");
    says(p, "--clusters", NULL, "group 1");
    says(p, "--findings", NULL, "withheld");
    says(p, "--seat", "9", "other");
}

/* --- a second implementation --- */

static void check_second(struct play *p)
{
    const char *top = getenv("top_srcdir");
    char *script = alloc_printf("%s/tests/patterns/second.py", top != NULL ? top : ".");
    char *path = alloc_printf("%s/patterns.json", p->l->dir);
    FILE *file = fopen(path, "w");
    (void)fputs(moments[moment_count - 1].json, file);
    (void)fclose(file);
    const char *words[] = {"decisions", "ballots"};
    char *lists[2];
    for (size_t i = 0; i < 2; i++) {
        lists[i] = alloc_printf("%s/%s.json", p->l->dir, words[i]);
        struct live_output o = live_run(
            p->l, WAIT_MS,
            (const char *[]){"conclave", "export", words[i], "--json", "-o", lists[i],
                             "--socket", live_seat(p->l, 1)->socket, NULL});
        ok(o.status == 0, "conclave export %s", words[i]);
        live_output_free(&o);
    }
    struct live_output o = live_run(p->l, WAIT_MS,
                                    (const char *[]){"/usr/bin/env", "python3", script,
                                                     lists[0], lists[1], path, NULL});
    if (o.status == 127) {
        skip("a second implementation", "python3 is not installed");
    } else if (!ok(o.status == 0, "a second implementation: %.60s", o.out)) {
        printf("# %s\n# %s\n", o.out, o.err);
    }
    live_output_free(&o);
    free(lists[0]);
    free(lists[1]);
    free(path);
    free(script);
}

/* --- the story --- */

static void begin(struct play *p)
{
    ok(play_begin(p), "eight of ten seats start, the other two only vote");
}

static void check_decisions(struct play *p)
{
    check_same(p, "before the first");
    ok(play(p, VOTES, VOTES) && play(p, VOTES, MISSES) && play(p, VOTES, VOTES),
       "decisions, one without a ballot");
    check_same(p, "three decisions");
    ok(play(p, IS_LATE, WITHHOLDS) && play(p, VOTES, VOTES) && play(p, WITHHOLDS, IS_LATE),
       "with ballots that are late, and withheld");
    check_same(p, "six");
    check_flags(p, "six");
    check_restart(p);
    check_same(p, "a crash");
    check_flags(p, "a crash");
    live_kill(p->l, BEHIND);
    ok(play(p, VOTES, MISSES) && play(p, MISSES, VOTES) && play(p, VOTES, VOTES),
       "decisions without one node");
    live_start(p->l, BEHIND);
    ok(live_wait_ready(p->l, BEHIND, WAIT_MS) && live_wait_level(p->l, WAIT_MS),
       "which catches up");
    check_same(p, "a catch-up");
    check_flags(p, "a catch-up");
    bool good = true;
    for (unsigned i = 0; i < 12; i++) {
        good = play(p, VOTES, VOTES) && good;
    }
    ok(good, "decisions enough to fill the window, and to be forgiven");
    check_same(p, "a full window");
    check_flags(p, "a full window");
    check_deeds(FIRST_EVIL, 10, 1, 1, 1);
    check_deeds(SECOND_EVIL, 10, 1, 1, 1);
}

static void check_copies(struct play *p)
{
    char *backup = alloc_printf("%s/copy", p->l->dir);
    struct live_output o =
        live_run(p->l, WAIT_MS,
                 (const char *[]){"conclave", "backup", "--socket",
                                  live_seat(p->l, 1)->socket, backup, NULL});
    is(o.status, 0, "a backup");
    live_output_free(&o);
    check_copy(p, "a backup", backup);
    check_copy(p, "the store of a running node", live_seat(p->l, RESTARTED)->data);
    (void)live_stop(p->l, BEHIND, WAIT_MS);
    check_copy(p, "that of a stopped one", live_seat(p->l, BEHIND)->data);
    char *file = alloc_printf("%s/data.mdb", live_seat(p->l, BEHIND)->data);
    check_copy(p, "its file", file);
    check_refusals(p, backup);
    free(file);
    free(backup);
}

int main(void)
{
    static struct play p;
    live_limit(240);
    begin(&p);
    check_decisions(&p);
    check_tables(&p);
    check_second(&p);
    check_copies(&p);
    ok(live_quiet(p.l), "no node wrote to its standard error");
    if (tap_failures > 0) {
        live_show_logs(p.l, 20);
    }
    for (size_t i = 0; i < moment_count; i++) {
        free(moments[i].json);
    }
    play_end(&p);
    return tap_done();
}
