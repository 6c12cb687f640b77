/* SPDX-License-Identifier: ISC */
/* Damaged values are CONCLAVE_ECORRUPT: bytes changed in the file itself, and values with
 * a good checksum that are not what belongs there. */
#include "scratch.h"

#include <fcntl.h>
#include <sys/mman.h>

static char *dir;
static struct hash proposal_id;

static void ignore(void *ctx, const struct hash *op_id, struct slice operation)
{
    (void)ctx;
    (void)op_id;
    (void)operation;
}

/* --- what reads each table; every one succeeds on a good ledger --- */

static int read_block(struct ledger *l)
{
    struct block *b = NULL;
    int error = ledger_block(l, 1, &b);
    block_unref(b);
    return error;
}

static int read_certificate(struct ledger *l)
{
    struct certificate *c = NULL;
    int error = ledger_commit_of(l, 1, &c);
    certificate_unref(c);
    return error;
}

static int read_saved(struct ledger *l)
{
    struct ledger_saved saved;
    int error = ledger_load_saved(l, &saved);
    ledger_saved_clear(&saved);
    return error;
}

static int read_own(struct ledger *l)
{
    return ledger_each_own(l, ignore, NULL);
}

static int read_ballot(struct ledger *l)
{
    struct own_ballot b;
    return ledger_get_ballot(l, &proposal_id, &b);
}

static int read_proposal(struct ledger *l)
{
    struct ledger_proposal p;
    return ledger_proposal(l, &proposal_id, &p);
}

static int read_record(struct ledger *l)
{
    struct bytes *record = NULL;
    int error = ledger_record(l, 0, &record);
    bytes_unref(record);
    return error;
}

static int read_effects(struct ledger *l)
{
    struct hash effects;
    return ledger_effects(l, 1, &effects);
}

static int read_deeds(struct ledger *l)
{
    struct bytes *deeds = NULL;
    int error = ledger_deeds(l, 1, &deeds);
    bytes_unref(deeds);
    return error;
}

static void ignore_flag(void *ctx, uint64_t id, struct slice encoding)
{
    (void)ctx;
    (void)id;
    (void)encoding;
}

static int read_flags(struct ledger *l)
{
    return ledger_each_flag(l, ignore_flag, NULL);
}

static const struct subject {
    const char *name;
    enum store_table table;
    const char *key; /* in table meta; elsewhere its first entry */
    int (*read)(struct ledger *l);
    bool is_decoded; /* a value of another shape is noticed */
} subjects[] = {
    {"block", STORE_BLOCKS, NULL, read_block, true},
    {"certificate", STORE_CERTIFICATES, NULL, read_certificate, true},
    {"vote", STORE_VOTES, NULL, read_saved, true},
    {"candidate", STORE_CANDIDATES, NULL, read_saved, true},
    {"view change", STORE_META, "view-change", read_saved, true},
    {"new view", STORE_META, "new-view", read_saved, true},
    {"best", STORE_META, "best", read_saved, true},
    {"own operation", STORE_OWN, NULL, read_own, true},
    {"ballot", STORE_BALLOTS, NULL, read_ballot, true},
    {"proposal", STORE_PROPOSALS, NULL, read_proposal, true},
    {"record", STORE_RECORDS, NULL, read_record, false},
    {"effects", STORE_EFFECTS, NULL, read_effects, true},
    {"deeds", STORE_DEEDS, NULL, read_deeds, false},
    {"flag", STORE_FLAGS, NULL, read_flags, false},
};
enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

/* The key and the value of the subject as they are. */
static void look(struct ledger *l, const struct subject *s, struct store_entry *e)
{
    memset(e, 0, sizeof(*e));
    if (s->key != NULL) {
        e->key_size = strlen(s->key);
        memcpy(e->key, s->key, e->key_size);
        store_get(l->store, s->table, slice_of_string(s->key), &e->value);
    } else {
        store_first(l->store, s->table, SLICE_NONE, e);
    }
}

/* Changes one byte of every copy of value in the file; returns how many there were. */
static int damage_file(struct slice value, size_t at)
{
    char *path = alloc_printf("%s/data.mdb", dir);
    int fd = open(path, O_RDWR);
    struct stat st;
    int copies = 0;
    if (fd >= 0 && fstat(fd, &st) == 0) {
        size_t size = (size_t)st.st_size;
        uint8_t *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        uint8_t *from = map;
        uint8_t *found;
        while (map != MAP_FAILED && (found = memmem(from, size - (size_t)(from - map),
                                                    value.data, value.size)) != NULL) {
            found[at] ^= 0x10;
            from = found + 1;
            copies++;
        }
        munmap(map, size);
    }
    close(fd);
    free(path);
    return copies;
}

static void test_file_damage(const struct subject *s)
{
    struct ledger *l = scratch_open(dir, LEDGER_WRITE);
    is(s->read(l), 0, s->name);
    struct store_entry e;
    look(l, s, &e);
    ledger_close(l);
    size_t places[] = {0, e.value->size / 2, e.value->size - 1};
    for (int i = 0; i < 3; i++) {
        int copies = damage_file(bytes_slice(e.value), places[i]);
        l = scratch_open(dir, LEDGER_WRITE);
        if (s->table == STORE_OWN || s->table == STORE_RECORDS) {
            /* Opening reads these, and complains. */
            ok(copies > 0 && l == NULL, "%s: byte %d changed in the file is seen", s->name,
               (int)places[i]);
        } else {
            ok(copies > 0 && l != NULL && s->read(l) == CONCLAVE_ECORRUPT,
               "%s: byte %d changed in the file is seen", s->name, (int)places[i]);
        }
        ledger_close(l);
        e.value->data[places[i]] ^= 0x10;
        damage_file(bytes_slice(e.value), places[i]);
        e.value->data[places[i]] ^= 0x10;
    }
    l = scratch_open(dir, LEDGER_WRITE);
    is(s->read(l), 0, "and good again when it is put right");
    store_entry_clear(&e);
    ledger_close(l);
}

/* Values that someone wrote, so that the checksum is right, and that are wrong. */
static void test_wrong_value(const struct subject *s)
{
    struct ledger *l = scratch_open(dir, LEDGER_WRITE);
    struct store_entry e;
    look(l, s, &e);
    struct slice key = slice_of(e.key, e.key_size);
    int refused = 0, accepted = 0, other = 0;
    for (size_t size = 0; size < e.value->size; size++) {
        store_put(l->store, s->table, key, slice_of(e.value->data, size));
        int error = s->read(l);
        refused += error == CONCLAVE_ECORRUPT;
        accepted += error == 0;
    }
    ok(accepted == 0 && refused == (int)e.value->size, "%s: cut anywhere is refused",
       s->name);
    struct buffer longer = {0};
    buffer_append_slice(&longer, bytes_slice(e.value));
    buffer_append(&longer, "", 1);
    store_put(l->store, s->table, key, buffer_slice(&longer));
    is(s->read(l), CONCLAVE_ECORRUPT, "so is a byte too many");
    for (size_t at = 0; at < e.value->size; at++) {
        for (int bit = 0; bit < 8; bit++) {
            longer.size = e.value->size;
            memcpy(longer.data, e.value->data, e.value->size);
            longer.data[at] ^= (uint8_t)(1 << bit);
            store_put(l->store, s->table, key, buffer_slice(&longer));
            int error = s->read(l);
            other += error != 0 && error != CONCLAVE_ECORRUPT;
        }
    }
    is(other, 0, "a bit changed anywhere is accepted or refused, never more");
    buffer_free(&longer);
    store_entry_clear(&e);
    ledger_close(l);
}

static void test_open_damage(void)
{
    struct ledger_identity id = scratch_identity();
    struct complaint why = {""};
    struct ledger *l = scratch_open(dir, LEDGER_WRITE);
    struct store_entry e = {0};
    store_last(l->store, STORE_BLOCKS, &e);
    ledger_close(l);
    ok(damage_file(bytes_slice(e.value), 20) > 0, "the last block is damaged");
    is(ledger_open(dir, LEDGER_WRITE, &id, &l, &why), CONCLAVE_ECORRUPT,
       "a ledger without a readable tip does not open");
    ok(strstr(why.text, dir) != NULL && strstr(why.text, "move the files away") != NULL,
       "the complaint names the place and the cure");
    store_entry_clear(&e);

    char *path = alloc_printf("%s/data.mdb", dir);
    int fd = open(path, O_WRONLY | O_TRUNC);
    bool written = true;
    for (int i = 0; i < 2000; i++) {
        written = written && write(fd, "not a database ", 15) == 15;
    }
    close(fd);
    free(path);
    ok(written, "the file is overwritten with text");
    is(ledger_open(dir, LEDGER_WRITE, &id, &l, &why), CONCLAVE_ECORRUPT,
       "that does not open either");
    is(ledger_open(dir, LEDGER_READ, &id, &l, &why), CONCLAVE_ECORRUPT,
       "not even for reading");
}

int main(void)
{
    dir = scratch_make();
    proposal_id = scratch_hash(SCRATCH_PROPOSAL);
    struct ledger *l = scratch_open(dir, LEDGER_CREATE);
    if (!ok(l != NULL, "created")) {
        return tap_done();
    }
    scratch_fill(l);
    is(ledger_commit(l), 0, "a ledger with one of everything");
    ledger_close(l);
    for (int i = 0; i < SUBJECTS; i++) {
        test_file_damage(&subjects[i]);
    }
    for (int i = 0; i < SUBJECTS; i++) {
        if (subjects[i].is_decoded) {
            test_wrong_value(&subjects[i]);
        }
    }
    test_open_damage();
    scratch_remove(dir);
    return tap_done();
}
