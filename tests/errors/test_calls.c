/* SPDX-License-Identifier: ISC */
/*
 * Every allocation, every file call and every call of LMDB that a ledger makes fails: the
 * first, the second, and so on until a life meets none, once and for good, before and after
 * it did its work. Each life goes on or ends in good order, and loses nothing that it
 * acknowledged. In the usual run some of them only; CONCLAVE_LONG=1: all.
 */
#include "../ledger/scratch.h"

#include "life.h"

#include "../ledger/older.h"
#include "../ledger/turn.h"
#include "faults.h"

#include <sys/wait.h>
#include <sysexits.h>

enum { TURNS_BEFORE = 8, SALT_BEFORE = 1, SALT = 2, BURST = 30, STRIDE = 13 };

static struct {
    enum fault_class class;
    enum fault_shape shape;
    uint64_t nth;
} plan;

static void arm(void)
{
    fault_arm(plan.class, plan.shape, plan.nth);
}

static const char *const class_names[] = {"no call", "allocation", "file call",
                                          "call of LMDB"};
static const char *const shape_names[] = {
    "fails once",         "fails for good",         "works and says it failed",
    "does half its work", "is the last that works", "finds the disk full"};

struct tally {
    unsigned lives, went_on, stopped, exhausted;
};

/* NULL, or what is wrong with how the life ended. */
static const char *judge_end(const struct life_end *end)
{
    if (!WIFEXITED(end->status)) {
        return "a signal ended it";
    }
    switch (WEXITSTATUS(end->status)) {
    case 0:
        return end->error == 0 ? NULL : "it ended well after an error";
    case 1:
        return end->opened || strlen(end->why.text) > 20 ? NULL : "it did not say why";
    case EX_OSERR:
        return end->said_memory && plan.class == FAULT_ALLOC ? NULL
                                                             : "status 71 without a reason";
    default:
        return "it ended with another status";
    }
}

/* What a life finds: nothing, a store, or one of an older format, which it migrates. */
enum start { START_NEW, START_THERE, START_OLDER };
static const char *const start_names[] = {"a new store", "a store", "an older store"};

static void prepare(const char *dir, enum start start)
{
    struct ledger *l = NULL;
    struct complaint why = {""};
    if (start == START_NEW) {
        return;
    }
    if (life_open(dir, LEDGER_CREATE, &l, &why) != 0) {
        printf("Bail out! %s\n", why.text);
        exit(1);
    }
    for (int i = 0; i < TURNS_BEFORE; i++) {
        turn_write(l, SALT_BEFORE);
        (void)ledger_commit(l);
    }
    ledger_close(l);
    if (start == START_OLDER && older_make(dir, LEDGER_FORMAT_OLDEST, 0) != 0) {
        printf("Bail out! no store of an older format\n");
        exit(1);
    }
}

/* One life with one fault. False when the fault did not come. */
static bool strike(enum start start, struct tally *t, bool *good)
{
    char *dir = life_dir();
    bool creates = start == START_NEW;
    struct life life = {.creates = creates, .turns = 3, .salt = SALT, .begin = arm};
    struct life_end end;
    prepare(dir, start);
    uint64_t before = creates ? 0 : TURNS_BEFORE;
    life_run(dir, &life, &end);
    const char *wrong = judge_end(&end);
    if (wrong == NULL) {
        wrong = life_check(dir, &life, &end, before, SALT_BEFORE);
    }
    if (wrong != NULL) {
        printf("# %s %s, number %d: %s (status %x, error %d %s)\n", class_names[plan.class],
               shape_names[plan.shape], (int)plan.nth, wrong, end.status, end.error,
               end.why.text);
        *good = false;
    }
    bool exited = WIFEXITED(end.status);
    t->lives++;
    t->went_on += exited && WEXITSTATUS(end.status) == 0;
    t->stopped += exited && WEXITSTATUS(end.status) == 1;
    t->exhausted += exited && WEXITSTATUS(end.status) == EX_OSERR;
    scratch_remove(dir);
    return end.struck;
}

static void enumerate(enum fault_class class, enum fault_shape shape, enum start start,
                      bool all)
{
    struct tally t = {0};
    bool good = true, struck = true;
    /* Where a life begins and where it is well under way, and every so many. */
    for (uint64_t n = 1; struck && good; n += all || n < BURST ? 1 : STRIDE) {
        plan.class = class;
        plan.shape = shape;
        plan.nth = n;
        struck = strike(start, &t, &good);
    }
    ok(good && t.lives > 3, "%s: a %s %s: %u lives, %u went on, %u stopped, %u exhausted",
       start_names[start], class_names[class], shape_names[shape], t.lives, t.went_on,
       t.stopped, t.exhausted);
}

int main(void)
{
    const char *value = getenv("CONCLAVE_LONG");
    bool all = value != NULL && strcmp(value, "1") == 0;
    for (enum start start = START_NEW; start <= START_OLDER; start++) {
        for (enum fault_shape s = FAULT_ONCE; s <= FAULT_SPACE; s++) {
            enumerate(FAULT_FILE, s, start, all);
        }
        enumerate(FAULT_LMDB, FAULT_ONCE, start, all);
        enumerate(FAULT_LMDB, FAULT_GOOD, start, all);
        enumerate(FAULT_LMDB, FAULT_AFTER, start, all);
#ifdef __SANITIZE_ADDRESS__
        skip("allocations", "the sanitizer has its own");
#else
        enumerate(FAULT_ALLOC, FAULT_ONCE, start, all);
        enumerate(FAULT_ALLOC, FAULT_GOOD, start, all);
#endif
    }
    return tap_done();
}
