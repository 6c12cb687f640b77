/* SPDX-License-Identifier: ISC */
/* The LMDB wrapper: a map that grows under a transaction, reads that see it, errors that
 * stay, order, and a reader beside the writer whose map it outgrows. */
#include "scratch.h"

#include "ledger/store_private.h"

#include <sys/wait.h>

static char *dir;

static struct store *open_store(enum store_mode mode)
{
    struct store *s = NULL;
    struct complaint why = {""};
    if (store_open(dir, mode, &s, &why) != 0) {
        printf("# %s\n", why.text);
    }
    return s;
}

static struct slice key_of(uint64_t *number)
{
    return slice_of(number, sizeof(*number));
}

/* size bytes that number alone determines, and that do not compress into a pattern. */
static struct bytes *value_of(uint64_t number, size_t size)
{
    struct bytes *b = bytes_new(size);
    uint64_t x = number * 0x9e3779b97f4a7c15u + 1;
    for (size_t i = 0; i < size; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        b->data[i] = (uint8_t)x;
    }
    return b;
}

static void put_value(struct store *s, enum store_table table, uint64_t number, size_t size)
{
    struct bytes *b = value_of(number, size);
    store_put(s, table, key_of(&number), bytes_slice(b));
    bytes_unref(b);
}

static bool has_value(struct store *s, enum store_table table, uint64_t number, size_t size)
{
    struct bytes *expected = value_of(number, size);
    struct bytes *got = NULL;
    bool same = store_get(s, table, key_of(&number), &got) == 0 &&
                slice_equal(bytes_slice(got), bytes_slice(expected));
    bytes_unref(got);
    bytes_unref(expected);
    return same;
}

static uint64_t map_bytes(struct store *s)
{
    struct store_facts facts;
    store_facts(s, &facts);
    return facts.map_bytes;
}

enum { BIG = 1000 * 1000 + 7, BIG_COUNT = 70 };

/* 70 MB in one transaction, deletions and replacements among them, in a map of 8 MB. */
static void test_growth_in_one(void)
{
    struct store *s = open_store(STORE_CREATE);
    store_finish(s);
    put_value(s, STORE_OWN, 1, 100);
    put_value(s, STORE_OWN, 2, 100);
    is(store_commit(s), 0, "a small commit");
    uint64_t before = map_bytes(s);
    uint64_t one = 1;
    store_delete(s, STORE_OWN, key_of(&one));
    put_value(s, STORE_OWN, 2, 200);
    for (uint64_t i = 0; i < BIG_COUNT; i++) {
        put_value(s, i % 2 == 0 ? STORE_BLOCKS : STORE_CANDIDATES, i, BIG + (size_t)i);
    }
    uint64_t twelve = 12;
    store_delete(s, STORE_BLOCKS, key_of(&twelve));
    ok(map_bytes(s) >= 8 * before, "the map doubled at least three times, to %d MiB",
       (int)(map_bytes(s) >> 20));
    ok(has_value(s, STORE_BLOCKS, 0, BIG) && has_value(s, STORE_CANDIDATES, 69, BIG + 69),
       "the transaction is read while it is open");
    is(store_commit(s), 0, "commit");
    for (int turn = 0; turn < 2; turn++) {
        bool all = true;
        for (uint64_t i = 0; i < BIG_COUNT; i++) {
            bool here = has_value(s, i % 2 == 0 ? STORE_BLOCKS : STORE_CANDIDATES, i,
                                  BIG + (size_t)i);
            all = all && here == (i != 12);
        }
        ok(all, "all is there, but what was deleted");
        ok(!has_value(s, STORE_OWN, 1, 100) && has_value(s, STORE_OWN, 2, 200),
           "the deletion and the replacement of before the growth are too");
        store_close(s);
        s = open_store(STORE_WRITE);
    }
    ok(map_bytes(s) >= 8 * before, "the size of the map lasts");
    for (uint64_t i = 0; i < BIG_COUNT; i++) {
        store_delete(s, i % 2 == 0 ? STORE_BLOCKS : STORE_CANDIDATES, key_of(&i));
    }
    is(store_commit(s), 0, "all of it deleted");
    store_close(s);
}

static void test_growth_in_many(void)
{
    char *outer = dir;
    dir = alloc_printf("%s/many", outer);
    mkdir(dir, 0700);
    struct store *s = open_store(STORE_CREATE);
    uint64_t begun = map_bytes(s);
    int error = 0;
    uint64_t n = 0;
    while (error == 0 && n < 20000 && map_bytes(s) < 4 * begun) {
        for (int i = 0; i < 200; i++) {
            put_value(s, STORE_VOTES, n++, 3000);
        }
        error = store_commit(s);
    }
    is(error, 0, "commits until the map grows");
    ok(map_bytes(s) == 4 * begun, "it doubled twice in %d transactions", (int)n / 200);
    bool all = true;
    for (uint64_t i = 0; i < n; i++) {
        all = all && has_value(s, STORE_VOTES, i, 3000);
    }
    ok(all, "nothing was lost on the way");
    store_close(s);
    free(dir);
    dir = outer;
}

static void test_order(void)
{
    static const char *const keys[] = {"a", "aa", "ab", "b", "c"};
    struct store *s = open_store(STORE_WRITE);
    for (int i = 4; i >= 0; i--) {
        store_put(s, STORE_META, slice_of_string(keys[i]), slice_of_string(keys[i]));
    }
    struct store_entry e = {0};
    is(store_first(s, STORE_META, slice_of_string("a"), &e), 0, "the first");
    int i = 0;
    bool in_order = true;
    do {
        in_order = in_order && i < 5 &&
                   slice_equal(slice_of(e.key, e.key_size), slice_of_string(keys[i]));
        if (i == 1) {
            store_delete(s, STORE_META, slice_of(e.key, e.key_size));
        }
        i++;
    } while (store_next(s, STORE_META, &e) == 0 && e.key[0] <= 'c');
    ok(in_order && i == 5, "every key in order, one deleted under way");
    is(store_first(s, STORE_META, slice_of_string("aa"), &e), 0, "from aa on");
    ok(slice_equal(bytes_slice(e.value), slice_of_string("ab")), "comes ab");
    is(store_last(s, STORE_RECORDS, &e), CONCLAVE_ENOENT, "an empty table has no last");
    ok(e.value == NULL && e.key_size == 0, "and leaves the entry empty");
    store_entry_clear(&e);
    store_close(s);
    s = open_store(STORE_WRITE);
    is(store_first(s, STORE_META, slice_of_string("a"), &e), 0, "after closing, the first");
    ok(e.key[0] != 'a', "is none of those that were not committed");
    store_entry_clear(&e);
    store_close(s);
}

static void test_sticky(void)
{
    struct store *s = open_store(STORE_WRITE);
    uint64_t number = 5;
    struct bytes *value = NULL;
    put_value(s, STORE_OWN, 5, 10);
    store_fail(s, CONCLAVE_EIO);
    store_fail(s, CONCLAVE_EFULL);
    put_value(s, STORE_OWN, 6, 10);
    is(store_get(s, STORE_OWN, key_of(&number), &value), CONCLAVE_EIO, "reads fail");
    is(store_commit(s), CONCLAVE_EIO, "the first error is the commit's");
    is(store_commit(s), CONCLAVE_EIO, "every commit's");
    store_close(s);
    s = open_store(STORE_WRITE);
    ok(!has_value(s, STORE_OWN, 5, 10) && !has_value(s, STORE_OWN, 6, 10),
       "nothing of that transaction is there");
    store_close(s);
}

/* A reader that was there before the writer's map grew. */
static void test_reader_beside(void)
{
    int to_child[2], to_parent[2];
    if (pipe(to_child) != 0 || pipe(to_parent) != 0) {
        ok(false, "pipes");
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        struct store *r = open_store(STORE_READ);
        char byte = r != NULL && has_value(r, STORE_OWN, 2, 200) ? '1' : '0';
        bool good = write(to_parent[1], &byte, 1) == 1 && read(to_child[0], &byte, 1) == 1;
        uint64_t before = map_bytes(r);
        good = good && has_value(r, STORE_RECORDS, 299, BIG) && map_bytes(r) > before;
        struct store_entry e = {0};
        good = good && store_last(r, STORE_RECORDS, &e) == 0;
        store_entry_clear(&e);
        store_close(r);
        _exit(good ? 0 : 1);
    }
    char byte = '0';
    ok(read(to_parent[0], &byte, 1) == 1 && byte == '1', "a reader sees what is committed");
    struct store *s = open_store(STORE_WRITE);
    uint64_t before = map_bytes(s);
    int error = 0;
    for (uint64_t i = 200; i < 300; i++) {
        put_value(s, STORE_RECORDS, i, BIG);
    }
    error = store_commit(s);
    ok(error == 0 && map_bytes(s) > before, "the writer beside it enlarges the map");
    int status = 1;
    ok(write(to_child[1], "x", 1) == 1 && waitpid(child, &status, 0) == child &&
           status == 0,
       "and the reader follows");
    store_close(s);
    for (int i = 0; i < 2; i++) {
        close(to_child[i]);
        close(to_parent[i]);
    }
}

int main(void)
{
    dir = scratch_make();
    test_growth_in_one();
    test_growth_in_many();
    test_order();
    test_sticky();
    test_reader_beside();
    scratch_remove(dir);
    return tap_done();
}
