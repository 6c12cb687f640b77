/* SPDX-License-Identifier: ISC */
/*
 * conclave audit: of good copies, which it leaves as they are; of damaged, foreign, cut and
 * older ones; of two, that are the same, of unequal length, or a fork.
 */
#define _GNU_SOURCE
#include "../e2e/damage.h"
#include "../ledger/older.h"
#include "live.h"
#include "place.h"
#include "tap.h"

#include "base/alloc.h"
#include "ledger/values.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 60000, SEATS = 4, ROUNDS = 4, FLIPS = 40 };

static struct live *live;
static struct world world, other;
static char *charter, *other_charter;

/* --- copies --- */

static char *path_of(const char *name)
{
    return alloc_printf("%s/%s", live->dir, name);
}

static char *write_charter(const struct world *w, const char *name)
{
    char *path = path_of(name);
    FILE *file = fopen(path, "we");
    ok(file != NULL && fwrite(w->json.data, 1, w->json.size, file) == w->json.size &&
           fclose(file) == 0,
       "%s is written", name);
    return path;
}

/* A ledger of so many rounds of four blocks. */
static char *make(const struct world *w, const char *name, unsigned rounds)
{
    struct place p;
    char *dir = path_of(name);
    place_open(&p, w, dir);
    for (unsigned i = 0; i < rounds; i++) {
        p.chain.view += i == 1;
        place_round(&p, SEATS, i % 2 == 0 ? SEATS : 1);
    }
    place_finish(&p);
    free(p.dir);
    return dir;
}

static void run(const char *const *argv)
{
    struct live_output o = live_run(live, WAIT_MS, argv);
    if (o.status != 0) {
        printf("# %s: %d: %s\n", argv[0], o.status, o.err);
    }
    live_output_free(&o);
}

static char *copy_of(const char *from, const char *name)
{
    char *to = path_of(name);
    run((const char *[]){"/bin/rm", "-rf", to, NULL});
    run((const char *[]){"/bin/cp", "-a", from, to, NULL});
    return to;
}

static char *data_of(const char *dir)
{
    return alloc_printf("%s/data.mdb", dir);
}

/* --- the command --- */

static json_t *audit_with(const char *charter_path, int status, const char *const *words)
{
    const char *argv[14] = {"conclave", "audit", "--json", "--charter", charter_path};
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[5 + i] = words[i];
    }
    struct live_output o = live_run(live, WAIT_MS, argv);
    json_t *answer = json_loads(o.out, 0, NULL);
    if (o.status != status || answer == NULL) {
        printf("# audit: %d, expected %d\n# %s\n# %s\n", o.status, status, o.out, o.err);
        json_decref(answer);
        answer = NULL;
    }
    live_output_free(&o);
    return answer;
}

#define AUDIT(status, ...) audit_with(charter, status, (const char *[]){__VA_ARGS__, NULL})

/* It fails before there is an answer: the words are in the error. */
static void refused(const char *charter_path, const char *path, int status,
                    const char *words)
{
    const char *argv[] = {"conclave", "audit", "--charter", charter_path, path, NULL};
    struct live_output o = live_run(live, WAIT_MS, argv);
    ok(o.status == status && strstr(o.err, words) != NULL && *o.out == '\0', "refused: %s",
       o.err);
    live_output_free(&o);
}

static const json_t *copy_at(const json_t *answer, size_t i)
{
    return json_array_get(json_object_get(answer, "copies"), i);
}

static const json_t *member(const json_t *object, const char *path)
{
    char *copy = alloc_string(path), *rest = copy, *name;
    while ((name = strsep(&rest, ".")) != NULL) {
        object = json_is_array(object) ? json_array_get(object, strtoul(name, NULL, 10))
                                       : json_object_get(object, name);
    }
    free(copy);
    return object;
}

static json_int_t number(const json_t *object, const char *path)
{
    return json_integer_value(member(object, path));
}

static const char *text(const json_t *object, const char *path)
{
    const char *value = json_string_value(member(object, path));
    return value != NULL ? value : "";
}

/* --- good ones --- */

/* But for the name of the copy. */
static void is_width(const char *out)
{
    bool fits = true;
    for (const char *at = out; at != NULL; at = strchr(at, '\n')) {
        at += *at == '\n';
        fits = fits && (strncmp(at, "  copy ", 7) == 0 || strcspn(at, "\n") <= 80);
    }
    ok(fits, "no line is wider than 80 columns");
}

static void check_figures(const char *dir)
{
    json_t *a = AUDIT(0, dir), *b = AUDIT(0, "--jobs", "3", dir), *c;
    const json_t *r = copy_at(a, 0);
    ok(json_is_true(json_object_get(a, "ok")) && number(r, "height") == 4 * ROUNDS &&
           number(r, "proved") == 4 * ROUNDS && number(r, "blocks") == 4 * ROUNDS &&
           number(r, "empty_blocks") == ROUNDS && number(r, "view_changes") == 1,
       "a good copy holds, of %lld blocks", (long long)number(r, "height"));
    ok(number(r, "operations.propose") == SEATS * ROUNDS &&
           number(r, "operations.ballot") == SEATS * SEATS * ROUNDS &&
           number(r, "operations.reveal") == SEATS * SEATS * ROUNDS &&
           number(r, "operations.void") == 0,
       "operations are counted by kind");
    /* Two envelopes of each seat a round, and a quorum for each block. */
    is(number(r, "signatures"), ROUNDS * (2 * SEATS + 3 * 4), "signatures are");
    ok(number(r, "decisions.approved") == SEATS * ROUNDS / 2 &&
           number(r, "decisions.rejected") == SEATS * ROUNDS / 2 &&
           number(r, "decisions.classes.0.approved") == SEATS * ROUNDS / 2 &&
           number(r, "decisions.reasons.threshold-unreachable") == SEATS * ROUNDS / 2,
       "decisions are, by outcome, class and reason");
    ok(number(r, "seats.2.ballots") == SEATS * ROUNDS &&
           number(r, "seats.2.reveals") == SEATS * ROUNDS &&
           json_is_null(member(r, "seats.2.convicted")),
       "and what each seat did");
    static const char *const differ[] = {"took_ms", "signatures_per_s", "jobs"};
    for (size_t i = 0; i < sizeof(differ) / sizeof(differ[0]); i++) {
        json_object_del((json_t *)(uintptr_t)copy_at(a, 0), differ[i]);
        json_object_del((json_t *)(uintptr_t)copy_at(b, 0), differ[i]);
    }
    ok(a != NULL && json_equal(a, b), "three threads find what one finds");
    c = AUDIT(0, "--decisions", "--quick", dir);
    ok(json_array_size(member(copy_at(c, 0), "list")) == SEATS * ROUNDS &&
           strcmp(text(copy_at(c, 0), "list.0.outcome"), "approved") == 0 &&
           number(copy_at(c, 0), "signatures") == 0,
       "decisions are listed, and --quick checks no signature");
    json_decref(a);
    json_decref(b);
    json_decref(c);
    const char *argv[] = {"conclave",    "audit", "--charter", charter,
                          "--decisions", dir,     NULL};
    struct live_output o = live_run(live, WAIT_MS, argv);
    ok(o.status == 0 && strstr(o.out, "HOLDS") != NULL && *o.err == '\0', "in words, too");
    live_output_free(&o);
    const char *quick[] = {"conclave", "audit", "--charter", charter, "--quick", dir, NULL};
    o = live_run(live, WAIT_MS, quick);
    ok(o.status == 0 && strstr(o.out, "NOT CHECKED") != NULL &&
           strstr(o.out, "HOLDS") == NULL,
       "what was not checked is not said to hold");
    is_width(o.out);
    live_output_free(&o);
}

/* Neither the file nor the directory is written to, and nothing is left in it. */
static void check_untouched(const char *dir)
{
    char *from = copy_of(dir, "still"), *data = data_of(from), *lock;
    struct stat before[2], after[2];
    lock = alloc_printf("%s/lock.mdb", from);
    (void)unlink(lock);
    char *content = live_read(data);
    ok(stat(from, &before[0]) == 0 && stat(data, &before[1]) == 0,
       "a copy without lock.mdb");
    json_t *a = AUDIT(0, from), *b = AUDIT(0, data);
    ok(a != NULL && b != NULL, "it holds by its directory and by its file");
    (void)stat(from, &after[0]);
    (void)stat(data, &after[1]);
    bool same = true;
    for (int i = 0; i < 2; i++) {
        same = same && before[i].st_mtim.tv_sec == after[i].st_mtim.tv_sec &&
               before[i].st_mtim.tv_nsec == after[i].st_mtim.tv_nsec &&
               before[i].st_ctim.tv_nsec == after[i].st_ctim.tv_nsec &&
               before[i].st_size == after[i].st_size;
    }
    char *now = live_read(data);
    ok(same && access(lock, F_OK) != 0 &&
           memcmp(content, now, (size_t)before[1].st_size) == 0,
       "and is as it was, to the time of its last change");
    json_decref(a);
    json_decref(b);
    free(content);
    free(now);
    free(lock);
    free(data);
    free(from);
}

/* Of another user, in a directory where that one may not write. */
static void check_stranger(const char *dir)
{
    static const char name[] = "as a user who may only read";
    char *program = live_program("conclave");
    if (geteuid() != 0 || access("/usr/bin/setpriv", X_OK) != 0) {
        skip(name, "needs root and setpriv");
        free(program);
        return;
    }
    char *place = alloc_string("/tmp/conclave-audit-XXXXXX");
    if (mkdtemp(place) == NULL || chmod(place, 0755) != 0) {
        skip(name, "needs a place in /tmp");
    } else {
        char *file = alloc_printf("%s/copy", place), *data = data_of(dir);
        char *readable = alloc_printf("%s/charter.json", place);
        char *own = alloc_printf("%s/conclave", place);
        run((const char *[]){"/bin/cp", data, file, NULL});
        run((const char *[]){"/bin/cp", charter, readable, NULL});
        run((const char *[]){"/bin/cp", program, own, NULL});
        run((const char *[]){"/bin/chmod", "0444", file, readable, NULL});
        const char *argv[] = {"/usr/bin/setpriv",
                              "--reuid=65534",
                              "--regid=65534",
                              "--clear-groups",
                              own,
                              "audit",
                              "--charter",
                              readable,
                              file,
                              NULL};
        struct live_output o = live_run(live, WAIT_MS, argv);
        ok(o.status == 0 && strstr(o.out, "HOLDS") != NULL, "%s: %s", name, o.err);
        live_output_free(&o);
        run((const char *[]){"/bin/rm", "-r", place, NULL});
        free(own);
        free(readable);
        free(data);
        free(file);
    }
    free(place);
    free(program);
}

/* --- bad ones --- */

static void check_damage(const char *dir, const struct damage *d)
{
    struct complaint why = {""};
    struct store *s = NULL;
    const uint64_t height = 2 * ROUNDS;
    char *copy = copy_of(dir, "damaged");
    if (store_open(copy, STORE_WRITE, &s, &why) == 0) {
        d->make(s, height);
        (void)store_commit(s);
        store_close(s);
    }
    json_t *a = AUDIT(1, copy, dir);
    ok(strcmp(text(copy_at(a, 0), "difference.what"), d->what) == 0 &&
           (d->height < 0 ||
            number(copy_at(a, 0), "difference.height") == (json_int_t)height + d->height) &&
           json_is_true(member(copy_at(a, 1), "ok")),
       "%s is found: %s: %s", d->name, text(copy_at(a, 0), "difference.what"),
       text(copy_at(a, 0), "difference.text"));
    ok(strcmp(text(a, "comparison.result"), "damaged") == 0,
       "and is no fork beside a good copy: %s", text(a, "comparison.result"));
    json_decref(a);
    free(copy);
}

/* The other council's blocks under this one's name. */
static void check_foreign(const char *dir, const char *foreign)
{
    struct complaint why = {""};
    struct store *s = NULL;
    refused(other_charter, dir, 1, "belongs to another council");
    refused(charter, foreign, 1, "belongs to another council");
    char *copy = copy_of(foreign, "renamed");
    if (store_open(copy, STORE_WRITE, &s, &why) == 0) {
        struct ledger_identity id = {world.charter->council_id, PLACE_SEAT, SEATS};
        struct buffer value = {0};
        value_put_identity(&value, &id);
        store_put(s, STORE_META, slice_of_string("identity"), buffer_slice(&value));
        ok(store_commit(s) == 0, "a store that gives itself out for another council's");
        buffer_free(&value);
        store_close(s);
    }
    json_t *a = AUDIT(1, copy);
    ok(number(copy_at(a, 0), "difference.height") == 1, "is found at its first block: %s",
       text(copy_at(a, 0), "difference.text"));
    json_decref(a);
    free(copy);
}

static void check_files(const char *dir)
{
    char *cut = copy_of(dir, "cut"), *data = data_of(cut), *none = path_of("none");
    struct stat st;
    ok(stat(data, &st) == 0 && truncate(data, st.st_size - 4096) == 0, "a file is cut");
    refused(charter, cut, 1, "damaged");
    ok(truncate(data, 100) == 0, "and cut to a stump");
    refused(charter, data, 1, "damaged");
    ok(truncate(data, 0) == 0, "and to nothing");
    refused(charter, data, 1, "no ledger");
    refused(charter, charter, 1, "damaged");
    refused(charter, none, 1, "no ledger");
    refused(charter, live->dir, 1, "no ledger");
    const char *argv[] = {"conclave", "audit", dir, NULL};
    struct live_output o = live_run(live, WAIT_MS, argv);
    ok(o.status == 2, "without a charter there is nothing to believe in");
    live_output_free(&o);
    free(none);
    free(data);
    free(cut);
}

/* Bytes anywhere in the file: an answer or an error, and never a signal. */
static void check_flips(const char *dir)
{
    unsigned bad = 0, found = 0;
    srand(6);
    for (int i = 0; i < FLIPS; i++) {
        char *copy = copy_of(dir, "flipped"), *data = data_of(copy);
        struct stat st;
        int fd = open(data, O_RDWR | O_CLOEXEC);
        (void)fstat(fd, &st);
        for (int n = 0; n < 30; n++) {
            uint8_t byte = (uint8_t)rand();
            (void)!pwrite(fd, &byte, 1, rand() % st.st_size);
        }
        (void)close(fd);
        const char *argv[] = {"conclave", "audit", "--charter", charter, copy, NULL};
        struct live_output o = live_run(live, WAIT_MS, argv);
        bad += o.status != 0 && o.status != 1;
        found += o.status == 1;
        live_output_free(&o);
        free(data);
        free(copy);
    }
    ok(bad == 0 && found > 0,
       "of %d files with bytes changed anywhere %u are found out, and "
       "%u end it otherwise",
       FLIPS, found, bad);
}

/* --- what an older build wrote --- */

static void check_older(const char *dir)
{
    struct complaint why = {""};
    struct ledger *l = NULL;
    struct ledger_identity id = {world.charter->council_id, PLACE_SEAT, SEATS};
    char *copy = copy_of(dir, "older");
    ok(older_make(copy, STORE_FORMAT_OLDEST, 0) == 0, "a store as an older build wrote it");
    json_t *a = AUDIT(0, copy, dir);
    ok(strcmp(text(a, "comparison.result"), "same") == 0, "it holds, and says the same");
    json_decref(a);
    ok(ledger_open(copy, LEDGER_WRITE, &id, &l, &why) == 0 && ledger_keeps_tree(l),
       "a node of this build makes the tree of the decisions that are there");
    ledger_close(l);
    a = AUDIT(0, copy);
    ok(a != NULL, "and it is the right one");
    json_decref(a);
    free(copy);
}

/* --- what no certificate proves --- */

static void check_tail(const char *dir)
{
    struct complaint why = {""};
    struct store *s = NULL;
    char *copy = copy_of(dir, "tail");
    uint8_t key[8];
    value_key_number(key, 4 * ROUNDS);
    if (store_open(copy, STORE_WRITE, &s, &why) == 0) {
        /* A good certificate, of a block that is not there. */
        struct header h = {.height = 4 * ROUNDS + 9, .view = 1};
        struct hash hash = {{7}};
        struct certificate *c = world_certificate(&world, &h, &hash, 1);
        struct buffer value = {0};
        codec_encode_certificate(&value, c);
        store_delete(s, STORE_CERTIFICATES, slice_of(key, sizeof(key)));
        value_key_number(key, h.height);
        store_put(s, STORE_CERTIFICATES, slice_of(key, sizeof(key)), buffer_slice(&value));
        ok(store_commit(s) == 0,
           "the last block has a certificate that does not lead to it");
        buffer_free(&value);
        certificate_unref(c);
        store_close(s);
    }
    json_t *a = AUDIT(1, copy);
    ok(number(copy_at(a, 0), "proved") == 4 * ROUNDS - 1 &&
           strcmp(text(copy_at(a, 0), "difference.what"), "certificate") == 0,
       "which proves nothing: %s", text(copy_at(a, 0), "difference.text"));
    json_decref(a);
    free(copy);
}

/* --- two --- */

/* As make() does it, but for what is proposed from the third round on. */
static char *make_fork(const char *name, uint64_t view)
{
    struct place p;
    char *dir = path_of(name);
    place_open(&p, &world, dir);
    for (unsigned i = 0; i < ROUNDS; i++) {
        p.chain.view += i == 1;
        p.chain.view += i == 2 ? view : 0;
        place_round(&p, i < 2 ? SEATS : 2 * SEATS, i % 2 == 0 ? SEATS : 1);
    }
    place_finish(&p);
    free(p.dir);
    return dir;
}

static void check_two(const char *dir)
{
    char *shorter = make(&world, "shorter", ROUNDS - 1);
    json_t *a = AUDIT(0, dir, dir);
    ok(strcmp(text(a, "comparison.result"), "same") == 0 &&
           number(a, "comparison.agreed") == 4 * ROUNDS,
       "a copy and itself are the same");
    json_decref(a);
    a = AUDIT(0, shorter, dir);
    ok(strcmp(text(a, "comparison.result"), "shorter") == 0 &&
           number(a, "comparison.agreed") == 4 * (ROUNDS - 1) &&
           json_is_null(member(a, "comparison.height")),
       "one that ends earlier is no contradiction");
    json_decref(a);
    free(shorter);
}

/* The fork's certificate in a copy that has the other block: each signature in it is good.
 */
static void check_swapped(const char *dir, const char *fork)
{
    struct complaint why = {""};
    struct store *from = NULL, *to = NULL;
    struct bytes *value = NULL;
    char *copy = copy_of(dir, "swapped");
    uint8_t key[8];
    value_key_number(key, 9);
    if (store_open(fork, STORE_READ, &from, &why) == 0 &&
        store_open(copy, STORE_WRITE, &to, &why) == 0 &&
        store_get(from, STORE_CERTIFICATES, slice_of(key, sizeof(key)), &value) == 0) {
        store_put(to, STORE_CERTIFICATES, slice_of(key, sizeof(key)), bytes_slice(value));
        ok(store_commit(to) == 0, "a certificate of the other block of its height");
    }
    bytes_unref(value);
    store_close(from);
    store_close(to);
    json_t *a = AUDIT(1, copy);
    ok(strcmp(text(copy_at(a, 0), "difference.what"), "certificate") == 0 &&
           number(copy_at(a, 0), "difference.height") == 9,
       "is found: %s", text(copy_at(a, 0), "difference.text"));
    json_decref(a);
    free(copy);
}

static void check_fork(const char *dir, const char *name, uint64_t view)
{
    char *fork = make_fork(name, view);
    if (view == 0) {
        check_swapped(dir, fork);
    }
    json_t *a = AUDIT(1, dir, fork);
    ok(strcmp(text(a, "comparison.result"), "fork") == 0 &&
           number(a, "comparison.agreed") == 8 && number(a, "comparison.height") == 9 &&
           json_is_true(member(copy_at(a, 0), "ok")) &&
           json_is_true(member(copy_at(a, 1), "ok")),
       "two copies that hold by themselves are a fork from height %lld on",
       (long long)number(a, "comparison.height"));
    ok(json_is_true(member(a, "comparison.one_vote")) == (view == 0) &&
           json_array_size(member(a, "comparison.signed_both")) == 3 &&
           strcmp(text(a, "comparison.sides.0.block"),
                  text(a, "comparison.sides.1.block")) != 0,
       "of %s, with the seats that signed both", view == 0 ? "one view" : "two views");
    json_decref(a);
    const char *argv[] = {"conclave", "audit", "--charter", charter, dir, fork, NULL};
    struct live_output o = live_run(live, WAIT_MS, argv);
    ok(o.status == 1 && strstr(o.out, "FORK") != NULL && strstr(o.out, "Delegate") != NULL,
       "and said so in words");
    live_output_free(&o);
    free(fork);
}

int main(void)
{
    struct live_options o = {.seats = SEATS};
    live_limit(300);
    live = live_new(&o);
    world_begin(&world, SEATS, "audited");
    world_begin(&other, SEATS, "another");
    charter = write_charter(&world, "world.json");
    other_charter = write_charter(&other, "other.json");
    char *dir = make(&world, "good", ROUNDS), *foreign = make(&other, "foreign", 2);
    check_figures(dir);
    check_untouched(dir);
    check_stranger(dir);
    for (const struct damage *d = damages; d->name != NULL; d++) {
        check_damage(dir, d);
    }
    check_foreign(dir, foreign);
    check_files(dir);
    check_flips(dir);
    check_older(dir);
    check_tail(dir);
    check_two(dir);
    check_fork(dir, "fork", 0);
    check_fork(dir, "fork-of-views", 3);
    free(foreign);
    free(dir);
    free(charter);
    free(other_charter);
    world_end(&world);
    world_end(&other);
    live_free(live);
    return tap_done();
}
