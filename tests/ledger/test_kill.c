/* SPDX-License-Identifier: ISC */
/* A process that is killed -9 at random moments, over and over: what it reported as
 * committed is there, no transaction is there in part, and the marks always match. */
#include "scratch.h"

#include "base/clock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

enum { SECONDS = 8, PAUSE_MAX_US = 40000, TRAIL = 5 };

static char *dir;

/* One transaction: block h, its certificate, a vote for h + 1, an own operation h. */
static void write_turn(struct ledger *l)
{
    uint64_t h = l->height + 1;
    struct block *b = scratch_next(l, 1, 100 + h % 7 * 900);
    ledger_append(l, b);
    struct certificate *c = scratch_certificate(CERTIFICATE_COMMIT, 0, h, &b->hash);
    ledger_put_commit(l, c);
    ledger_put_best(l, c);
    certificate_unref(c);
    block_unref(b);
    ledger_prune(l, 0, h > TRAIL ? h - TRAIL : 0);
    struct vote v = scratch_vote(PHASE_PREPARE, 0, h + 1);
    ledger_put_vote(l, &v);
    struct hash id = scratch_hash(h);
    struct buffer operation = {0};
    scratch_operation(&operation, h, 20);
    ledger_put_own(l, &id, buffer_slice(&operation));
    buffer_free(&operation);
    if (h > TRAIL) {
        id = scratch_hash(h - TRAIL);
        ledger_drop_own(l, &id);
    }
}

static void work(int out, unsigned journal_commits)
{
    struct ledger_identity id = scratch_identity();
    struct ledger_options options = {MACHINE_ID_PATH, journal_commits};
    struct ledger *l = NULL;
    struct complaint why = {""};
    for (int lives = 0;; lives++) {
        int error = ledger_open_with(dir, LEDGER_WRITE, &id, &options, &l, &why);
        if (error != 0) {
            printf("# %d %s\n", error, why.text);
            fflush(stdout);
            _exit(1);
        }
        for (int turn = 0; turn < 10 + lives; turn++) {
            write_turn(l);
            if (ledger_commit(l) != 0) {
                _exit(2);
            }
            uint64_t h = l->height;
            if (write(out, &h, sizeof(h)) != sizeof(h)) {
                _exit(3);
            }
        }
        ledger_close(l);
    }
}

static void count_own(void *ctx, const struct hash *op_id, struct slice operation)
{
    uint64_t *wanted = ctx;
    struct hash id = scratch_hash(*wanted);
    (void)operation;
    *wanted += hash_equal(&id, op_id);
}

/* Whether the ledger is what `height` whole turns make. */
static bool is_whole(struct ledger *l, uint64_t height)
{
    if (ledger_height(l) != height) {
        return false;
    }
    struct hash prev = l->id.council_id;
    uint64_t from = height > 20 ? height - 20 : 1;
    for (uint64_t h = from; h <= height; h++) {
        struct block *b = NULL;
        struct certificate *c = NULL;
        bool good = ledger_block(l, h, &b) == 0 && ledger_commit_of(l, h, &c) == 0 &&
                    (h == from || hash_equal(&b->header.prev_hash, &prev)) &&
                    c->what.height == h && hash_equal(&c->what.block, &b->hash);
        if (good) {
            prev = b->hash;
        }
        block_unref(b);
        certificate_unref(c);
        if (!good) {
            return false;
        }
    }
    struct ledger_saved saved;
    if (ledger_load_saved(l, &saved) != 0) {
        return false;
    }
    uint64_t votes = height < TRAIL + 1 ? height : TRAIL + 1;
    bool good = saved.vote_count == votes && (height == 0 || saved.best != NULL) &&
                (height == 0 || (saved.best->what.height == height &&
                                 saved.votes[votes - 1].height == height + 1));
    ledger_saved_clear(&saved);
    uint64_t wanted = height > TRAIL ? height - TRAIL + 1 : 1;
    return good && ledger_each_own(l, count_own, &wanted) == 0 && wanted == height + 1;
}

int main(void)
{
    const char *given = getenv("SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
                                  : (unsigned)clock_wall_ms() ^ (unsigned)getpid();
    printf("# SEED=%u\n", seed);
    srandom(seed);
    dir = scratch_make();
    ledger_close(scratch_open(dir, LEDGER_CREATE));
    uint64_t reported = 0, kills = 0, unreported = 0, empty = 0;
    uint64_t end = clock_monotonic_ms() + SECONDS * 1000;
    bool good = true;
    while (good && clock_monotonic_ms() < end) {
        int fds[2];
        if (pipe(fds) != 0) {
            good = ok(false, "pipe");
            break;
        }
        unsigned journal_commits = 1 + (unsigned)random() % 4;
        unsigned pause = (unsigned)random() % PAUSE_MAX_US;
        pid_t child = fork();
        if (child == 0) {
            close(fds[0]);
            work(fds[1], journal_commits);
        }
        close(fds[1]);
        usleep(pause);
        kill(child, SIGKILL);
        uint64_t h, before = reported;
        while (read(fds[0], &h, sizeof(h)) == sizeof(h)) {
            reported = h;
        }
        close(fds[0]);
        int status = 0;
        waitpid(child, &status, 0);
        if (!WIFSIGNALED(status)) {
            good = ok(false, "the child ended by itself, status %d", status);
            break;
        }
        kills++;
        empty += reported == before;
        struct ledger *l = scratch_open(dir, LEDGER_WRITE);
        if (l == NULL) {
            good = ok(false, "kill %d: the store does not open", (int)kills);
            break;
        }
        uint64_t height = ledger_height(l);
        if (height != reported && height != reported + 1) {
            good = ok(false, "reported %d, found %d", (int)reported, (int)height);
        }
        unreported += height == reported + 1;
        if (!is_whole(l, height)) {
            good = ok(false, "height %d is not there whole", (int)height);
        }
        reported = height;
        if (random() % 2 == 0) {
            ledger_close(l);
        } else {
            ledger_free(l);
        }
    }
    printf("# %d kills, %d blocks, %d transactions durable but not reported, %d lives cut "
           "short before their first report\n",
           (int)kills, (int)reported, (int)unreported, (int)empty);
    ok(good, "everything reported was there, and every transaction whole");
    ok(kills > 10 && reported > 10, "the test had kills and work to do");
    scratch_remove(dir);
    return tap_done();
}
