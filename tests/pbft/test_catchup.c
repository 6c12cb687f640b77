/* SPDX-License-Identifier: ISC */
/* A replica that lacks blocks, and what may come in its way: claims without anything behind
 * them, donors that lie, a chain that nobody has committed. */
#include "hash/hash.h"
#include "story.h"
#include "wire/codec.h"
#include "wire/shared.h"

/* --- claims --- */

struct questions {
    uint16_t liar;
    unsigned count;
};

static bool counts_questions(struct cluster *c, void *context, uint16_t from, uint16_t to,
                             const struct message *m)
{
    struct questions *q = context;
    (void)c, (void)from;
    q->count += m->tag == MESSAGE_FETCH_RANGE && to == q->liar;
    return true;
}

static void claim(struct cluster *c, uint16_t from, uint64_t height)
{
    struct message m = {.tag = MESSAGE_HEARTBEAT};
    m.heartbeat.height = height;
    m.heartbeat.version = slice_of_string("liar");
    for (uint16_t to = 1; to <= 7; to++) {
        if (to != from && cluster_is_up(c, to)) {
            cluster_say(c, from, to, &m);
        }
    }
}

static void test_claims(void)
{
    struct questions q = {7, 0};
    struct cluster_config k;
    struct pbft_status s;
    cluster_config_defaults(&k, 7);
    struct cluster *c = story_new(&k);
    cluster_set_puppet(c, 7);
    for (uint16_t seat = 1; seat <= 5; seat++) {
        cluster_start(c, seat);
    }
    cluster_start(c, 7);
    cluster_set_filter(c, counts_questions, &q);
    for (unsigned i = 0; i < 60; i++) {
        claim(c, 7, UINT64_C(1) << 63);
        cluster_propose(c, 1, 7);
        cluster_run(c, 1000);
    }
    unsigned first = q.count;
    cluster_status(c, 1, &s);
    ok(first > 0 && first < 5 * 16, "who claims 2^63 is asked ever less: %u times by 5",
       first);
    ok(!s.far_behind, "and believed by nobody");
    cluster_start(c, 6);
    claim(c, 7, UINT64_MAX);
    ok(cluster_run_to_height(c, cluster_top(c), 5000), "whoever is behind gets level");
    cluster_set_filter(c, NULL, NULL);
    cluster_propose(c, 6, 7);
    story_end(c, 20000, "a claim of 2^63");
}

/* --- donors --- */

enum trick { POISONED, FALSE_CERTIFICATE, TRUNCATED, LOOPING, STALE, STALLING, DRIPPING };

struct donors {
    enum trick trick;
    unsigned lies;
    struct buffer kept; /* a true range, short, of the beginning */
};

static struct message range_of(const struct range *r, uint32_t count)
{
    struct message m = {.tag = MESSAGE_RANGE};
    m.range = *r;
    m.range.block_count = count;
    return m;
}

/* Its first blocks only, and headers that lead from them to what is certified: all true. */
static void say_beginning(struct cluster *c, uint16_t from, uint16_t to,
                          const struct range *r, uint32_t count, uint64_t after_ms)
{
    struct header headers[1024];
    struct message m = range_of(r, count < r->block_count ? count : r->block_count);
    uint32_t left = r->block_count - m.range.block_count;
    for (uint32_t i = 0; i < left; i++) {
        headers[i] = r->blocks[m.range.block_count + i]->header;
    }
    for (uint32_t i = 0; i < r->header_count; i++) {
        headers[left + i] = r->headers[i];
    }
    m.range.headers = headers;
    m.range.header_count = left + r->header_count;
    cluster_say_after(c, from, to, &m, after_ms);
}

static void say_kept(struct cluster *c, uint16_t from, uint16_t to, struct donors *d,
                     const struct range *r, uint32_t count)
{
    struct message m;
    if (d->kept.size == 0) {
        struct message first = {.tag = MESSAGE_RANGE, .range = *r};
        codec_encode_message(&d->kept, &first);
    }
    struct bytes *owner = bytes_copy(buffer_slice(&d->kept));
    if (codec_decode_message(owner, bytes_slice(owner), &m) == 0) {
        say_beginning(c, from, to, &m.range, count, 0);
        message_clear(&m);
    }
    bytes_unref(owner);
}

static void say_poisoned(struct cluster *c, uint16_t from, uint16_t to,
                         const struct range *r)
{
    struct block *changed[1024];
    struct message m = range_of(r, r->block_count);
    uint32_t at = r->block_count / 2;
    memcpy(changed, r->blocks, r->block_count * sizeof(struct block *));
    struct header h = r->blocks[at]->header;
    h.time_ms++;
    for (uint32_t i = 0; i < r->blocks[at]->count; i++) {
        hash_envelope(r->blocks[at]->envelopes[i]);
    }
    changed[at] = hash_build_block(&h, r->blocks[at]->envelopes, r->blocks[at]->count);
    m.range.blocks = changed;
    cluster_say(c, from, to, &m);
    block_unref(changed[at]);
}

/* q signatures of something else. */
static void say_uncertified(struct cluster *c, uint16_t from, uint16_t to,
                            const struct range *r)
{
    struct message m = range_of(r, r->block_count);
    struct certificate *bad = certificate_new(r->certificate->count);
    bad->what = r->certificate->what;
    memcpy(bad->entries, r->certificate->entries, bad->count * sizeof(bad->entries[0]));
    bad->entries[0].signature.bytes[0] ^= 1;
    m.range.certificate = bad;
    cluster_say(c, from, to, &m);
    certificate_unref(bad);
}

static bool lies(struct cluster *c, void *context, uint16_t from, uint16_t to,
                 const struct message *m)
{
    struct donors *d = context;
    if (m->tag == MESSAGE_HEARTBEAT && from < 6 && d->lies == 0) {
        return false; /* theirs come first */
    }
    if (m->tag == MESSAGE_HEARTBEAT && from >= 6) {
        struct message boast = *m;
        boast.heartbeat.height = UINT64_C(1) << 63;
        cluster_say(c, from, to, &boast);
        return false;
    }
    if (from < 6 || (m->tag != MESSAGE_RANGE && m->tag != MESSAGE_BLOCK)) {
        return true;
    }
    d->lies++;
    if (m->tag == MESSAGE_BLOCK) {
        return false;
    }
    const struct range *r = &m->range;
    struct message lie;
    switch (d->trick) {
    case POISONED:
        say_poisoned(c, from, to, r);
        break;
    case FALSE_CERTIFICATE:
        say_uncertified(c, from, to, r);
        break;
    case TRUNCATED: /* its certificate is of a block that is not there */
        lie = range_of(r, (r->block_count + 1) / 2);
        lie.range.header_count = 0;
        cluster_say(c, from, to, &lie);
        break;
    case LOOPING: /* the same five blocks, three times for every question */
        for (int i = 0; i < 3; i++) {
            say_kept(c, from, to, d, r, 5);
        }
        break;
    case STALE: /* what everyone has since long */
        say_kept(c, from, to, d, r, 1);
        break;
    case STALLING:
        break;
    case DRIPPING: /* true, one block at a time, and as late as it may be */
        say_beginning(c, from, to, r, 1, 900);
        break;
    }
    return false;
}

/* Seat 5 begins with nothing when the others are far; 6 and 7 lie to it, and claim most. */
static void test_wiped(enum trick trick, const char *name)
{
    struct donors d = {.trick = trick};
    struct cluster_config k;
    cluster_config_defaults(&k, 7);
    struct cluster *c = story_new(&k);
    cluster_set_faulty(c, 6);
    cluster_set_faulty(c, 7);
    for (uint16_t seat = 1; seat <= 7; seat++) {
        if (seat != 5) {
            cluster_start(c, seat);
        }
    }
    for (unsigned i = 0; i < 30; i++) {
        cluster_propose(c, 1, 7);
        cluster_run(c, 500);
    }
    cluster_set_filter(c, lies, &d);
    uint64_t top = cluster_top(c), start = cluster_now(c);
    cluster_start(c, 5);
    bool there = cluster_run_to_height(c, top, 30000);
    ok(there && d.lies > 0, "%s: a fresh node has all %llu blocks after %llu ms, %u lies",
       name, (unsigned long long)top, (unsigned long long)(cluster_now(c) - start), d.lies);
    cluster_set_filter(c, NULL, NULL);
    cluster_propose(c, 5, 7);
    story_end(c, 20000, name);
    buffer_free(&d.kept);
}

/* --- a chain that nobody has committed --- */

static bool loses_commits(struct cluster *c, void *context, uint16_t from, uint16_t to,
                          const struct message *m)
{
    (void)c, (void)context, (void)from, (void)to;
    return m->tag != MESSAGE_COMMIT;
}

/* Seat 4 was away while view after view prepared and none committed: nobody can give it a
 * range, and it is needed for a quorum. */
static void test_by_hash(void)
{
    struct cluster_config k;
    struct pbft_status s;
    struct cluster_counts before, after;
    cluster_config_defaults(&k, 4);
    k.core.window = k.core.pipeline = 1;
    struct cluster *c = story_begin(&k);
    cluster_isolate(c, 4);
    cluster_set_filter(c, loses_commits, NULL);
    cluster_propose(c, 2, 4);
    cluster_run(c, 120000);
    cluster_status(c, 3, &s);
    uint64_t hanging = s.best.height - s.committed_height;
    ok(hanging > 4 * k.core.window, "%llu blocks hang over height %llu, seat 4 has none",
       (unsigned long long)hanging, (unsigned long long)s.committed_height);
    cluster_crash(c, 1);
    cluster_counts(c, &before);
    for (uint16_t seat = 2; seat <= 3; seat++) {
        cluster_mend(c, 4, seat);
        cluster_mend(c, seat, 4);
    }
    cluster_set_filter(c, NULL, NULL);
    ok(cluster_run_to_height(c, s.best.height, 60000), "it fetches them and all commit");
    cluster_counts(c, &after);
    ok(after.by_tag[MESSAGE_BLOCK] - before.by_tag[MESSAGE_BLOCK] >= hanging,
       "one by one, by their hashes");
    story_end(c, 30000, "a long chain without COMMITs");
}

/* --- a primary that comes late --- */

struct late {
    uint64_t commits_until; /* no COMMIT for a height above */
    bool ranges_lost;       /* and nothing committed for seat 2 */
};

static bool makes_late(struct cluster *c, void *context, uint16_t from, uint16_t to,
                       const struct message *m)
{
    const struct late *l = context;
    (void)c, (void)from;
    if (m->tag == MESSAGE_RANGE) {
        return to != 2 || !l->ranges_lost;
    }
    return m->tag != MESSAGE_COMMIT || m->vote.height <= l->commits_until ||
           m->vote.view > 0;
}

/* Seat 2 restarts as primary of view 1 with an old disk; the tip that it is told of, only
 * prepared, has a header that covers more than seat 2 has executed. A block of its own upon
 * that would be refused by everyone: it catches up first. */
static void test_late_primary(void)
{
    struct cluster_config k;
    struct pbft_status s, mine;
    struct late l = {UINT64_MAX, true};
    cluster_config_defaults(&k, 4);
    k.vote_ms = 0;
    struct cluster *c = story_begin(&k);
    cluster_crash(c, 2);
    cluster_set_filter(c, makes_late, &l);
    cluster_propose(c, 3, 4);
    cluster_run(c, 3000);
    l.commits_until = cluster_top(c);
    cluster_propose(c, 3, 4);
    cluster_run(c, 300);
    cluster_status(c, 3, &s);
    ok(s.best.kind == CERTIFICATE_PREPARED && s.best.height > l.commits_until,
       "a block is prepared above height %llu", (unsigned long long)l.commits_until);
    cluster_crash(c, 1);
    cluster_run(c, 1500); /* so that few of its questions are in vain */
    cluster_start(c, 2);
    while (cluster_view(c, 2) == 0 && cluster_now(c) < 20000) {
        cluster_run(c, 10);
    }
    cluster_run(c, 200);
    cluster_status(c, 2, &mine);
    ok(mine.view == 1 && !mine.changing && mine.tip_height == s.best.height &&
           mine.executed_height < l.commits_until,
       "seat 2 holds tip %llu and has executed %llu", (unsigned long long)mine.tip_height,
       (unsigned long long)mine.executed_height);
    l.ranges_lost = false;
    cluster_run(c, 5000);
    ok(cluster_view(c, 3) == 1 && !story_tells(c, "refuses"),
       "it catches up, and then its block is accepted");
    ok(cluster_height(c, 2) > s.best.height, "and committed");
    story_end(c, 30000, "a primary that comes late");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_claims();
    test_wiped(POISONED, "poisoned ranges");
    test_wiped(FALSE_CERTIFICATE, "ranges with a false certificate");
    test_wiped(TRUNCATED, "truncated ranges");
    test_wiped(LOOPING, "looping ranges");
    test_wiped(STALE, "stale ranges");
    test_wiped(STALLING, "stalling donors");
    test_wiped(DRIPPING, "dripping donors");
    test_by_hash();
    test_late_primary();
    return tap_done();
}
