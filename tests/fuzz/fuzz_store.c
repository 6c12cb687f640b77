/* SPDX-License-Identifier: ISC */
/*
 * A good ledger, some of whose values and keys the input replaces, with checksums that are
 * right: it opens or does not, and each thing read from it is refused as corrupt, is not
 * there, or is what its key says.
 */
#include "place.h"

#include "../ledger/scratch.h"
#include "base/text.h"
#include "fuzz.h"
#include "script.h"

#include <assert.h>

enum { EDITS_MAX = 8, HEIGHTS_READ = 6 };

static char *dir, *data_path;
static struct bytes *good; /* the content of data.mdb */

static void make_good(void)
{
    struct ledger_identity id = scratch_identity();
    struct complaint why = {""};
    struct ledger *l = NULL;
    struct stat st;
    dir = alloc_printf("%s/store", place());
    data_path = alloc_printf("%s/data.mdb", dir);
    int error = ledger_open(dir, LEDGER_CREATE, &id, &l, &why);
    assert(error == 0);
    scratch_fill(l);
    error = ledger_commit(l);
    assert(error == 0);
    ledger_close(l);
    int fd = open(data_path, O_RDONLY | O_CLOEXEC);
    int failed = fstat(fd, &st);
    assert(fd >= 0 && failed == 0);
    good = bytes_new((size_t)st.st_size);
    ssize_t got = read(fd, good->data, good->size);
    assert(got == st.st_size);
    (void)close(fd);
}

static void edit(struct store *s, struct slice *script)
{
    enum { REPLACE, FLIP, CUT, MOVE, DROP, ADD, ACTS };
    uint8_t act = script_byte(script) % ACTS;
    enum store_table table = (enum store_table)(script_byte(script) % STORE_TABLES);
    struct store_entry e = {0};
    int error = store_first(s, table, SLICE_NONE, &e);
    for (int steps = script_byte(script) % 8; error == 0 && steps > 0; steps--) {
        error = store_next(s, table, &e);
    }
    if (act == ADD) {
        struct slice key = script_slice(script, 1 + script_byte(script) % STORE_KEY_MAX);
        if (key.size > 0) {
            store_put(s, table, key, script_slice(script, script_short(script)));
        }
    }
    if (error == 0) {
        struct slice key = slice_of(e.key, e.key_size);
        struct buffer value = {0};
        buffer_append_slice(&value, bytes_slice(e.value));
        if (act == REPLACE) {
            value.size = 0;
            buffer_append_slice(&value, script_slice(script, script_short(script)));
        } else if (act == FLIP && value.size > 0) {
            size_t at = script_short(script) % value.size;
            value.data[at] ^= script_byte(script);
        } else if (act == CUT && value.size > 0) {
            value.size = script_short(script) % value.size;
        } else if (act == DROP || act == MOVE) {
            store_delete(s, table, key);
            size_t at = script_byte(script) % e.key_size;
            e.key[at] ^= script_byte(script);
        }
        if (act != DROP && act != ADD) {
            store_put(s, table, key, buffer_slice(&value));
        }
        buffer_free(&value);
    }
    store_entry_clear(&e);
}

/* --- reading all of it --- */

static bool is_expected(int error)
{
    return error == 0 || error == CONCLAVE_ENOENT || error == CONCLAVE_ECORRUPT;
}

static void read_blocks(struct ledger *l)
{
    for (uint64_t height = 0; height < HEIGHTS_READ; height++) {
        struct block *b = NULL;
        struct certificate *c = NULL;
        int error = ledger_block(l, height, &b);
        assert(is_expected(error) && (error == 0) == (b != NULL));
        assert(error != 0 || b->header.height == height);
        error = ledger_commit_of(l, height, &c);
        assert(is_expected(error) && (error == 0) == (c != NULL));
        assert(error != 0 || c->what.height >= height);
        assert(error != 0 || c->what.kind == CERTIFICATE_COMMIT);
        block_unref(b);
        certificate_unref(c);
    }
}

static void read_saved(struct ledger *l)
{
    struct ledger_saved saved;
    int error = ledger_load_saved(l, &saved);
    assert(is_expected(error));
    for (size_t i = 1; error == 0 && i < saved.vote_count; i++) {
        const struct vote *a = &saved.votes[i - 1], *b = &saved.votes[i];
        assert(a->view < b->view ||
               (a->view == b->view && (a->height < b->height ||
                                       (a->height == b->height && a->phase < b->phase))));
    }
    ledger_saved_clear(&saved);
}

static void check_own(void *ctx, const struct hash *op_id, struct slice operation)
{
    size_t *count = ctx;
    (void)op_id;
    assert(operation.size <= OPERATION_MAX);
    ++*count;
}

static void check_flag(void *ctx, uint64_t id, struct slice encoding)
{
    uint64_t *last = ctx;
    (void)encoding;
    assert(*last == UINT64_MAX || id > *last);
    *last = id;
}

static void read_proposals(struct ledger *l)
{
    struct hash id = scratch_hash(SCRATCH_PROPOSAL), found;
    struct own_ballot b;
    struct ledger_proposal p;
    char hex[2 * HASH_BYTES + 1];
    hex_encode(hex, slice_of(id.bytes, HASH_BYTES));
    int error = ledger_get_ballot(l, &id, &b);
    assert(is_expected(error));
    assert(error != 0 || text_check(b.ballot.rationale, true, NULL) == 0);
    error = ledger_proposal(l, &id, &p);
    assert(is_expected(error));
    for (size_t digits = 0; digits <= sizeof(hex) - 1; digits += 7) {
        error = ledger_proposal_by_prefix(l, hex, digits, &found);
        assert(is_expected(error) || error == CONCLAVE_EEXIST);
    }
    for (uint64_t i = 0; i < 2; i++) {
        struct bytes *record = NULL;
        error = ledger_record(l, i, &record);
        assert(is_expected(error));
        assert(error != 0 || i < ledger_record_count(l));
        bytes_unref(record);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice script = slice_of(data, size);
    struct complaint why = {""};
    struct store *s = NULL;
    struct ledger *l = NULL;
    if (good == NULL) {
        make_good();
    }
    place_write(data_path, bytes_slice(good));
    int error = store_open(dir, STORE_WRITE, &s, &why);
    assert(error == 0);
    for (int i = 0; i < EDITS_MAX && script.size > 0; i++) {
        edit(s, &script);
    }
    error = store_commit(s);
    assert(error == 0);
    store_close(s);
    error = ledger_open(dir, LEDGER_READ, NULL, &l, &why);
    assert((error == 0) == (why.text[0] == '\0'));
    assert(error == 0 || error == CONCLAVE_ECORRUPT || error == CONCLAVE_ENOENT ||
           error == CONCLAVE_EVERSION);
    if (error == 0) {
        read_blocks(l);
        read_saved(l);
        size_t count = 0;
        error = ledger_each_own(l, check_own, &count);
        assert(is_expected(error));
        /* The next one comes after all of them. */
        assert(error != 0 || (count > 0) == (l->own_sequence > 0));
        uint64_t last = UINT64_MAX;
        error = ledger_each_flag(l, check_flag, &last);
        assert(is_expected(error));
        read_proposals(l);
        ledger_close(l);
    }
    return 0;
}
