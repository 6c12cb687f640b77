/* SPDX-License-Identifier: ISC */
/* A process that is killed -9 at random moments, over and over: what it reported as
 * committed is there, no transaction is there in part, and the marks always match. */
#include "scratch.h"
#include "turn.h"

#include "base/clock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

enum { SECONDS = 8, PAUSE_MAX_US = 40000, DEPTH = 20 };

static char *dir;

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
            turn_write(l, 0);
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
        uint64_t salt;
        if (!turn_is_whole(l, height, DEPTH, &salt)) {
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
