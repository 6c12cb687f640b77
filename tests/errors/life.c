/* SPDX-License-Identifier: ISC */
#include "../ledger/scratch.h"

#include "life.h"

#include "../ledger/turn.h"
#include "faults.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { OPTIONS_COMMITS = 2, DEPTH = 8, LIFE_SECONDS = 20 };

char *life_dir(void)
{
    if (access("/dev/shm", W_OK) == 0) {
        (void)setenv("TMPDIR", "/dev/shm", 1);
    }
    return scratch_make();
}

int life_open(const char *dir, enum ledger_mode mode, struct ledger **out,
              struct complaint *why)
{
    struct ledger_identity id = scratch_identity();
    struct ledger_options options = {MACHINE_ID_PATH, OPTIONS_COMMITS};
    return ledger_open_with(dir, mode, &id, &options, out, why);
}

/* --- the child --- */

static int do_turns(struct ledger *l, const struct life *life, struct life_end *end)
{
    for (unsigned i = 0; i < life->turns; i++) {
        turn_write(l, life->salt);
        int error = ledger_commit(l);
        if (error != 0) {
            return error;
        }
        end->height = ledger_height(l);
        end->salt = life->salt;
        /* What it reads must be right or an error; either is told below. */
        uint64_t salt;
        (void)turn_is_whole(l, end->height, DEPTH, &salt);
    }
    return 0;
}

__attribute__((noreturn)) static void live(const char *dir, const struct life *life,
                                           struct life_end *end)
{
    struct ledger *l = NULL;
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)alarm(LIFE_SECONDS);
    fault_struck = &end->struck;
    if (life->begin != NULL) {
        life->begin();
    }
    end->error =
        life_open(dir, life->creates ? LEDGER_CREATE : LEDGER_WRITE, &l, &end->why);
    if (end->error == 0) {
        end->opened = true;
        end->height = ledger_height(l);
        end->error = do_turns(l, life, end);
        /* conclaved ends at once after an error; closing must do no harm either. */
        ledger_close(l);
    }
    _exit(end->error == 0 ? 0 : 1);
}

void life_run(const char *dir, const struct life *life, struct life_end *end)
{
    int pipe_ends[2];
    struct life_end *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pipe(pipe_ends) != 0) {
        printf("Bail out! no memory to share, or no pipe\n");
        exit(1);
    }
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(pipe_ends[1], STDERR_FILENO);
        live(dir, life, shared);
    }
    (void)close(pipe_ends[1]);
    char text[512];
    ssize_t size = read(pipe_ends[0], text, sizeof(text) - 1);
    text[size > 0 ? size : 0] = '\0';
    (void)close(pipe_ends[0]);
    (void)waitpid(child, &shared->status, 0);
    *end = *shared;
    end->said_memory = strstr(text, "event=memory.exhausted") != NULL;
    if (text[0] != '\0' && !end->said_memory) {
        printf("# the child said: %s\n", text);
    }
    (void)munmap(shared, sizeof(*shared));
}

/* --- the judgement --- */

static const char *check_open(struct ledger *l, const struct life *life,
                              const struct life_end *end, uint64_t before_height,
                              uint64_t before_salt)
{
    uint64_t height = ledger_height(l), salt;
    uint64_t least =
        end->opened && end->height > before_height ? end->height : before_height;
    if (height != least && height != least + 1) {
        return "something acknowledged is lost, or more is there than was written";
    }
    if (!turn_is_whole(l, height, DEPTH, &salt)) {
        return "a turn is there in part";
    }
    uint64_t wanted = height > least          ? life->salt
                      : least > before_height ? end->salt
                                              : before_salt;
    if (height > 0 && salt != wanted) {
        return "another vote than the one that was acknowledged";
    }
    turn_write(l, life->salt + 1);
    return ledger_commit(l) == 0 ? NULL : "it does not go on";
}

const char *life_check(const char *dir, const struct life *life, const struct life_end *end,
                       uint64_t before_height, uint64_t before_salt)
{
    struct ledger *l = NULL;
    struct complaint why = {""};
    int error = life_open(dir, LEDGER_WRITE, &l, &why);
    if (error == CONCLAVE_ENOENT && life->creates && !end->opened) {
        error = life_open(dir, LEDGER_CREATE, &l, &why);
    }
    if (error != 0) {
        printf("# %s\n", why.text);
        return "the store does not open";
    }
    const char *wrong = check_open(l, life, end, before_height, before_salt);
    ledger_close(l);
    return wrong;
}
