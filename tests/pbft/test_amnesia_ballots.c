/* SPDX-License-Identifier: ISC */
/* A seat whose store was put back with marks that match has forgotten a BALLOT, and its
 * agent is asked again: it must not commit to another one. */
#include "crypto/key.h"
#include "story.h"
#include "wire/codec.h"
#include "wire/shared.h"

struct hold {
    uint16_t seat;
    bool blocks;    /* it gets none */
    bool envelopes; /* the primary gets none of its envelopes */
    bool votes;     /* nobody gets its votes: it only follows */
    bool reports;   /* it gets none */
    bool ballots;   /* nobody gets its BALLOTs */
    unsigned said;  /* BALLOTs that it sent, since this was 0 */
};

static bool has_ballot(const struct envelope *e)
{
    struct operation op;
    return codec_decode_operation(e->operations[0], &op) == 0 &&
           op.kind == OPERATION_BALLOT;
}

static bool pass(struct cluster *c, void *context, uint16_t from, uint16_t to,
                 const struct message *m)
{
    struct hold *h = context;
    (void)c;
    if (m->tag == MESSAGE_ENVELOPE && from == h->seat && m->envelope->seat == h->seat &&
        has_ballot(m->envelope)) {
        h->said++;
        if (h->ballots) {
            return false;
        }
    }
    if (h->reports && to == h->seat && m->tag == MESSAGE_REPORT) {
        return false;
    }
    if (h->blocks && to == h->seat &&
        (m->tag == MESSAGE_BLOCK || m->tag == MESSAGE_RANGE)) {
        return false;
    }
    if (h->votes && from == h->seat &&
        (m->tag == MESSAGE_PREPARE || m->tag == MESSAGE_COMMIT)) {
        return false;
    }
    return !(h->envelopes && to == 1 && m->tag == MESSAGE_ENVELOPE &&
             m->envelope->seat == h->seat);
}

/* Seats 2 and 3 say nothing, so that ballots are taken for long. */
static struct cluster *begin(struct hold *h)
{
    struct cluster *c = story_of(4);
    *h = (struct hold){.seat = 4};
    cluster_set_filter(c, pass, h);
    cluster_set_voting(c, 2, false);
    cluster_set_voting(c, 3, false);
    return c;
}

static void put_back(struct cluster *c, const struct cluster_backup *old)
{
    cluster_crash(c, 4);
    cluster_set_faulty(c, 4);
    cluster_restore_disk(c, 4, old, true);
    cluster_start(c, 4);
}

static void end(struct cluster *c, struct cluster_backup *old, const char *name)
{
    cluster_run(c, 10000);
    struct pbft_status s;
    cluster_status(c, 4, &s);
    ok(!cluster_is_caught(c, 4) && !cluster_is_expelled(c, 4),
       "%s: it commits to no other ballot", name);
    ok(!s.standing.lost && s.standing.height > 0, "%s: it found its loss and returned",
       name);
    ok(cluster_fault(c) == NULL, "%s: nothing else was wrong", name);
    if (cluster_fault(c) != NULL) {
        printf("# %s\n", cluster_fault(c));
    }
    cluster_backup_free(old);
    cluster_free(c);
}

/* Its BALLOT is ordered in a block that comes late. */
static void test_ordered(void)
{
    struct hold h;
    struct cluster *c = begin(&h);
    cluster_set_voting(c, 4, false);
    h.votes = true;
    cluster_propose(c, 1, 4);
    cluster_run(c, 1000);
    struct cluster_backup *old = cluster_copy_disk(c, 4);
    cluster_set_voting(c, 4, true);
    cluster_run(c, 1000);
    h.blocks = true;
    put_back(c, old);
    cluster_run(c, 2000);
    h.blocks = h.votes = false;
    end(c, old, "an ordered BALLOT");
}

/* Its BALLOT waits at two seats, on a proposal that the store has not seen. */
static void test_waiting(void)
{
    struct hold h;
    struct cluster *c = begin(&h);
    struct cluster_backup *old = cluster_copy_disk(c, 4);
    h.envelopes = h.votes = true;
    cluster_propose(c, 1, 4);
    cluster_run(c, 300);
    put_back(c, old);
    cluster_run(c, 1000);
    h.envelopes = h.votes = false;
    end(c, old, "a waiting BALLOT");
}

/* What the others must have heard of it is known only when they have reported again. */
static void test_asking(void)
{
    struct hold h;
    struct cluster *c = begin(&h);
    h.ballots = true;
    cluster_propose(c, 1, 4);
    cluster_run(c, 300);
    ok(h.said > 0, "a BALLOT is on its way");
    h.reports = true;
    cluster_isolate(c, 4);
    cluster_run(c, 5000);
    h.ballots = false;
    h.said = 0;
    cluster_heal(c);
    cluster_set_filter(c, pass, &h);
    cluster_run(c, 4000);
    struct pbft_status s;
    cluster_status(c, 4, &s);
    ok(s.asking && h.said == 0, "a seat that asks does not repeat it");
    h.reports = false;
    cluster_run(c, 4000);
    ok(h.said > 0, "and then it does");
    cluster_set_voting(c, 2, true);
    cluster_set_voting(c, 3, true);
    story_end(c, 60000, "a BALLOT is repeated");
}

/* A BALLOT of the seat on a proposal that nobody made. */
static void tell_loss(struct cluster *c)
{
    struct operation op = {.kind = OPERATION_BALLOT, .seat = 4};
    struct buffer b = {NULL, 0, 0};
    codec_encode_operation(&b, &op);
    struct slice encoding = buffer_slice(&b);
    struct message m = {.tag = MESSAGE_ENVELOPE};
    m.envelope = cluster_seal(c, 4, &encoding, 1);
    cluster_say(c, 2, 4, &m);
    message_clear(&m);
    buffer_free(&b);
}

static void test_lost(void)
{
    struct hold h;
    struct cluster *c = begin(&h);
    h.ballots = true;
    for (int i = 0; i < 5; i++) {
        cluster_propose(c, 1, 4); /* more than a seat's window of envelopes */
        cluster_run(c, 300);
    }
    cluster_set_faulty(c, 4);
    tell_loss(c);
    cluster_run(c, 15);
    struct pbft_status s;
    cluster_status(c, 4, &s);
    ok(s.standing.lost, "a seat finds that it has lost its state");
    h.ballots = false;
    h.said = 0;
    cluster_run(c, 6000);
    ok(h.said == 0, "what it said on a proposal it does not repeat");
    cluster_status(c, 4, &s);
    ok(!s.standing.lost, "but it asks to return");
    cluster_run(c, 6000);
    ok(h.said == 0, "nor later");
    ok(cluster_fault(c) == NULL, "nothing was wrong");
    if (cluster_fault(c) != NULL) {
        printf("# %s\n", cluster_fault(c));
    }
    cluster_free(c);
}

/* A vote that nobody needed to check had a bad signature. */
static void test_bad_vote(void)
{
    struct cluster *c = story_of(4);
    struct message m = {.tag = MESSAGE_COMMIT};
    m.vote = (struct vote){
        .phase = PHASE_COMMIT, .seat = 4, .view = UINT32_MAX, .height = UINT32_MAX};
    cluster_set_faulty(c, 4);
    for (uint16_t to = 1; to <= 3; to++) {
        cluster_say(c, 4, to, &m);
    }
    cluster_run(c, 100);
    cluster_crash(c, 4);
    cluster_run(c, 500);
    cluster_start(c, 4);
    cluster_run(c, 5000);
    struct pbft_status s;
    cluster_status(c, 4, &s);
    ok(!s.asking && !s.standing.lost, "a seat that spoke badly once may speak again");
    cluster_free(c);
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_ordered();
    test_waiting();
    test_asking();
    test_lost();
    test_bad_vote();
    return tap_done();
}
