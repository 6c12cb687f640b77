/* SPDX-License-Identifier: ISC */
/* Stores of other formats: an older one is read as it is and migrated by who writes, a
 * newer one is refused and left alone. */
#include "scratch.h"

#include "older.h"

#include "ledger/store_private.h"
#include "ledger/values.h"

#include <fcntl.h>

enum { NEWER = LEDGER_FORMAT + 1, HEIGHT = 3 };

static char *dir;

static void create(void)
{
    dir = scratch_make();
    struct ledger *l = scratch_open(dir, LEDGER_CREATE);
    if (l == NULL) {
        printf("Bail out! no store\n");
        exit(1);
    }
    ok(ledger_format(l) == LEDGER_FORMAT && ledger_migrated_from(l) == 0,
       "a new store has the format of this build");
    scratch_fill(l);
    is(ledger_commit(l), 0, "with something in it");
    ledger_close(l);
}

static void count_flag(void *context, uint64_t id, struct slice encoding)
{
    unsigned *count = context;
    (void)id;
    (void)encoding;
    (*count)++;
}

/* All that scratch_fill put but the flags. */
static bool is_whole(struct ledger *l, unsigned flags)
{
    struct ledger_saved saved = {0};
    struct own_ballot ballot;
    struct bytes *record = NULL;
    struct hash proposal = scratch_hash(SCRATCH_PROPOSAL);
    unsigned found = 0;
    bool whole = ledger_height(l) == HEIGHT && ledger_record_count(l) == 1 &&
                 ledger_load_saved(l, &saved) == 0 && saved.vote_count == 1 &&
                 saved.candidate_count == 1 && saved.has_view_change &&
                 saved.best != NULL && saved.new_view != NULL && !saved.standing.lost &&
                 !saved.standing.founded && ledger_get_ballot(l, &proposal, &ballot) == 0 &&
                 ledger_record(l, 0, &record) == 0 &&
                 ledger_each_flag(l, count_flag, &found) == 0 && found == flags;
    ledger_saved_clear(&saved);
    bytes_unref(record);
    return whole;
}

static uint64_t tables_of(struct ledger *l)
{
    struct ledger_table table;
    unsigned number = 0;
    while (ledger_table(l, number, &table) == 0 && table.name != NULL) {
        number++;
    }
    return number;
}

static void test_older(uint8_t format, unsigned keeps, const char *what)
{
    unsigned flags = (keeps & OLDER_FLAGS) != 0;
    create();
    ok(older_make(dir, format, keeps) == 0, "a store of format %d %s", format, what);
    struct ledger *l = scratch_open(dir, LEDGER_READ);
    ok(l != NULL && ledger_format(l) == format && ledger_migrated_from(l) == 0 &&
           is_whole(l, flags),
       "is read as it is");
    ledger_close(l);
    l = scratch_open(dir, LEDGER_READ);
    ok(l != NULL && ledger_format(l) == format &&
           ledger_keeps_deeds(l) == ((keeps & OLDER_DEEDS) != 0),
       "which changes nothing");
    ledger_close(l);
    l = scratch_open(dir, LEDGER_WRITE);
    ok(l != NULL && ledger_format(l) == LEDGER_FORMAT && ledger_migrated_from(l) == format,
       "who writes migrates it");
    ok(l != NULL && ledger_lost(l) == NULL && is_whole(l, flags), "and all is there");
    ledger_put_flag(l, 2, slice_of_string("a flag"));
    ledger_put_deeds(l, 2, slice_of_string("deeds"));
    is(ledger_commit(l), 0, "a flag and deeds can be put");
    ledger_close(l);
    l = scratch_open(dir, LEDGER_WRITE);
    ok(l != NULL && ledger_migrated_from(l) == 0 && ledger_format(l) == LEDGER_FORMAT &&
           is_whole(l, flags + 1) && ledger_keeps_deeds(l) && tables_of(l) == STORE_TABLES,
       "once is enough");
    ledger_close(l);
    scratch_remove(dir);
}

/* What a seat knows of its loss stays. */
static void test_lost(void)
{
    struct standing lost = {.founded = true, .lost = true, .view = 7}, found;
    create();
    struct ledger *l = scratch_open(dir, LEDGER_WRITE);
    ledger_put_standing(l, &lost);
    is(ledger_commit(l), 0, "a seat has lost its state");
    ledger_close(l);
    is(older_make(dir, 1, OLDER_STANDING), 0, "and its store has format 1");
    l = scratch_open(dir, LEDGER_WRITE);
    ok(l != NULL && ledger_load_standing(l, &found) == 0 && found.founded && found.lost &&
           !found.has_view && found.view == 7,
       "it knows of that after the migration");
    ledger_close(l);
    scratch_remove(dir);
}

/* A full map throws the transaction away, and with it the tables that it made. */
static void test_tight(void)
{
    enum { VALUES = 2000, VALUE_BYTES = 500 };
    struct store *s = NULL;
    struct complaint why = {""};
    MDB_envinfo before, after;
    uint8_t key[8], value[VALUE_BYTES] = {0};
    size_t count = 0;
    create();
    is(older_make(dir, 1, 0), 0, "an older store");
    is(store_open(dir, STORE_WRITE, &s, &why), 0, "is opened");
    is(mdb_env_set_mapsize(s->env, 1), 0, "with a map no larger than what is in it");
    (void)mdb_env_info(s->env, &before);
    store_make_tables(s);
    store_finish(s);
    for (uint64_t i = 0; i < VALUES; i++) {
        value_key_number(key, i + 1);
        store_put(s, STORE_FLAGS, slice_of(key, sizeof(key)), slice_of(value, VALUE_BYTES));
    }
    is(store_commit(s), 0, "much is written to the table that it lacked");
    (void)mdb_env_info(s->env, &after);
    ok(after.me_mapsize > before.me_mapsize, "and the map grew meanwhile");
    ok(store_count(s, STORE_FLAGS, &count) == 0 && count == VALUES, "all of it is there");
    store_close(s);
    scratch_remove(dir);
}

/* Who is not meant to have it does not change it. */
static void test_not_ours(void)
{
    struct ledger_identity id = scratch_identity();
    struct complaint why = {""};
    struct ledger *l = NULL;
    create();
    is(older_make(dir, 1, 0), 0, "an older store");
    id.seat++;
    is(ledger_open(dir, LEDGER_WRITE, &id, &l, &why), CONCLAVE_ESEAT, "of another seat");
    l = scratch_open(dir, LEDGER_READ);
    ok(l != NULL && ledger_format(l) == 1, "stays as it is");
    ledger_close(l);
    scratch_remove(dir);
}

static void refuses(enum ledger_mode mode, int error, const char *words)
{
    struct ledger_identity id = scratch_identity();
    struct complaint why = {""};
    struct ledger *l = NULL;
    is(ledger_open(dir, mode, &id, &l, &why), error, "it is refused");
    char *place = alloc_printf("%s/data.mdb: ", dir);
    if (!ok(strstr(why.text, place) == why.text && strstr(why.text, words) != NULL,
            "with the file and: %s", words)) {
        printf("# %s\n", why.text);
    }
    free(place);
}

static uint64_t sum_of_data(void)
{
    char *path = alloc_printf("%s/data.mdb", dir);
    struct buffer content = {0};
    uint8_t bytes[4096];
    int fd = open(path, O_RDONLY);
    for (ssize_t got; (got = read(fd, bytes, sizeof(bytes))) > 0;) {
        buffer_append(&content, bytes, (size_t)got);
    }
    close(fd);
    struct hash h = hash_labelled("test", buffer_slice(&content));
    uint64_t sum;
    memcpy(&sum, h.bytes, sizeof(sum));
    buffer_free(&content);
    free(path);
    return sum;
}

static void test_newer(void)
{
    create();
    is(older_make(dir, NEWER, OLDER_ALL), 0, "a store of a later build");
    uint64_t before = sum_of_data();
    refuses(LEDGER_WRITE, CONCLAVE_EVERSION, "the store has format 5");
    refuses(LEDGER_WRITE, CONCLAVE_EVERSION, "reads formats 1 to 4");
    refuses(LEDGER_READ, CONCLAVE_EVERSION, "install that one again");
    ok(sum_of_data() == before, "no byte of it has changed");
    is(older_make(dir, 0, OLDER_ALL), 0, "a store of before all");
    refuses(LEDGER_WRITE, CONCLAVE_EVERSION, "with an earlier build that reads both");
    refuses(LEDGER_READ, CONCLAVE_EVERSION, "format 0");
    scratch_remove(dir);
}

/* From format 2 on both are always there, and the deeds in format 3: where they are not
 * something took them. */
static void test_incomplete(void)
{
    create();
    is(older_make(dir, 2, OLDER_ALL & ~OLDER_PROOFS), 0,
       "a store of format 2 loses a table");
    refuses(LEDGER_WRITE, CONCLAVE_ECORRUPT, "damaged");
    scratch_remove(dir);
    create();
    is(older_make(dir, 3, OLDER_ALL & ~OLDER_DEEDS), 0, "one of format 3 another one");
    refuses(LEDGER_WRITE, CONCLAVE_ECORRUPT, "damaged");
    scratch_remove(dir);
    create();
    is(older_make(dir, 2, OLDER_ALL & ~OLDER_STANDING), 0, "or its standing");
    struct ledger_saved saved = {0};
    struct ledger *l = scratch_open(dir, LEDGER_WRITE);
    is(ledger_load_saved(l, &saved), CONCLAVE_ECORRUPT, "which is damage, too");
    ledger_saved_clear(&saved);
    ledger_close(l);
    scratch_remove(dir);
}

int main(void)
{
    test_older(1, 0, "without flags and standing");
    test_older(1, OLDER_STANDING, "without flags");
    test_older(1, OLDER_FLAGS, "without a standing");
    test_older(1, OLDER_FLAGS | OLDER_STANDING, "with both");
    test_older(1, OLDER_ALL & ~OLDER_DEEDS, "with all");
    test_older(2, OLDER_ALL & ~OLDER_DEEDS, "as it was");
    test_older(3, OLDER_ALL, "as it was");
    test_lost();
    test_tight();
    test_not_ours();
    test_newer();
    test_incomplete();
    return tap_done();
}
