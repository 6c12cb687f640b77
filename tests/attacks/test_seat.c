/* SPDX-License-Identifier: ISC */
/* One seat that is not primary: what it may not say, what it may not vote, and ballots. */
#include "scene.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIMIT_S = 400, MEMORY_MIB = 128, SEATS = 4, EVIL = 4, VICTIM = 1, CLOSE_MS = 10000 };

/* --- what closes the channel and is counted --- */

static uint16_t offended = VICTIM; /* the seat that the offence is sent to */

typedef void offence(struct evil *e);

static void raw_frame(struct evil *e, const char *bytes, size_t size)
{
    evil_frame(e, offended, slice_of(bytes, size));
}

static void empty_frame(struct evil *e)
{
    evil_bytes(e, offended, slice_of("\0\0\0\0", 4));
}

static void long_frame(struct evil *e)
{
    evil_bytes(e, offended, slice_of("\0\x40\0\1", 4));
}

static void longest_frame(struct evil *e)
{
    evil_bytes(e, offended, slice_of("\xff\xff\xff\xff", 4));
}

static void trailing_bytes(struct evil *e)
{
    raw_frame(e, "\x82\x0c\0\0", 4);
}

static void long_integer(struct evil *e)
{
    raw_frame(e, "\x82\x0c\x18\1", 4);
}

static void indefinite_array(struct evil *e)
{
    raw_frame(e, "\x9f\x0c\0\xff", 4);
}

static void unknown_tag(struct evil *e)
{
    raw_frame(e, "\x82\x19\x12\x34\0", 5);
}

static void claimed_length(struct evil *e)
{
    raw_frame(e, "\x82\x02\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", 11);
}

static void wrong_primary(struct evil *e)
{
    struct header h = {.version = PROTOCOL_VERSION, .height = 1, .time_ms = 1};
    struct message m = {.tag = MESSAGE_PRE_PREPARE};
    h.prev_hash = e->signers.council_id;
    m.pre_prepare.block = hash_build_block(&h, NULL, 0);
    m.pre_prepare.signature =
        signers_vote(&e->signers, PHASE_PREPARE, EVIL, 0, 1, &m.pre_prepare.block->hash)
            .signature;
    evil_send(e, offended, &m);
    block_unref(m.pre_prepare.block);
}

static void vote_of_another(struct evil *e)
{
    struct hash block = signers_hash(1);
    struct message m = {.tag = MESSAGE_PREPARE};
    m.vote = signers_vote(&e->signers, PHASE_PREPARE, EVIL, 0, 1000, &block);
    m.vote.seat = 2;
    evil_send(e, offended, &m);
}

static void vote_of_nobody(struct evil *e)
{
    struct hash block = signers_hash(1);
    struct message m = {.tag = MESSAGE_COMMIT};
    m.vote = signers_vote(&e->signers, PHASE_COMMIT, EVIL, 0, 1000, &block);
    m.vote.seat = UINT16_MAX;
    evil_send(e, offended, &m);
}

static void forged_view_change(struct evil *e)
{
    struct best none = {CERTIFICATE_NONE, 0, 0, e->signers.council_id};
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.change = signers_view_change(&e->signers, EVIL, 5, &none);
    m.view_change.change.view++;
    evil_send(e, offended, &m);
}

/* A best that nobody certified. */
static void false_certificate(struct evil *e)
{
    struct best best = {CERTIFICATE_PREPARED, 1, 2, signers_hash(3)};
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.change = signers_view_change(&e->signers, EVIL, 5, &best);
    m.view_change.certificate = certificate_new(e->signers.quorum);
    m.view_change.certificate->what = best;
    for (uint16_t i = 0; i < e->signers.quorum; i++) {
        struct vote v = signers_vote(&e->signers, PHASE_PREPARE, EVIL, 1, 2, &best.block);
        m.view_change.certificate->entries[i] =
            (struct certificate_entry){(uint16_t)(i + 1), v.signature};
    }
    evil_send(e, offended, &m);
    certificate_unref(m.view_change.certificate);
}

/* A NEW-VIEW of which only its own VIEW-CHANGE is real. */
static void false_new_view(struct evil *e)
{
    struct best none = {CERTIFICATE_NONE, 0, 0, e->signers.council_id};
    struct new_view *v = new_view_new(e->signers.quorum);
    v->view = 3; /* its own */
    v->tip = e->signers.council_id;
    for (uint16_t i = 0; i < v->count; i++) {
        v->changes[i] = signers_view_change(&e->signers, EVIL, 3, &none);
        v->changes[i].seat = (uint16_t)(i + 2);
    }
    signers_new_view(&e->signers, EVIL, v);
    struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = v};
    evil_send(e, offended, &m);
    new_view_unref(v);
}

static void envelope_of_another(struct evil *e)
{
    struct operation op = signers_ballot(2, 1, 1);
    evil_envelope(e, offended, 2, &op, 1);
}

static void forged_evidence(struct evil *e)
{
    struct operation op = evil_evidence(e, 1);
    op.seat = 2; /* which never signed this */
    evil_envelope(e, offended, 2, &op, 1);
}

static void send_proposal(struct evil *e, const char *title, const char *evidence)
{
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = EVIL};
    op.propose.title = slice_of_string(title);
    op.propose.text = slice_of_string("text");
    op.propose.evidence = slice_of_string(evidence);
    op.propose.nonce = slice_of_string("n");
    struct buffer encoded = signers_operation(&op), out = {0};
    struct slice slice = buffer_slice(&encoded);
    struct signature signature = {{1}};
    cbor_write_array(&out, 2);
    cbor_write_uint(&out, MESSAGE_ENVELOPE);
    codec_encode_envelope(&out, EVIL, &slice, 1, &signature);
    evil_frame(e, offended, buffer_slice(&out));
    buffer_free(&out);
    buffer_free(&encoded);
}

static void hostile_title(struct evil *e)
{
    send_proposal(e, "a title \x1b]0;gotcha\x07", "");
}

static void hostile_evidence(struct evil *e)
{
    send_proposal(e, "a title", "{\"source\":\"\xe2\x80\xaegnp.exe\"}");
}

static void broken_evidence(struct evil *e)
{
    send_proposal(e, "a title", "{\"source\":\"\xed\xa0\x80\"}"); /* half a surrogate */
}

static const struct {
    const char *name;
    offence *fn;
} offences[] = {
    {"an empty frame", empty_frame},
    {"a frame of 4 MiB and a byte", long_frame},
    {"a frame of 4 GiB", longest_frame},
    {"trailing bytes", trailing_bytes},
    {"a long integer", long_integer},
    {"an indefinite array", indefinite_array},
    {"a tag that no message will have", unknown_tag},
    {"a length beyond everything", claimed_length},
    {"a PRE-PREPARE when not primary", wrong_primary},
    {"a vote in another's name", vote_of_another},
    {"a vote of a seat that is none", vote_of_nobody},
    {"a forged VIEW-CHANGE", forged_view_change},
    {"a false certificate", false_certificate},
    {"a false NEW-VIEW", false_new_view},
    {"an envelope in another's name", envelope_of_another},
    {"forged EVIDENCE against another", forged_evidence},
    {"a proposal with an escape sequence", hostile_title},
    {"evidence text that turns its reading round", hostile_evidence},
    {"evidence text that is no UTF-8", broken_evidence},
};

/* One victim after the other: each lets the seat wait a little longer every time. */
static void test_offences(struct scene *s)
{
    scene_begin(s, "what a channel is closed for");
    for (size_t i = 0; i < sizeof(offences) / sizeof(offences[0]); i++) {
        offended = (uint16_t)(1 + i % (SEATS - 1));
        json_int_t before = scene_peer_number(s, offended, EVIL, "bad_frames");
        bool connected = evil_insist(s->e, offended);
        evil_heartbeat(s->e, offended, 0, 0); /* a good one goes through */
        evil_pump(s->e, 20);
        bool up = evil_is_up(s->e, offended);
        offences[i].fn(s->e);
        bool closed = evil_wait_closed(s->e, offended, CLOSE_MS);
        json_int_t after = scene_peer_number(s, offended, EVIL, "bad_frames");
        ok(connected && up && closed && after > before, "%s: closed and counted",
           offences[i].name);
    }
    scene_check(s, "what a channel is closed for", MEMORY_MIB);
}

/* --- connections --- */

struct echo {
    struct message message;
    uint16_t victim; /* who said it */
};

static void keep_vote(void *context, struct evil *e, uint16_t victim,
                      const struct message *m)
{
    struct echo *echo = context;
    (void)e;
    if (m->tag == MESSAGE_PREPARE) {
        *echo = (struct echo){*m, victim};
    }
}

static void test_reflection(struct scene *s)
{
    struct echo echo = {.victim = 0};
    char id[LIVE_ID_BYTES];
    scene_begin(s, "a vote comes back to its author");
    (void)evil_connect_all(s->e);
    s->e->on_message = keep_vote;
    s->e->context = &echo;
    (void)live_propose(s->l, 2, "test", "votes to keep", NULL, id);
    uint64_t until = clock_monotonic_ms() + DECIDE_MS;
    while (echo.victim == 0 && clock_monotonic_ms() < until) {
        evil_pump(s->e, 10);
    }
    s->e->on_message = NULL;
    if (ok(echo.victim != 0, "a correct seat votes")) {
        json_int_t before = scene_peer_number(s, echo.victim, EVIL, "bad_frames");
        evil_send(s->e, echo.victim, &echo.message);
        ok(evil_wait_closed(s->e, echo.victim, CLOSE_MS) &&
               scene_peer_number(s, echo.victim, EVIL, "bad_frames") > before,
           "and closes the channel that brings its own vote");
    }
    evil_drop(s->e, 0);
    scene_check(s, "a vote comes back to its author", MEMORY_MIB);
}

static void churn(struct evil *e, void *context, uint64_t round)
{
    (void)context;
    for (uint16_t v = 1; v <= e->seats; v++) {
        if (v != e->seat && evil_connect(e, v)) {
            if (round % 2 == 0) {
                evil_bytes(e, v, slice_of("\0\0\0\0", 4));
            }
        }
    }
}

/* Half-open handshakes from many addresses, and slow ones, a byte at a time. */
static void half_open(struct evil *e, void *context, uint64_t round)
{
    enum { SOCKETS = 600 };
    static int sockets[SOCKETS];
    (void)context;
    for (unsigned i = 0; i < 20; i++) {
        int *fd = &sockets[(round * 20 + i) % SOCKETS];
        uint16_t victim = (uint16_t)(1 + i % (e->seats - 1U));
        if (*fd > 0) {
            (void)close(*fd);
        }
        *fd = evil_socket(e, victim, (uint8_t)(2 + i));
        if (*fd > 0 && i % 2 == 0) {
            (void)send(*fd, "conclave", 1 + round % 8, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }
}

static void under(struct scene *s, const char *name, evil_step *step)
{
    scene_begin(s, name);
    pid_t pid = evil_fork(s->e, step, NULL);
    live_pump(s->l, scene_is_long() ? 10000 : 300);
    scene_check(s, name, MEMORY_MIB);
    evil_stop(s->e, pid);
}

static void test_deaf(struct scene *s)
{
    scene_begin(s, "a peer that never reads");
    (void)evil_connect_all(s->e);
    s->e->deaf = true;
    struct message m = {.tag = MESSAGE_FETCH_RANGE, .fetch_range = {1}};
    for (unsigned i = 0; i < 20000; i++) {
        evil_send(s->e, 0, &m);
    }
    evil_pump(s->e, 500);
    scene_check(s, "a peer that never reads", MEMORY_MIB);
    s->e->deaf = false;
    evil_drop(s->e, 0);
}

/* A handshake that was heard before is played again. */
static void test_replay(struct scene *s)
{
    struct noise *noise = NULL;
    struct buffer first = {0};
    scene_begin(s, "a handshake played again");
    json_int_t connected = live_number(s->l, VICTIM, "connected");
    evil_first_bytes(s->e, VICTIM, &noise, &first);
    int fds[3];
    for (unsigned i = 0; i < 3; i++) {
        fds[i] = evil_socket(s->e, VICTIM, 1);
        (void)send(fds[i], first.data, first.size, MSG_NOSIGNAL);
    }
    live_pump(s->l, 300);
    is(live_number(s->l, VICTIM, "connected"), connected, "is no connection");
    for (unsigned i = 0; i < 3; i++) {
        (void)close(fds[i]);
    }
    noise_free(noise);
    buffer_free(&first);
}

/* A second instance with the same key is refused while the first is up; the same instance
 * replaces itself. */
static void test_twins(struct scene *s)
{
    struct evil *twin = evil_new(s->l, EVIL);
    scene_begin(s, "twins");
    ok(evil_insist(s->e, VICTIM), "the first is connected");
    evil_pump(s->e, 50);
    ok(!evil_connect(twin, VICTIM), "its twin is refused");
    evil_pump(s->e, 50);
    ok(evil_is_up(s->e, VICTIM), "and disturbs nobody");
    memcpy(twin->instance, s->e->instance, INSTANCE_BYTES);
    ok(evil_connect(twin, VICTIM), "the same instance is let in");
    ok(evil_wait_closed(s->e, VICTIM, CLOSE_MS), "and replaces itself");
    evil_free(twin);
    scene_check(s, "twins", MEMORY_MIB);
}

/* --- ballots --- */

struct play {
    struct scene *s;
    struct hash proposal, commitment; /* of seat 1's ballot */
    bool seen_ballot, seen_reveal;
    struct operation reveal; /* of seat 1 */
    struct buffer kept;
};

static void on_ballot(void *context, struct evil *e, uint16_t victim,
                      const struct message *m)
{
    struct play *p = context;
    (void)e;
    for (uint32_t i = 0; m->tag == MESSAGE_ENVELOPE && i < m->envelope->count; i++) {
        struct operation op;
        if (victim != VICTIM || m->envelope->seat != VICTIM ||
            codec_decode_operation(m->envelope->operations[i], &op) != 0) {
            continue;
        }
        if (op.kind == OPERATION_BALLOT && hash_equal(&op.ballot.proposal, &p->proposal)) {
            p->commitment = op.ballot.commitment;
            p->seen_ballot = true;
        } else if (op.kind == OPERATION_REVEAL && !p->seen_reveal &&
                   hash_equal(&op.reveal.proposal, &p->proposal)) {
            p->kept.size = 0;
            buffer_append_slice(&p->kept, m->envelope->operations[i]);
            p->seen_reveal =
                codec_decode_operation(buffer_slice(&p->kept), &p->reveal) == 0;
        }
    }
}

static struct operation own_reveal(const struct play *p, uint8_t nonce)
{
    struct operation op = {.kind = OPERATION_REVEAL, .seat = EVIL};
    op.reveal.proposal = p->proposal;
    op.reveal.ballot.choice = CHOICE_REJECT;
    op.reveal.ballot.rationale = slice_of_string("evil");
    memset(op.reveal.nonce, nonce, sizeof(op.reveal.nonce));
    return op;
}

static struct operation own_ballot(struct play *p, uint8_t nonce)
{
    struct operation reveal = own_reveal(p, nonce);
    struct operation op = {.kind = OPERATION_BALLOT, .seat = EVIL};
    op.ballot.proposal = p->proposal;
    op.ballot.commitment = hash_commitment(&p->s->e->signers.council_id, &p->proposal, EVIL,
                                           &reveal.reveal.ballot, reveal.reveal.nonce);
    return op;
}

/* Before seat 1's ballot is seen, after it, and when its reveal is seen. */
enum act { ACT_OPENED, ACT_BALLOT, ACT_REVEAL };
typedef void player(struct play *p, struct evil *e, enum act act);

static void copies(struct play *p, struct evil *e, enum act act)
{
    struct operation op = {.kind = OPERATION_BALLOT, .seat = EVIL};
    if (act == ACT_BALLOT) {
        op.ballot.proposal = p->proposal;
        op.ballot.commitment = p->commitment;
        evil_envelope(e, 0, EVIL, &op, 1);
    } else if (act == ACT_REVEAL) {
        op = p->reveal;
        op.seat = EVIL;
        evil_envelope(e, 0, EVIL, &op, 1);
    }
}

static void reveals_early(struct play *p, struct evil *e, enum act act)
{
    struct operation ballot = own_ballot(p, 7), reveal = own_reveal(p, 7);
    if (act == ACT_OPENED) {
        evil_envelope(e, 0, EVIL, &ballot, 1);
        evil_envelope(e, 0, EVIL, &reveal, 1);
    }
}

static void opens_wrongly(struct play *p, struct evil *e, enum act act)
{
    struct operation ballot = own_ballot(p, 7), reveal = own_reveal(p, 8);
    if (act == ACT_OPENED) {
        evil_envelope(e, 0, EVIL, &ballot, 1);
    } else if (act == ACT_REVEAL) {
        evil_envelope(e, 0, EVIL, &reveal, 1);
        reveal = own_reveal(p, 7); /* another proposal's */
        reveal.reveal.proposal.bytes[0] ^= 1;
        evil_envelope(e, 0, EVIL, &reveal, 1);
    }
}

static void withholds(struct play *p, struct evil *e, enum act act)
{
    struct operation ballot = own_ballot(p, 7);
    if (act == ACT_OPENED) {
        evil_envelope(e, 0, EVIL, &ballot, 1);
    }
}

static void votes_late(struct play *p, struct evil *e, enum act act)
{
    struct operation ballot = own_ballot(p, 7);
    if (act == ACT_REVEAL) {
        evil_envelope(e, 0, EVIL, &ballot, 1);
    }
}

static void commits_twice(struct play *p, struct evil *e, enum act act)
{
    struct operation first = own_ballot(p, 7), second = own_ballot(p, 9);
    if (act == ACT_OPENED) {
        evil_envelope(e, 0, EVIL, &first, 1);
        evil_envelope(e, 0, EVIL, &second, 1);
    }
}

static const char *evil_status(const json_t *proposal)
{
    const json_t *row = json_array_get(json_object_get(proposal, "seats"), EVIL - 1);
    const char *status = json_string_value(json_object_get(row, "status"));
    return status != NULL ? status : "?";
}

static void play(struct scene *s, const char *name, player *fn, const char *expected)
{
    struct play p = {.s = s};
    char id[LIVE_ID_BYTES];
    bool told_ballot = false, told_reveal = false;
    scene_begin(s, name);
    (void)evil_connect_all(s->e);
    s->e->on_message = on_ballot;
    s->e->context = &p;
    is(live_propose(s->l, 2, "test", name, NULL, id), 0, name);
    (void)hex_decode(p.proposal.bytes, HASH_BYTES, id, 2 * HASH_BYTES);
    fn(&p, s->e, ACT_OPENED);
    json_t *final = NULL;
    uint64_t until = clock_monotonic_ms() + DECIDE_MS;
    while (final == NULL && clock_monotonic_ms() < until) {
        evil_pump(s->e, 2);
        if (p.seen_ballot && !told_ballot) {
            told_ballot = true;
            fn(&p, s->e, ACT_BALLOT);
        }
        if (p.seen_reveal && !told_reveal) {
            told_reveal = true;
            fn(&p, s->e, ACT_REVEAL);
        }
        final = live_wait_final(s->l, VICTIM, id, 0);
    }
    const char *status = evil_status(final);
    ok(strstr(expected, status) != NULL, "%s: its record says %s, one of %s", name, status,
       expected);
    is(json_integer_value(json_object_get(final, "approve")), SEATS - 1,
       "the correct ballots count, no other");
    json_decref(final);
    s->e->on_message = NULL;
    buffer_free(&p.kept);
    evil_drop(s->e, 0);
    scene_check(s, name, MEMORY_MIB);
}

/* Valid text, as long as it may be, that no JSON reader should be trusted with: whether it
 * is JSON nobody judges, so it is decided upon like any other. */
static void test_hostile_text(struct scene *s)
{
    char *deep = alloc_zero(1, EVIDENCE_TEXT_MAX + 1);
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = EVIL};
    char id[2 * HASH_BYTES + 1];
    memset(deep, '[', EVIDENCE_TEXT_MAX);
    scene_begin(s, "hostile evidence text");
    (void)evil_connect_all(s->e);
    op.propose.title = slice_of_string("deep");
    op.propose.text = slice_of_string("text");
    op.propose.nonce = slice_of_string("deep");
    op.propose.evidence = slice_of_string(deep);
    struct buffer encoding = signers_operation(&op);
    struct hash hash = hash_operation(buffer_slice(&encoding));
    hex_encode(id, slice_of(hash.bytes, HASH_BYTES));
    evil_envelope(s->e, 0, EVIL, &op, 1);
    json_t *final = NULL;
    uint64_t until = clock_monotonic_ms() + DECIDE_MS;
    while (final == NULL && clock_monotonic_ms() < until) {
        evil_pump(s->e, 20);
        final = live_wait_final(s->l, VICTIM, id, 0);
    }
    const char *shown = json_string_value(json_object_get(final, "evidence"));
    ok(final != NULL, "48 KiB of brackets for evidence are decided upon");
    ok(shown == NULL || strcmp(shown, deep) == 0, "and shown as they are");
    json_decref(final);
    buffer_free(&encoding);
    free(deep);
    evil_drop(s->e, 0);
    scene_check(s, "hostile evidence text", MEMORY_MIB);
}

/* --- votes --- */

static void vote_double(void *context, struct evil *e, uint16_t victim,
                        const struct message *m)
{
    struct hash other = signers_hash(0x66);
    (void)context;
    if (m->tag == MESSAGE_PREPARE || m->tag == MESSAGE_COMMIT) {
        enum phase phase = m->tag == MESSAGE_PREPARE ? PHASE_PREPARE : PHASE_COMMIT;
        evil_vote(e, victim, PHASE_COMMIT, m->vote.view, m->vote.height, &m->vote.block);
        evil_vote(e, victim, phase, m->vote.view, m->vote.height,
                  victim % 2 == 0 ? &m->vote.block : &other);
        evil_vote(e, victim, phase, m->vote.view, m->vote.height,
                  victim % 2 == 0 ? &other : &m->vote.block);
    }
}

static void test_double_votes(struct scene *s)
{
    char id[LIVE_ID_BYTES];
    scene_begin(s, "double votes");
    (void)evil_connect_all(s->e);
    s->e->on_message = vote_double;
    (void)live_propose(s->l, 2, "test", "double votes", NULL, id);
    json_t *final = NULL;
    uint64_t until = clock_monotonic_ms() + DECIDE_MS;
    while (final == NULL && clock_monotonic_ms() < until) {
        evil_pump(s->e, 5);
        final = live_wait_final(s->l, VICTIM, id, 0);
    }
    ok(final != NULL, "decided in spite of double votes");
    json_decref(final);
    evil_pump(s->e, 200);
    s->e->on_message = NULL;
    evil_drop(s->e, 0);
    ok(live_wait_log(s->l, 2, "seat.convicted", DECIDE_MS), "and their seat is convicted");
    scene_check(s, "double votes", MEMORY_MIB);
}

int main(void)
{
    live_limit(LIMIT_S);
    struct scene *s = scene_new(SEATS, EVIL,
                                "{\"timing\":{\"timer_floor_ms\":250,"
                                "\"timer_ceiling_ms\":2500},"
                                "\"classes\":[{\"name\":\"test\",\"commit_ms\":30000,"
                                "\"reveal_ms\":2500,\"grace_ms\":1000},"
                                "{\"name\":\"quick\",\"commit_ms\":30000,"
                                "\"reveal_ms\":2500,\"grace_ms\":50}],"
                                "\"epoch\":{\"decisions\":1000}}",
                                NULL);
    test_offences(s);
    test_replay(s);
    test_twins(s);
    test_deaf(s);
    under(s, "reconnect churn", churn);
    under(s, "half-open connections from many addresses", half_open);
    play(s, "a copied commitment", copies, "withheld");
    play(s, "an early REVEAL", reveals_early, "revealed");
    play(s, "a wrong opening", opens_wrongly, "withheld");
    if (scene_is_long()) {
        play(s, "a withheld REVEAL", withholds, "withheld");
    }
    play(s, "a late BALLOT", votes_late, "late missed");
    test_hostile_text(s);
    test_reflection(s);
    play(s, "two BALLOTs", commits_twice, "withheld expelled");
    test_double_votes(s);
    scene_free(s);
    return tap_done();
}
