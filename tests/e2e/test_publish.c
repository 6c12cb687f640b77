/* SPDX-License-Identifier: ISC */
/*
 * The public log of real nodes: checkpoints that a quorum signs, a directory that keeps up
 * with them and holds by the charter alone, proofs for strangers; after a restart, too.
 */
#include "live.h"
#include "tap.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 30000, SEATS = 4, TURN_MS = 50 };

static char *site, *proof_path, *growth_path, *seen_path;

/* Runs a program; its status, and its words on either channel. NULL: any. */
static void run(struct live *l, int status, const char *words, const char *const *argv)
{
    struct live_output o = live_run(l, WAIT_MS, argv);
    bool said =
        words == NULL || strstr(o.out, words) != NULL || strstr(o.err, words) != NULL;
    if (!ok(o.status == status && said, "%s %s: %d, %s", argv[0], argv[1], status,
            words != NULL ? words : "")) {
        printf("# %d\n# %s\n# %s\n", o.status, o.out, o.err);
    }
    live_output_free(&o);
}

static bool approve(void *context, unsigned seat, const json_t *params,
                    struct live_ballot *out)
{
    (void)context;
    (void)params;
    *out = (struct live_ballot){seat == 4 ? "reject" : "approve", 80, "as it should be"};
    return true;
}

static void decide(struct live *l, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char id[LIVE_ID_BYTES];
        json_t *final = NULL;
        if (live_propose(l, 1 + i % SEATS, "test", "To be public <b>", NULL, id) == 0) {
            final = live_wait_final(l, 1, id, WAIT_MS);
        }
        ok(final != NULL, "a decision");
        json_decref(final);
    }
}

/* A quorum has signed a tree of so many decisions, as this seat knows. */
static bool wait_signed(struct live *l, unsigned seat, json_int_t size)
{
    json_int_t now = -1;
    for (int waited = 0; waited < WAIT_MS && now != size; waited += TURN_MS) {
        json_t *answer = live_call(l, seat, "checkpoint", NULL);
        now = json_integer_value(json_object_get(answer, "size"));
        json_decref(answer);
        live_pump(l, TURN_MS);
    }
    return now == size;
}

static void publish(struct live *l, int status, const char *words)
{
    const char *argv[] = {"conclave",
                          "publish",
                          "--charter",
                          l->charter_path,
                          site,
                          "--socket",
                          live_seat(l, 1)->socket,
                          NULL};
    run(l, status, words, argv);
}

static bool is_there(const char *name)
{
    char *path = alloc_printf("%s/%s", site, name);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

/* Bundles of the directory, judged by the charter. */
static void verify_all(struct live *l, size_t count)
{
    char *path = alloc_printf("%s/decisions.json", site);
    json_t *rows = json_load_file(path, 0, NULL);
    is((int64_t)json_array_size(rows), (int64_t)count, "the index has them all");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *name = json_string_value(json_object_get(row, "proof"));
        char *file = alloc_printf("%s/%s", site, name);
        const char *argv[] = {"conclave-verify", "--charter", l->charter_path, file, NULL};
        run(l, 0, NULL, argv);
        ok(is_there(json_string_value(json_object_get(row, "page"))), "with a page");
        free(file);
    }
    json_decref(rows);
    free(path);
}

/* As a stranger does, who remembers what he saw; of one thing, or of two. */
static void remember(struct live *l, int status, const char *words, const char *thing,
                     const char *second)
{
    const char *argv[] = {"conclave",      "verify",     "--charter",
                          l->charter_path, "--remember", seen_path,
                          thing,           second,       NULL};
    run(l, status, words, argv);
}

/* A bit of a file of the site, which is then as it was. */
static void flip(const char *name)
{
    char *path = alloc_printf("%s/%s", site, name);
    FILE *f = fopen(path, "r+e");
    int c = f != NULL && fseek(f, 40, SEEK_SET) == 0 ? fgetc(f) : EOF;
    ok(c != EOF && fseek(f, 40, SEEK_SET) == 0 && fputc(c ^ 1, f) != EOF && fclose(f) == 0,
       "a bit of %s is flipped", name);
    free(path);
}

static void test_first(struct live *l)
{
    publish(l, 0, "nothing to publish yet");
    const char *early[] = {"conclave", "prove", "0", "--socket", live_seat(l, 1)->socket,
                           NULL};
    run(l, 1, "there is no checkpoint yet", early);
    decide(l, 2);
    ok(wait_signed(l, 1, 2), "a quorum signs both decisions");
    ok(wait_signed(l, 3, 2), "as another seat knows");
    publish(l, 0, "2 decisions, 2 of them new");
    ok(is_there("checkpoint") && is_there("tile/0/000.p/2") &&
           is_there("tile/entries/000.p/2") && is_there("charter.json") &&
           is_there("index.html"),
       "the directory has all that it should");
    verify_all(l, 2);
    publish(l, 0, NULL);
    remember(l, 0, "2 decisions, from now on", site, NULL);
}

static void test_more(struct live *l)
{
    decide(l, 1);
    ok(wait_signed(l, 1, 3), "the next decision is signed");
    publish(l, 0, "3 decisions, 1 of them new");
    verify_all(l, 3);
    const char *prove[] = {
        "conclave", "prove", "2", "-o", proof_path, "--socket", live_seat(l, 2)->socket,
        NULL};
    run(l, 0, NULL, prove);
    const char *grow[] = {"conclave", "prove",     "--since",  "2",
                          "-o",       growth_path, "--socket", live_seat(l, 2)->socket,
                          NULL};
    run(l, 0, NULL, grow);
    char *text = live_read(proof_path);
    ok(strncmp(text, "c2sp.org/tlog-proof@v1\n", 23) == 0 &&
           strstr(text, "\nindex 2\n") != NULL && strstr(text, "\nconclave/") != NULL,
       "the proof is a tlog-proof with the checkpoint");
    free(text);
    text = live_read(growth_path);
    ok(strstr(text, "old 2\n") != NULL, "and the log only grew");
    free(text);
    remember(l, 1, "prove", proof_path, NULL);
    remember(l, 0, "3 decisions, from now on", proof_path, growth_path);
    remember(l, 0, "3 decisions, as before", site, NULL);
    flip("tile/entries/000.p/3");
    remember(l, 1, "tile/entries/000.p/3", site, NULL);
    flip("tile/entries/000.p/3");
    remember(l, 0, NULL, site, NULL);
}

/* Nothing of a checkpoint is in the store. */
static void test_restart(struct live *l)
{
    for (unsigned seat = 1; seat <= SEATS; seat++) {
        (void)live_stop(l, seat, WAIT_MS);
    }
    ok(live_start_council(l), "the council starts again");
    ok(wait_signed(l, 1, 3), "and signs the same tree again");
    publish(l, 0, NULL);
    remember(l, 0, "3 decisions, as before", site, NULL);
    is((int64_t)live_log_count(l, 1, "event=checkpoint.complete size=3 "), 2,
       "once a start for the same tree");
    is((int64_t)live_log_count(l, 1, "checkpoint.differs"), 0, "and nobody another one");
}

int main(void)
{
    const struct live_options options = {.seats = SEATS,
                                         .charter = "{\"publish\":{\"interval_ms\":1000},"
                                                    "\"timing\":{\"max_drift_ms\":100}}"};
    live_limit(120);
    struct live *l = live_new(&options);
    site = alloc_printf("%s/public", l->dir);
    proof_path = alloc_printf("%s/decision.tlog-proof", l->dir);
    growth_path = alloc_printf("%s/growth.proof", l->dir);
    seen_path = alloc_printf("%s/seen", l->dir);
    live_agent_set(l, 0, approve, NULL);
    ok(live_start_council(l), "a council of four");
    test_first(l);
    test_more(l);
    test_restart(l);
    ok(live_quiet(l), "no node complained");
    live_free(l);
    free(site);
    free(proof_path);
    free(growth_path);
    free(seen_path);
    return tap_done();
}
