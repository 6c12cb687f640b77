/* SPDX-License-Identifier: ISC */
/* Commits, with the crash journal's steps among them; closing; facts. */
#include "ledger/ledger_private.h"
#include "ledger/values.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct store *ledger_writer(struct ledger *l)
{
    assert(l->mode == LEDGER_CREATE || l->mode == LEDGER_WRITE);
    return l->store;
}

void ledger_put(struct ledger *l, enum store_table table, struct slice key,
                struct buffer *value)
{
    store_put(ledger_writer(l), table, key, buffer_slice(value));
    buffer_free(value);
}

int ledger_walked(struct ledger *l, enum store_table table, int error, size_t found)
{
    size_t count;
    if (error != 0 && error != CONCLAVE_ENOENT) {
        return error;
    }
    error = store_count(l->store, table, &count);
    return error == 0 && count != found ? CONCLAVE_ECORRUPT : error;
}

bool ledger_has_any(struct ledger *l, enum store_table table)
{
    size_t count = 0;
    return store_has(l->store, table) && store_count(l->store, table, &count) == 0 &&
           count > 0;
}

static void put_incarnations(struct ledger *l, const struct incarnation *list, size_t count)
{
    struct buffer value = {0};
    value_put_incarnations(&value, list, count);
    ledger_put(l, STORE_META, slice_of_string("journal"), &value);
}

/* What the environment has to say about the journal goes into the same transaction. */
static void journal_before_commit(struct ledger *l)
{
    struct journal *j = &l->journal;
    switch (j->step) {
    case JOURNAL_SETTLED:
        if (++j->commits < l->options.journal_commits) {
            break;
        }
        if (journal_draw(j, l->dir_fd) != 0) {
            /* No harm done: the old one stays good, and the next try comes in time. */
            j->commits = 0;
            break;
        }
        put_incarnations(l, (struct incarnation[]){j->now, j->next}, 2);
        break;
    case JOURNAL_SWITCHED:
        put_incarnations(l, &j->next, 1);
        break;
    case JOURNAL_DRAWN: /* only within ledger_commit */
    case JOURNAL_STOPPED:
        break;
    }
}

static void journal_after_commit(struct ledger *l)
{
    struct journal *j = &l->journal;
    switch (j->step) {
    case JOURNAL_DRAWN:
        /* Its failure loses nothing that was committed: journal.h, "when a sync fails". */
        (void)journal_switch(j, l->dir_fd);
        break;
    case JOURNAL_SWITCHED:
        journal_settle(j);
        break;
    case JOURNAL_SETTLED:
    case JOURNAL_STOPPED:
        break;
    }
}

int ledger_commit(struct ledger *l)
{
    if (!store_is_dirty(l->store)) {
        return store_commit(l->store);
    }
    journal_before_commit(l);
    /* Who reads beside this process compares the environment with the journal's file. */
    bool drawn = l->journal.step == JOURNAL_DRAWN;
    int error = drawn ? store_commit_settled(l->store) : store_commit(l->store);
    if (error == 0) {
        journal_after_commit(l);
    }
    return error;
}

int ledger_settle(struct ledger *l)
{
    return store_settle(l->store);
}

bool ledger_is_unsettled(const struct ledger *l)
{
    return store_is_unsettled(l->store);
}

int ledger_new_incarnation(struct ledger *l)
{
    struct journal *j = &l->journal;
    int error = 0;
    if (j->step == JOURNAL_SETTLED) {
        error = journal_draw(j, l->dir_fd);
        if (error == 0) {
            put_incarnations(l, (struct incarnation[]){j->now, j->next}, 2);
            error = store_settle(l->store);
        }
        if (error == 0) {
            error = journal_switch(j, l->dir_fd);
        }
    }
    if (error == 0 && j->step == JOURNAL_SWITCHED) {
        put_incarnations(l, &j->next, 1);
        error = store_settle(l->store);
        if (error == 0) {
            journal_settle(j);
        }
    }
    return error;
}

const char *ledger_lost(const struct ledger *l)
{
    return l->lost;
}

const struct ledger_identity *ledger_identity(const struct ledger *l)
{
    return &l->id;
}

bool ledger_is_dirty(const struct ledger *l)
{
    return store_is_dirty(l->store);
}

void ledger_close(struct ledger *l)
{
    if (l == NULL) {
        return;
    }
    if (l->lock_fd >= 0 && !store_is_dirty(l->store)) {
        /* A backup taken while the node ran is stale from here on. Where this fails the
         * last incarnation stays good, and what was logged stays in the log. */
        store_end_log(l->store);
        (void)ledger_new_incarnation(l);
        (void)store_settle(l->store);
    }
    ledger_free(l);
}

void ledger_free(struct ledger *l)
{
    store_close(l->store);
    bytes_unref(l->ballot);
    if (l->lock_fd >= 0) {
        close(l->lock_fd);
    }
    if (l->dir_fd >= 0) {
        close(l->dir_fd);
    }
    free(l->dir);
    free(l);
}

const char *ledger_library(void)
{
    return store_library();
}

void ledger_facts(struct ledger *l, struct ledger_facts *out)
{
    struct store_facts facts;
    store_facts(l->store, &facts);
    *out = (struct ledger_facts){
        .map_bytes = facts.map_bytes,
        .used_bytes = facts.used_bytes,
        .page_bytes = facts.page_bytes,
        .commits = facts.commits - l->opening_commits,
        .last_commit_us = facts.last_commit_us,
        .settlings = facts.settlings,
    };
    struct statvfs st;
    if (fstatvfs(l->dir_fd, &st) == 0) {
        out->free_disk_bytes = (uint64_t)st.f_bavail * st.f_frsize;
    }
}

uint64_t ledger_commits(const struct ledger *l, uint64_t *last_us)
{
    return store_commits(l->store, last_us) - l->opening_commits;
}

int ledger_table(struct ledger *l, unsigned number, struct ledger_table *out)
{
    struct store_table_facts facts = {NULL, 0, 0};
    int error = 0;
    if (number < STORE_TABLES && store_has(l->store, (enum store_table)number)) {
        error = store_table_facts(l->store, (enum store_table)number, &facts);
    }
    *out = (struct ledger_table){facts.name, facts.entries, facts.pages};
    return error;
}
