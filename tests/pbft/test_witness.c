/* SPDX-License-Identifier: ISC */
/* Two BALLOTs of one seat, of which everybody hears only one: the other is in a block. */
#include "crypto/key.h"
#include "hash/hash.h"
#include "story.h"
#include "wire/codec.h"
#include "wire/shared.h"

enum { LIAR = 4 };

/* Seat 4's BALLOT on the one open proposal, to one seat only. */
static void say_ballot(struct cluster *c, uint16_t to, enum choice choice)
{
    static const char why[] = "for reasons of my own";
    const struct proposal *p = council_at(cluster_council(c, 1), 0);
    struct ballot ballot = {choice, 70, slice_of_string(why)};
    uint8_t nonce[BALLOT_NONCE_BYTES] = {0};
    struct operation op = {.kind = OPERATION_BALLOT, .seat = LIAR};
    op.ballot.proposal = p->id;
    op.ballot.commitment =
        hash_commitment(cluster_genesis(c), &p->id, LIAR, &ballot, nonce);
    struct buffer encoding = {0};
    codec_encode_operation(&encoding, &op);
    struct slice operation = buffer_slice(&encoding);
    struct message m = {.tag = MESSAGE_ENVELOPE};
    m.envelope = cluster_seal(c, LIAR, &operation, 1);
    cluster_say(c, LIAR, to, &m);
    envelope_unref(m.envelope);
    buffer_free(&encoding);
}

/* A proposal is open everywhere and stays so, as seats 2 and 3 do not vote. */
static struct cluster *begin(void)
{
    struct cluster_config k;
    cluster_config_defaults(&k, 4);
    struct cluster *c = story_new(&k);
    cluster_set_puppet(c, LIAR);
    cluster_start_all(c);
    cluster_set_voting(c, 2, false);
    cluster_set_voting(c, 3, false);
    cluster_run(c, 1000);
    cluster_propose(c, 1, 4);
    cluster_run(c, 1000);
    return c;
}

static void end(struct cluster *c, const char *name)
{
    cluster_run(c, 2000);
    const struct proposal *p = council_at(cluster_council(c, 1), 0);
    ok(p != NULL && p->seats[LIAR - 1].committed, "%s: one BALLOT is ordered", name);
    ok(!story_tells(c, "said two things"), "%s: nobody was told both", name);
    ok(cluster_is_expelled(c, LIAR), "%s: whoever reads the blocks convicts the seat",
       name);
    story_end(c, 60000, name);
}

/* The primary orders the one while the others have the other. */
static void test_heard_before(void)
{
    struct cluster *c = begin();
    say_ballot(c, 1, CHOICE_APPROVE);
    say_ballot(c, 2, CHOICE_REJECT);
    say_ballot(c, 3, CHOICE_REJECT);
    end(c, "a BALLOT heard before the block");
}

static void test_heard_after(void)
{
    struct cluster *c = begin();
    say_ballot(c, 1, CHOICE_APPROVE);
    cluster_run(c, 1000);
    say_ballot(c, 2, CHOICE_REJECT);
    end(c, "a BALLOT heard after the block");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_heard_before();
    test_heard_after();
    return tap_done();
}
