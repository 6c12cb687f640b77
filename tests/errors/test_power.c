/* SPDX-License-Identifier: ISC */
/*
 * Power cuts. A ledger works for several lives, some of which end in an error of the disk;
 * all it does to its files is kept. Then, for every moment of that, the contents that a
 * power cut could have left on the disk are made, and the ledger opened on each: it must
 * open, hold whole turns, all that was acknowledged, the very votes that were, and go on.
 * CONCLAVE_LONG=1: all images rather than a sample, and more of the random ones.
 */
#include "../ledger/scratch.h"

#include "life.h"

#include "../ledger/turn.h"
#include "disk.h"
#include "faults.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

enum { LIVES_SHORT = 16, LIVES_LONG = 60, TURNS = 2, DEPTH = 8, LAST_SALT = 1000 };
enum {
    SUBSETS_MAX = 8,
    RANDOM_SHORT = 2,
    RANDOM_LONG = 24,
    LIE_STRIDE = 10,
    LIES_MAX = 100
};
enum { SAMPLE = 24, SAMPLE_MIN = 100, CUT_SECONDS = 120 };

static const enum fault_shape shapes[] = {FAULT_ONCE,  FAULT_GOOD, FAULT_AFTER,
                                          FAULT_SHORT, FAULT_DEAD, FAULT_DEAD};
enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

static char *dir, *image_dir;
static struct rng rng;
static bool all;

/* Of all images, in memory that the children share. */
static struct tally {
    uint64_t images, bad, unmade, ahead;
    char wrong[256];
} * tally;

/* --- the workload --- */

static void work(struct ledger *l, uint64_t salt, struct disk_mark *m)
{
    for (int i = 0; i < TURNS; i++) {
        m->trying = salt;
        disk_promise(m);
        turn_write(l, salt);
        if (ledger_commit(l) != 0) {
            return;
        }
        *m = (struct disk_mark){true, ledger_height(l), salt, 0};
        disk_promise(m);
    }
}

/* One life; from the second on most of them meet an error somewhere. */
static void live(uint64_t number, struct disk_mark *m)
{
    struct ledger *l = NULL;
    struct complaint why = {""};
    if (number > 1 && !rng_chance(&rng, 4)) {
        fault_arm(FAULT_FILE, shapes[rng_below(&rng, SHAPES)], 1 + rng_below(&rng, 50));
    }
    int error = life_open(dir, number == 0 ? LEDGER_CREATE : LEDGER_WRITE, &l, &why);
    if (error == 0) {
        m->made = true;
        m->height = ledger_height(l);
        (void)turn_is_whole(l, m->height, 1, &m->salt);
        disk_promise(m);
        work(l, number + 1, m);
        if (rng_chance(&rng, 2)) {
            ledger_close(l);
        } else {
            ledger_free(l);
        }
    }
    fault_disarm();
}

/* --- the judgement, in a child --- */

static const char *judge(struct ledger *l, const struct disk_mark *m)
{
    uint64_t height = ledger_height(l), salt;
    bool ahead = m->trying != 0 && height == m->height + 1;
    if (height != m->height && !ahead) {
        return "something acknowledged is lost";
    }
    if (!turn_is_whole(l, height, DEPTH, &salt)) {
        return "a turn is there in part";
    }
    if (height > 0 && salt != (ahead ? m->trying : m->salt)) {
        return "another vote than the one that was acknowledged";
    }
    tally->ahead += ahead;
    turn_write(l, LAST_SALT);
    return ledger_commit(l) == 0 ? NULL : "it does not go on";
}

static const char *open_image(const struct disk_mark *m, struct complaint *why)
{
    struct ledger *l = NULL;
    int error = life_open(image_dir, LEDGER_WRITE, &l, why);
    if (error == CONCLAVE_ENOENT && !m->made) {
        tally->unmade++;
        error = life_open(image_dir, LEDGER_CREATE, &l, why);
    }
    if (error != 0) {
        return "it does not open";
    }
    const char *wrong = judge(l, m);
    ledger_close(l);
    return wrong;
}

static void try_image(const struct disk_cut *c, const enum disk_part *parts, size_t entries)
{
    struct complaint why = {""};
    if (!all && !rng_chance(&rng, SAMPLE)) {
        return;
    }
    if (!disk_image(c, parts, entries, &rng, image_dir)) {
        _exit(2);
    }
    tally->images++;
    const char *wrong = open_image(&c->mark, &why);
    if (wrong != NULL && tally->bad++ == 0) {
        size_t used = (size_t)snprintf(tally->wrong, sizeof(tally->wrong),
                                       "cut at %d, %d changes of the directory, writes ",
                                       (int)c->at, (int)entries);
        for (size_t i = 0; i < c->count && used + 2 < sizeof(tally->wrong) / 2; i++) {
            tally->wrong[used++] = "-+htor"[parts[i]];
        }
        (void)snprintf(tally->wrong + used, sizeof(tally->wrong) - used, ": %s %s", wrong,
                       why.text);
    }
}

static void fill(enum disk_part *parts, size_t count, enum disk_part part)
{
    for (size_t i = 0; i < count; i++) {
        parts[i] = part;
    }
}

/* Each write alone is the only one there, missing, or torn. */
static void try_single(const struct disk_cut *c, enum disk_part *parts)
{
    static const enum disk_part kinds[] = {PART_HEAD, PART_TAIL, PART_ODD};
    for (size_t i = 0; i < c->count; i++) {
        for (int others = 0; others < 2; others++) {
            enum disk_part rest = others == 0 ? PART_NONE : PART_ALL;
            fill(parts, c->count, rest);
            parts[i] = others == 0 ? PART_ALL : PART_NONE;
            try_image(c, parts, c->entries);
            for (int k = 0; k < 3; k++) {
                parts[i] = kinds[k];
                try_image(c, parts, c->entries);
            }
        }
    }
}

static void try_subsets(const struct disk_cut *c, enum disk_part *parts)
{
    for (unsigned set = 0; set < 1U << c->count; set++) {
        for (size_t i = 0; i < c->count; i++) {
            parts[i] = (set >> i & 1) != 0 ? PART_ALL : PART_NONE;
        }
        for (size_t entries = 0; entries <= c->entries; entries++) {
            try_image(c, parts, entries);
        }
    }
}

static void try_cut(size_t at)
{
    struct disk_cut c;
    disk_cut_at(at, &c);
    enum disk_part *parts = alloc((c.count + 1) * sizeof(*parts));
    for (size_t entries = 0; entries <= c.entries; entries++) {
        fill(parts, c.count, PART_ALL);
        try_image(&c, parts, entries);
        fill(parts, c.count, PART_NONE);
        try_image(&c, parts, entries);
    }
    try_single(&c, parts);
    if (at < disk_operations() && disk_is_barrier(at) && c.count <= SUBSETS_MAX) {
        try_subsets(&c, parts);
    }
    for (int i = 0; i < (all ? RANDOM_LONG : RANDOM_SHORT); i++) {
        for (size_t w = 0; w < c.count; w++) {
            parts[w] = (enum disk_part)rng_below(&rng, PART_RANDOM + 1);
        }
        try_image(&c, parts, rng_below(&rng, c.entries + 1));
    }
    free(parts);
    disk_cut_clear(&c);
}

/* Every stride-th cut, in a child each: an image may end it. How many children ended
 * badly, at most `enough` of them or of bad images. */
static unsigned try_cuts(size_t stride, uint64_t enough)
{
    unsigned died = 0;
    for (size_t at = 0; at <= disk_operations() && died + tally->bad < enough;
         at += stride) {
        (void)rng_next(&rng);
        (void)fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            (void)alarm(CUT_SECONDS);
            disk_show_image();
            try_cut(at);
            _exit(0);
        }
        int status = 1;
        (void)waitpid(child, &status, 0);
        if (status != 0 && stride == 1) {
            printf("# cut at %d: status %x\n", (int)at, (unsigned)status);
        }
        died += status != 0;
    }
    return died;
}

int main(void)
{
    const char *value = getenv("CONCLAVE_LONG");
    all = value != NULL && strcmp(value, "1") == 0;
    rng = rng_begin((uint64_t)getpid() << 20 | (uint64_t)time(NULL));
    dir = life_dir();
    image_dir = life_dir();
    tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                 -1, 0);
    struct disk_mark m = {false, 0, 0, 0};
    uint64_t lives = all ? LIVES_LONG : LIVES_SHORT;
    disk_watch(dir);
    for (uint64_t i = 0; i < lives; i++) {
        live(i, &m);
    }
    disk_unwatch();
    ok(m.height >= TURNS, "%d turns in %d lives, %d operations, %d syncs", (int)m.height,
       (int)lives, (int)disk_operations(), (int)disk_syncs());
    unsigned died = try_cuts(1, UINT64_MAX);
    printf("# %d images: %d with the turn that was not acknowledged, %d of no store yet\n",
           (int)tally->images, (int)tally->ahead, (int)tally->unmade);
    ok(died == 0 && tally->bad == 0,
       "no power cut loses or contradicts anything (%d do) %s", (int)tally->bad,
       tally->wrong);
    ok(tally->images >= SAMPLE_MIN && (!all || tally->ahead > 0), "there were images");

    memset(tally, 0, sizeof(*tally));
    disk_lie();
    died = try_cuts(LIE_STRIDE, LIES_MAX);
    ok(died > 0 || tally->bad > 0,
       "on a disk that lies about its syncs they do: %d of %d images, %d deaths",
       (int)tally->bad, (int)tally->images, (int)died);
    scratch_remove(dir);
    scratch_remove(image_dir);
    return tap_done();
}
