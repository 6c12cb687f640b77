/* SPDX-License-Identifier: ISC */
#include "forge.h"

#include "hash/hash.h"
#include "hash/merkle.h"
#include "wire/codec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void start_again(struct forge *f)
{
    proof_clear(&f->p);
    if (codec_decode_proof(f->bundle, &f->p) != 0) {
        printf("Bail out! the good bundle\n");
        exit(99);
    }
}

void forge_begin(struct forge *f, const struct world *w, struct slice bundle)
{
    memset(f, 0, sizeof(*f));
    f->world = w;
    f->bundle = bundle;
    start_again(f);
}

void forge_end(struct forge *f)
{
    proof_clear(&f->p);
}

uint8_t *forge_path(struct forge *f, struct slice *path)
{
    memset(f->path, 0x77, sizeof(f->path));
    if (path->size > 0) {
        memcpy(f->path, path->data, path->size);
    }
    path->data = f->path;
    return f->path;
}

void forge_certify(struct forge *f)
{
    struct certificate *c = f->p.certificate;
    struct buffer body = {0};
    c->what = (struct best){CERTIFICATE_COMMIT, f->p.header.view, f->p.header.height,
                            hash_header(&f->p.header)};
    codec_body_vote(&body, c->what.view, c->what.height, &c->what.block);
    for (uint16_t i = 0; i < c->count; i++) {
        if (c->entries[i].seat <= f->world->charter->seat_count) {
            world_sign(f->world, c->entries[i].seat, LABEL_COMMIT, buffer_slice(&body),
                       &c->entries[i].signature);
        }
    }
    buffer_free(&body);
}

bool forge_seal(struct forge *f)
{
    struct buffer record = {0}, state = {0};
    struct hash path[PROOF_PATH_MAX], root;
    codec_encode_record(&record, &f->p.record);
    struct hash leaf = merkle_leaf(buffer_slice(&record));
    buffer_free(&record);
    if (f->p.path.size > 0) {
        memcpy(path, f->p.path.data, f->p.path.size);
    }
    if (merkle_climb(&leaf, f->p.index, f->p.count, path, f->p.path.size / HASH_BYTES,
                     &root) != 0) {
        return false;
    }
    cbor_write_array(&state, 3);
    cbor_write_bytes(&state, slice_of(f->p.effects.bytes, HASH_BYTES));
    cbor_write_uint(&state, f->p.count);
    cbor_write_bytes(&state, slice_of(root.bytes, HASH_BYTES));
    f->p.header.state_root = hash_labelled(LABEL_STATE, buffer_slice(&state));
    buffer_free(&state);
    forge_certify(f);
    return true;
}

void forge_judge_bytes(struct forge *f, struct slice bytes, enum verify_check expected,
                       const char *name)
{
    static struct proof out;
    struct verify_report report;
    verify_proof(f->world->charter, bytes, &out, &report);
    proof_clear(&out);
    if (f->witness != NULL) {
        f->witness(f->context, bytes, &report, name);
    }
    if (!report.holds && report.failed == expected && report.text.text[0] != '\0' &&
        report.passed == (unsigned)expected) {
        f->refused++;
        f->by_check[expected]++;
        return;
    }
    f->failed++;
    printf("#   %s: expected %s, got %s: %s\n", name, verify_check_name(expected),
           report.holds ? "a good one" : verify_check_name(report.failed),
           report.text.text);
}

void forge_judge(struct forge *f, enum verify_check expected, const char *format, ...)
{
    char name[128];
    struct buffer record = {0}, propose = {0}, bundle = {0};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(name, sizeof(name), format, args);
    va_end(args);
    codec_encode_record(&record, &f->p.record);
    codec_encode_operation(&propose, &f->p.propose);
    f->p.record_encoding = buffer_slice(&record);
    f->p.propose_encoding = buffer_slice(&propose);
    codec_encode_proof(&bundle, &f->p);
    if (slice_equal(buffer_slice(&bundle), f->bundle)) {
        f->failed++;
        printf("#   %s: nothing was changed\n", name);
    } else {
        forge_judge_bytes(f, buffer_slice(&bundle), expected, name);
    }
    buffer_free(&record);
    buffer_free(&propose);
    buffer_free(&bundle);
    start_again(f);
}
