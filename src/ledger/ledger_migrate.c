/* SPDX-License-Identifier: ISC */
/*
 * From one format of the store to the next. All steps and the new format are one
 * transaction: whatever happens, the store has the old format or the new one.
 */
#include "ledger/ledger_private.h"

/* To format 2: all tables, of which the replay at every start fills what it can, and a
 * standing even where nothing was ever lost. */
static int from_1(struct ledger *l)
{
    struct standing standing;
    store_make_tables(l->store);
    int error = ledger_load_standing(l, &standing);
    if (error == 0) {
        ledger_put_standing(l, &standing);
    }
    return error;
}

/* To format 3: the deeds, which the replay fills likewise. */
static int from_2(struct ledger *l)
{
    if (!store_is_dirty(l->store)) { /* else the step before it did that */
        store_make_tables(l->store);
    }
    return 0;
}

/* To format 4: there may be a write-ahead log from now on, which builds before it would
 * not read. */
static int from_3(struct ledger *l)
{
    (void)l;
    return 0;
}

/* steps[i] leads from format STORE_FORMAT_OLDEST + i to the one after it. Each may put and
 * delete, and reads what those before it wrote. */
typedef int step(struct ledger *l);
static step *const steps[] = {from_1, from_2, from_3};
_Static_assert(sizeof(steps) / sizeof(steps[0]) == STORE_FORMAT - STORE_FORMAT_OLDEST,
               "a step from each older format");
_Static_assert((int)LEDGER_FORMAT == STORE_FORMAT &&
                   (int)LEDGER_FORMAT_OLDEST == STORE_FORMAT_OLDEST,
               "the store's format is the ledger's");

int ledger_migrate(struct ledger *l)
{
    uint64_t format = store_format(l->store);
    int error = 0;
    if (format == STORE_FORMAT) {
        return 0;
    }
    l->migrated_from = format;
    for (; error == 0 && format < STORE_FORMAT; format++) {
        error = steps[format - STORE_FORMAT_OLDEST](l);
    }
    if (error != 0) {
        return error;
    }
    store_finish(l->store);
    return store_commit(l->store);
}

uint64_t ledger_migrated_from(const struct ledger *l)
{
    return l->migrated_from;
}

uint64_t ledger_format(const struct ledger *l)
{
    return store_format(l->store);
}
