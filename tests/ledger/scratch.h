/* SPDX-License-Identifier: ISC */
/* A directory that goes away, and blocks, certificates and votes to put into a ledger. */
#ifndef CONCLAVE_TESTS_LEDGER_SCRATCH_H
#define CONCLAVE_TESTS_LEDGER_SCRATCH_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw */
#endif

#include "base/alloc.h"
#include "hash/hash.h"
#include "ledger/ledger_private.h"
#include "tap.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCRATCH_SEAT = 2, SCRATCH_SEATS = 4 };
/* Numbers of the hashes that scratch_fill puts a proposal and an own operation under. */
enum { SCRATCH_PROPOSAL = 1000, SCRATCH_OWN = 1001 };

/* A directory of our own; the caller frees the path. */
__attribute__((unused)) static char *scratch_make(void)
{
    const char *base = getenv("TMPDIR");
    char *path = alloc_printf("%s/conclave-ledger-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(path) == NULL) {
        printf("Bail out! no scratch directory %s\n", path);
        exit(1);
    }
    return path;
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int type,
                                     struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

__attribute__((unused)) static void scratch_remove(char *path)
{
    nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}

static inline struct hash scratch_hash(uint64_t number)
{
    uint8_t bytes[9] = {0x58};
    memcpy(bytes + 1, &number, sizeof(number));
    return hash_labelled("test", slice_of(bytes, sizeof(bytes)));
}

__attribute__((unused)) static struct ledger_identity scratch_identity(void)
{
    return (struct ledger_identity){scratch_hash(0), SCRATCH_SEAT, SCRATCH_SEATS};
}

/* Opens, or says why not. */
__attribute__((unused)) static struct ledger *scratch_open(const char *dir,
                                                           enum ledger_mode mode)
{
    struct ledger_identity id = scratch_identity();
    struct complaint why = {""};
    struct ledger *l = NULL;
    int error = ledger_open(dir, mode, &id, &l, &why);
    if (error != 0) {
        printf("# ledger_open: %d %s\n", error, why.text);
        fflush(stdout);
    }
    return l;
}

/* An encoded operation with text_size bytes of text; number makes it unique. */
static inline void scratch_operation(struct buffer *out, uint64_t number, size_t text_size)
{
    uint8_t nonce[8];
    memcpy(nonce, &number, sizeof(nonce));
    char *text = alloc(text_size + 1);
    for (size_t i = 0; i < text_size; i++) {
        text[i] = (char)('a' + (i + number) % 26);
    }
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = SCRATCH_SEAT};
    op.propose.title = slice_of_string("a title");
    op.propose.text = slice_of(text, text_size);
    op.propose.nonce = slice_of(nonce, sizeof(nonce));
    codec_encode_operation(out, &op);
    free(text);
}

static inline struct envelope *scratch_envelope(uint64_t number, size_t text_size)
{
    struct buffer operation = {0}, encoding = {0};
    scratch_operation(&operation, number, text_size);
    struct slice slices[1] = {buffer_slice(&operation)};
    struct signature signature;
    memset(&signature, 7, sizeof(signature));
    codec_encode_envelope(&encoding, SCRATCH_SEAT, slices, 1, &signature);
    struct bytes *owner = bytes_copy(buffer_slice(&encoding));
    struct envelope *e = NULL;
    if (codec_decode_envelope(owner, bytes_slice(owner), &e) != 0) {
        printf("Bail out! the test's own envelope\n");
        exit(1);
    }
    hash_envelope(e);
    bytes_unref(owner);
    buffer_free(&operation);
    buffer_free(&encoding);
    return e;
}

/* The block of (view, height) on prev, with `envelopes` envelopes of one operation. */
static inline struct block *scratch_block(uint64_t view, uint64_t height,
                                          const struct hash *prev, size_t envelopes,
                                          size_t text_size)
{
    struct header header = {
        .version = PROTOCOL_VERSION,
        .height = height,
        .prev_hash = *prev,
        .view = view,
        .time_ms = 1000000 + height,
        .state_root = scratch_hash(height),
    };
    struct envelope *list[8];
    for (size_t i = 0; i < envelopes; i++) {
        list[i] = scratch_envelope(height * 8 + i, text_size);
    }
    struct block *b = hash_build_block(&header, list, envelopes);
    for (size_t i = 0; i < envelopes; i++) {
        envelope_unref(list[i]);
    }
    return b;
}

/* The block that comes next in view 0. */
__attribute__((unused)) static struct block *
scratch_next(struct ledger *l, size_t envelopes, size_t text_size)
{
    return scratch_block(0, l->height + 1, &l->tip, envelopes, text_size);
}

__attribute__((unused)) static struct certificate *
scratch_certificate(enum certificate_kind kind, uint64_t view, uint64_t height,
                    const struct hash *block)
{
    struct certificate *c = certificate_new(3);
    c->what = (struct best){kind, view, height, *block};
    for (uint16_t i = 0; i < 3; i++) {
        c->entries[i].seat = (uint16_t)(i + 1);
        memset(&c->entries[i].signature, i + 1, sizeof(struct signature));
    }
    return c;
}

__attribute__((unused)) static struct vote scratch_vote(enum phase phase, uint64_t view,
                                                        uint64_t height)
{
    struct vote v = {.phase = phase, .seat = SCRATCH_SEAT, .view = view, .height = height};
    v.block = scratch_hash(view << 32 | height);
    memset(&v.signature, (int)(height & 0xff), sizeof(v.signature));
    return v;
}

/* One of everything that a ledger keeps, and a little more; not committed. */
__attribute__((unused)) static void scratch_fill(struct ledger *l)
{
    struct hash proposal_id = scratch_hash(SCRATCH_PROPOSAL);
    struct hash own_id = scratch_hash(SCRATCH_OWN);
    for (int i = 0; i < 3; i++) {
        struct block *b = scratch_next(l, 2, 40);
        ledger_append(l, b);
        struct certificate *c =
            scratch_certificate(CERTIFICATE_COMMIT, 0, b->header.height, &b->hash);
        ledger_put_commit(l, c);
        certificate_unref(c);
        block_unref(b);
    }
    struct block *candidate = scratch_next(l, 1, 41);
    ledger_put_candidate(l, candidate);
    block_unref(candidate);
    struct vote v = scratch_vote(PHASE_COMMIT, 0, 4);
    ledger_put_vote(l, &v);
    struct certificate *best = scratch_certificate(CERTIFICATE_PREPARED, 1, 9, &v.block);
    ledger_put_best(l, best);
    struct view_change vc = {.seat = SCRATCH_SEAT, .view = 2, .best = best->what};
    memset(&vc.signature, 1, sizeof(vc.signature));
    ledger_put_view_change(l, &vc);
    struct new_view *nv = new_view_new(3);
    nv->view = 2;
    nv->tip = best->what.block;
    for (uint16_t i = 0; i < 3; i++) {
        nv->changes[i] = vc;
        nv->changes[i].seat = (uint16_t)(i + 1);
    }
    nv->certificate = best;
    ledger_put_new_view(l, nv);
    new_view_unref(nv);
    struct buffer operation = {0};
    scratch_operation(&operation, 8, 30);
    ledger_put_own(l, &own_id, buffer_slice(&operation));
    buffer_free(&operation);
    struct own_ballot b = {.proposal = proposal_id,
                           .ballot = {CHOICE_APPROVE, 50, slice_of_string("good reasons")}};
    ledger_put_ballot(l, &b);
    ledger_put_proposal(l, &proposal_id, 1);
    ledger_put_record(l, 0, &proposal_id, 2, slice_of_string("the encoded record"));
    ledger_put_effects(l, 1, &v.block);
    ledger_put_deeds(l, 1, slice_of_string("the encoded deeds"));
    ledger_put_flag(l, 1, slice_of_string("an encoded flag"));
}

#endif
