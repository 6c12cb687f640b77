/* SPDX-License-Identifier: ISC */
/* The book of flags: raised, seen again, acknowledged, cleared, forgotten; and its bytes.
 */
#include "base/error.h"
#include "tap.h"
#include "watch/flags.h"

#include <string.h>

static const struct flag *raise_one(struct flags *b, enum flag_kind kind, uint16_t seat,
                                    uint64_t now, const char *text)
{
    bool is_new;
    return flags_raise(
        b, &(struct sighting){.kind = kind, .seat = seat, .is_local = true, .text = text},
        now, &is_new);
}

static size_t count_of(const struct flags *b, enum flag_state state)
{
    struct flags_counts counts;
    flags_count(b, &counts);
    return counts.by_state[state];
}

static int worst_of(const struct flags *b)
{
    struct flags_counts counts;
    flags_count(b, &counts);
    return (int)counts.worst;
}

/* --- what a store was given --- */

enum { STORED_MAX = 2 * FLAGS_MAX };

struct stored {
    struct flag flags[STORED_MAX]; /* by id; 0 where there is none */
    unsigned puts, drops;
    int error;
};

static struct stored stored;

static void put(void *context, uint64_t id, struct slice encoding)
{
    struct stored *s = context;
    struct flag *f = &s->flags[id];
    s->error = flag_decode(encoding, f) != 0 ? -1 : s->error;
    f->id = id;
    s->puts++;
}

static void drop(void *context, uint64_t id)
{
    struct stored *s = context;
    memset(&s->flags[id], 0, sizeof(s->flags[id]));
    s->drops++;
}

static void save(struct flags *b)
{
    flags_save(b, &(struct flags_store){put, drop, &stored});
}

static struct flags *load(void)
{
    struct flags *b = flags_new();
    for (size_t id = 1; id < STORED_MAX; id++) {
        if (stored.flags[id].id != 0) {
            flags_load(b, &stored.flags[id]);
        }
    }
    return b;
}

static unsigned told;

static void tell(void *context, const struct flag *f)
{
    (void)context, (void)f;
    told++;
}

/* --- one flag's life --- */

static void test_life(void)
{
    struct flags *b = flags_new();
    bool first, is_new;
    is(worst_of(b), 0, "an empty book has no worst flag");
    const struct flag *f = raise_one(b, FLAG_SILENT, 3, 1000, "quiet");
    ok(f->id == 1 && f->state == FLAG_NEW && f->count == 1 && f->first_ms == 1000 &&
           f->last_ms == 1000 && strcmp(f->text, "quiet") == 0,
       "a flag is raised");
    ok(flags_must_save(b), "and to be kept at once");
    is(worst_of(b), FLAG_WARNING, "it is the worst");
    save(b);
    ok(!flags_must_save(b) && !flags_may_save(b) && stored.puts == 1, "and kept once");
    f = raise_one(b, FLAG_SILENT, 3, 2000, "quiet again");
    ok(f->id == 1 && f->count == 2 && f->first_ms == 1000 && f->last_ms == 2000 &&
           strcmp(f->text, "quiet again") == 0,
       "what happens again counts there");
    ok(!flags_must_save(b) && flags_may_save(b), "which may wait to be kept");
    flags_each_changed(b, tell, NULL);
    flags_each_changed(b, tell, NULL);
    is(told, 1, "and is told once");
    struct hash proposal = {{7}};
    f = flags_raise(b,
                    &(struct sighting){.kind = FLAG_SILENT,
                                       .seat = 3,
                                       .is_local = true,
                                       .proposal = &proposal,
                                       .height = 9,
                                       .text = "thrice"},
                    2500, &is_new);
    ok(!is_new && f->count == 3 && f->is_local && f->has_proposal && f->height == 9,
       "with a proposal and a height");
    is((int64_t)raise_one(b, FLAG_SILENT, 4, 2600, "")->id, 2, "another seat has its own");
    is((int64_t)raise_one(b, FLAG_LAGGING, 3, 2700, "")->id, 3, "another kind, too");
    f = flags_acknowledge(b, 1, 1001, 3000, &first);
    ok(first && f->state == FLAG_ACKNOWLEDGED && f->acknowledged_by == 1001 &&
           f->acknowledged_ms == 3000 && flags_must_save(b),
       "it is acknowledged");
    f = flags_acknowledge(b, 1, 1002, 4000, &first);
    ok(!first && f->acknowledged_by == 1001 && f->acknowledged_ms == 3000,
       "by the first who says so");
    ok(flags_acknowledge(b, 17, 1001, 3000, &first) == NULL && !first,
       "what does not exist is not");
    ok(raise_one(b, FLAG_SILENT, 3, 5000, "")->state == FLAG_ACKNOWLEDGED,
       "it stays acknowledged when it happens again");
    told = 0;
    f = flags_clear(b, FLAG_SILENT, 3, 6000);
    ok(f != NULL && f->state == FLAG_CLEARED && f->cleared_ms == 6000 && f->is_acknowledged,
       "it is cleared");
    flags_each_changed(b, tell, NULL);
    is(told, 0, "and nothing else is told of it");
    ok(flags_clear(b, FLAG_SILENT, 3, 7000) == NULL &&
           flags_open(b, FLAG_SILENT, 3) == NULL && flags_find(b, 1) != NULL,
       "once, and can be looked at");
    f = raise_one(b, FLAG_SILENT, 3, 8000, "");
    ok(f->id == 4 && f->state == FLAG_NEW && f->count == 1, "the next time is a new flag");
    (void)flags_clear(b, FLAG_SILENT, 4, 8100);
    f = flags_acknowledge(b, 2, 5, 8200, &first);
    ok(first && f->state == FLAG_CLEARED && f->is_acknowledged,
       "a cleared one can still be acknowledged, and stays cleared");
    ok(count_of(b, FLAG_NEW) == 2 && count_of(b, FLAG_ACKNOWLEDGED) == 0 &&
           count_of(b, FLAG_CLEARED) == 2,
       "they are counted by their state");
    (void)raise_one(b, FLAG_STALLED, 0, 9000, "no quorum");
    is(worst_of(b), FLAG_CRITICAL, "a critical one is the worst");
    (void)flags_acknowledge(b, 5, 5, 9100, &first);
    is(worst_of(b), FLAG_WARNING, "until it is acknowledged");
    ok(flags_below(b, UINT64_MAX)->id == 5 && flags_below(b, 5)->id == 4 &&
           flags_below(b, 1) == NULL,
       "the newest come first");
    save(b);
    flags_free(b);
    b = load();
    ok(stored.error == 0 && count_of(b, FLAG_NEW) == 2 &&
           count_of(b, FLAG_ACKNOWLEDGED) == 1 && count_of(b, FLAG_CLEARED) == 2 &&
           flags_open(b, FLAG_SILENT, 3)->id == 4 && !flags_must_save(b),
       "all of it comes back from the store");
    is((int64_t)raise_one(b, FLAG_SILENT, 3, 9900, "")->count, 2, "and goes on");
    flags_skip(b, 40);
    is((int64_t)raise_one(b, FLAG_MISSED, 1, 9900, "")->id, 41,
       "after what cannot be read, too");
    flags_free(b);
    memset(&stored, 0, sizeof(stored));
}

static void test_text(void)
{
    struct flags *b = flags_new();
    char longest[4 * FLAG_TEXT_BYTES];
    for (size_t i = 0; i + 3 <= sizeof(longest); i += 3) {
        memcpy(&longest[i], "\xe2\x82\xac", 3);
    }
    longest[sizeof(longest) - 1] = '\0';
    const struct flag *f = raise_one(b, FLAG_SILENT, 1, 1, longest);
    ok(strlen(f->text) >= FLAG_TEXT_BYTES - 4 && strlen(f->text) % 3 == 0,
       "a long text ends with a whole character");
    f = raise_one(b, FLAG_SILENT, 2, 1, "red \x1b[31m and\nmore");
    ok(strcmp(f->text, "red \\x1b[31m and\\nmore") == 0,
       "what drives terminals is escaped");
    save(b);
    is(stored.error, 0, "and both are read again");
    flags_free(b);
    memset(&stored, 0, sizeof(stored));
}

/* --- bounds --- */

static void test_bounds(void)
{
    struct flags *b = flags_new();
    bool first;
    (void)raise_one(b, FLAG_SILENT, 1, 1, "stays new");
    (void)raise_one(b, FLAG_SILENT, 2, 1, "acknowledged");
    (void)flags_acknowledge(b, 2, 0, 2, &first);
    for (unsigned i = 0; i < FLAGS_MAX; i++) {
        (void)raise_one(b, FLAG_MISSED, 3, i, "");
        (void)flags_clear(b, FLAG_MISSED, 3, i);
    }
    save(b);
    ok(count_of(b, FLAG_CLEARED) == FLAGS_MAX - 2 && stored.drops == 2, "so many are kept");
    ok(flags_find(b, 1) != NULL && flags_find(b, 2) != NULL && flags_find(b, 3) == NULL &&
           flags_find(b, 4) == NULL && flags_find(b, 5) != NULL,
       "and the oldest cleared ones forgotten");
    flags_free(b);
    b = load();
    is((int64_t)flags_below(b, UINT64_MAX)->id, FLAGS_MAX + 2, "the store has the others");
    flags_free(b);
    memset(&stored, 0, sizeof(stored));

    /* One seat that comes and goes cannot make the others' history forgotten. */
    b = flags_new();
    (void)raise_one(b, FLAG_SILENT, 1, 1, "long ago");
    (void)flags_clear(b, FLAG_SILENT, 1, 2);
    (void)raise_one(b, FLAG_WITHHELD, 3, 1, "long ago, too");
    (void)flags_clear(b, FLAG_WITHHELD, 3, 2);
    for (unsigned i = 0; i < 2 * FLAGS_MAX; i++) {
        (void)raise_one(b, FLAG_CLOCK_SKEW, 3, i, "");
        (void)flags_clear(b, FLAG_CLOCK_SKEW, 3, i);
    }
    ok(count_of(b, FLAG_CLEARED) == FLAGS_MAX && flags_find(b, 1) != NULL &&
           flags_find(b, 2) != NULL && flags_find(b, 3) == NULL,
       "those go of which there are most, by seat and kind");
    flags_free(b);

    /* Nothing but open ones, as far as a later build may have more kinds. */
    b = flags_new();
    struct flag f = {.kind = FLAG_SILENT, .seat = 1, .count = 1};
    for (uint64_t id = 1; id <= FLAGS_MAX; id++) {
        f.id = id;
        f.is_acknowledged = id % 2 == 0;
        f.state = f.is_acknowledged ? FLAG_ACKNOWLEDGED : FLAG_NEW;
        flags_load(b, &f);
    }
    (void)raise_one(b, FLAG_LAGGING, 1, 1, "");
    ok(flags_find(b, 1) != NULL && flags_find(b, 2) == NULL && flags_find(b, 4) != NULL,
       "then the oldest acknowledged one goes");
    flags_free(b);
    b = flags_new();
    f = (struct flag){.kind = FLAG_SILENT, .seat = 1, .count = 1, .state = FLAG_NEW};
    for (f.id = 1; f.id <= FLAGS_MAX; f.id++) {
        flags_load(b, &f);
    }
    (void)raise_one(b, FLAG_LAGGING, 1, 1, "");
    ok(flags_find(b, 1) == NULL && flags_find(b, 2) != NULL, "then the oldest");
    (void)flags_clear(b, FLAG_LAGGING, 1, 2);
    (void)raise_one(b, FLAG_LAGGING, 2, 3, "");
    ok(flags_find(b, FLAGS_MAX + 1) != NULL && flags_find(b, 2) == NULL,
       "but never the newest, or its id would come again");
    flags_free(b);
}

/* --- the table, and bytes --- */

static void test_kinds(void)
{
    char letters[FLAG_KIND_END] = {0};
    bool good = true;
    for (int k = 1; k < FLAG_KIND_END; k++) {
        const char *name = flag_kind_name((enum flag_kind)k);
        letters[k - 1] = flag_kind_letter((enum flag_kind)k);
        good = good && flag_kind_of(slice_of_string(name)) == k &&
               strchr(letters, letters[k - 1]) == &letters[k - 1];
    }
    ok(good, "kinds have names and letters of their own");
    ok(strcmp(letters, "EWMDLKVSXCAROTNQYUHBFPIGZJrvkp") == 0, "which are: %s", letters);
    is(flag_kind_of(slice_of_string("silen")), 0, "no other names are known");
}

static void refuses(struct flag f, int error, const char *name)
{
    struct buffer b = {NULL, 0, 0};
    struct flag again;
    flag_encode(&b, &f);
    is(flag_decode(buffer_slice(&b), &again), error, name);
    buffer_free(&b);
}

static void test_bytes(void)
{
    const struct flag f = {.kind = FLAG_WITHHELD,
                           .state = FLAG_CLEARED,
                           .seat = 4,
                           .is_local = true,
                           .has_proposal = true,
                           .proposal = {{1, 2, 3}},
                           .height = 77,
                           .first_ms = 5,
                           .last_ms = 6,
                           .count = 7,
                           .is_acknowledged = true,
                           .acknowledged_by = 1000,
                           .acknowledged_ms = 8,
                           .cleared_ms = 9,
                           .text = "words"};
    struct buffer b = {NULL, 0, 0};
    struct flag again, g;
    flag_encode(&b, &f);
    is(flag_decode(buffer_slice(&b), &again), 0, "a flag is read again");
    ok(memcmp(&f, &again, sizeof(f)) == 0, "as it was");
    bool refused = true;
    for (size_t size = 0; size < b.size; size++) {
        refused = refused && flag_decode(slice_of(b.data, size), &again) != 0;
    }
    ok(refused, "not where it is cut");
    buffer_append(&b, "", 1);
    is(flag_decode(buffer_slice(&b), &again), CONCLAVE_ETRAILING, "or too long");
    buffer_free(&b);
    g = f;
    g.kind = (enum flag_kind)FLAG_KIND_END;
    refuses(g, CONCLAVE_EVERSION, "a kind of a later version is told as such");
    g.kind = (enum flag_kind)0;
    refuses(g, CONCLAVE_EVERSION, "as is none");
    g = f;
    g.seat = 0;
    refuses(g, CONCLAVE_EFORMAT, "a kind about a seat needs one");
    g.seat = SEATS_MAX + 1;
    refuses(g, CONCLAVE_ELIMIT, "that may exist");
    g = f;
    g.kind = FLAG_STALLED;
    refuses(g, CONCLAVE_EFORMAT, "one about the council has none");
    g = f;
    g.state = FLAG_NEW;
    g.cleared_ms = 0;
    refuses(g, CONCLAVE_EFORMAT, "a new flag is not acknowledged");
    g.state = FLAG_ACKNOWLEDGED;
    refuses(g, 0, "an acknowledged one is,");
    g.cleared_ms = 1;
    refuses(g, CONCLAVE_EFORMAT, "and not cleared");
    g.cleared_ms = 0;
    g.is_acknowledged = false;
    refuses(g, CONCLAVE_EFORMAT, "and nothing else");
    g = f;
    g.count = 0;
    refuses(g, CONCLAVE_EFORMAT, "all were seen once");
    g = f;
    strcpy(g.text, "\x1b[2J");
    refuses(g, CONCLAVE_ETEXT, "and their text is harmless");
}

/* --- what is found in the ledger --- */

static void test_found(void)
{
    struct flags *b = flags_new();
    struct flag found = {.kind = FLAG_LATE,
                         .seat = 3,
                         .height = 40,
                         .first_ms = 100,
                         .last_ms = 300,
                         .count = 3,
                         .text = "late\x1b"};
    bool is_new, first;
    const struct flag *f = flags_state(b, &found, &is_new);
    ok(is_new && f->id == 1 && f->state == FLAG_NEW && f->count == 3 &&
           f->first_ms == 100 && strcmp(f->text, "late\\x1b") == 0,
       "a finding is a flag as it stands, but for what may not be in a text");
    memset(&stored, 0, sizeof(stored));
    ok(flags_must_save(b), "to be kept at once");
    save(b);
    ok(flags_state(b, &found, &is_new) == NULL && !is_new && !flags_may_save(b),
       "the same is no news");
    (void)flags_acknowledge(b, 1, 1001, 500, &first);
    save(b);
    found.count = 4;
    found.last_ms = 400;
    f = flags_state(b, &found, &is_new);
    ok(!is_new && f->id == 1 && f->count == 4 && f->last_ms == 400 &&
           f->state == FLAG_ACKNOWLEDGED && f->acknowledged_by == 1001 &&
           !flags_must_save(b) && flags_may_save(b),
       "more of it changes that, and who has seen it stays");
    told = 0;
    flags_each_changed(b, tell, NULL);
    is(told, 1, "which is told");
    (void)flags_clear(b, FLAG_LATE, 3, 450);
    f = flags_state(b, &found, &is_new);
    ok(is_new && f->id == 2 && f->state == FLAG_NEW && !f->is_acknowledged &&
           flags_find(b, 1)->cleared_ms == 450,
       "after it was cleared it is another one");
    flags_free(b);
    b = flags_new();
    (void)raise_one(b, FLAG_EQUIVOCATION, 5, 1000, "seen here");
    const struct flag convicted = {
        .kind = FLAG_EQUIVOCATION, .seat = 5, .height = 9, .count = 1, .text = "expelled"};
    f = flags_state(b, &convicted, &is_new);
    ok(!is_new && f->id == 1 && !f->is_local && f->count == 1 && f->height == 9,
       "what this node saw before becomes what all find");
    flags_free(b);
}

int main(void)
{
    test_life();
    test_found();
    test_text();
    test_bounds();
    test_kinds();
    test_bytes();
    return tap_done();
}
