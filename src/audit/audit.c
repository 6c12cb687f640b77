/* SPDX-License-Identifier: ISC */
#include "audit/audit_private.h"

#include "base/quorum.h"
#include "council/charter_rules.h"
#include "council/roots.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { VERIFIED_SIGNATURES = 16384, PROGRESS_BLOCKS = 16 };

const char *audit_part_name(enum audit_part part)
{
    switch (part) {
    case AUDIT_BLOCK:
        return "block";
    case AUDIT_PARENT:
        return "parent";
    case AUDIT_SIGNATURES:
        return "signatures";
    case AUDIT_CERTIFICATE:
        return "certificate";
    case AUDIT_STATE:
        return "state";
    case AUDIT_RECORD:
        return "record";
    case AUDIT_INDEX:
        return "index";
    case AUDIT_OWN:
        return "own";
    case AUDIT_FLAGS:
        return "flags";
    }
    return "";
}

bool audit_differs(struct audit *a, enum audit_part part, uint64_t height,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(a->report->text.text, sizeof(a->report->text.text), format, args);
    va_end(args);
    a->report->sound = false;
    a->report->part = part;
    a->report->height = height;
    return false;
}

/* --- blocks --- */

static bool check_block(struct audit *a, uint64_t height, struct block *b)
{
    struct audit_report *r = a->report;
    if (b->header.version != PROTOCOL_VERSION) {
        return audit_differs(a, AUDIT_BLOCK, height, "the block is of version %" PRIu64,
                             b->header.version);
    }
    if (!hash_equal(&b->header.prev_hash, &r->tip)) {
        return audit_differs(a, AUDIT_PARENT, height,
                             "the block does not follow from the one before it: its "
                             "prev_hash is of another");
    }
    int error = a->options->quick ? 0 : authenticate_block(&a->authenticator, b);
    if (error != 0) {
        return audit_differs(a, AUDIT_SIGNATURES, height,
                             "the block holds what its seats did not sign: %s",
                             error_text(error));
    }
    r->tip = b->hash;
    r->blocks++;
    for (uint32_t i = 0; i < b->count; i++) {
        r->operations += b->envelopes[i]->count;
    }
    return true;
}

static bool apply(struct audit *a, uint64_t height, struct roots *roots)
{
    struct block *b = NULL;
    struct council_result result;
    int error = ledger_block(a->ledger, height, &b);
    if (error != 0) {
        return audit_differs(a, AUDIT_BLOCK, height, "the block cannot be read: %s",
                             error_text(error));
    }
    bool good = check_block(a, height, b);
    if (good && !roots_fit(roots, &b->header)) {
        good = audit_differs(a, AUDIT_STATE, height,
                             "the block was certified with another state root of height "
                             "%" PRIu64 " than the replay gives",
                             b->header.executed_height);
    }
    if (good) {
        council_apply(a->council, b, &result);
        roots_add(roots, &result.state_root);
        roots_trim(roots, b->header.executed_height);
        a->report->state_root = result.state_root;
        good = audit_events(a, height, &result);
    }
    block_unref(b);
    return good;
}

/* --- certificates --- */

/* The next one, which covers height and, unless another lies between, what is above. */
static bool next_certificate(struct audit *a, uint64_t height, struct certificate **c)
{
    certificate_unref(*c);
    *c = NULL;
    int error = ledger_commit_of(a->ledger, height, c);
    if (error != 0) {
        return audit_differs(a, AUDIT_CERTIFICATE, height, "no certificate covers it: %s",
                             error_text(error));
    }
    error = a->options->quick ? 0 : authenticate_certificate(&a->authenticator, *c);
    if (error == 0 && ((*c)->what.kind != CERTIFICATE_COMMIT ||
                       (*c)->count < quorum_size(a->charter->seat_count))) {
        error = CONCLAVE_EFORMAT;
    }
    if (error != 0) {
        return audit_differs(a, AUDIT_CERTIFICATE, (*c)->what.height,
                             "no quorum signed its certificate: %s", error_text(error));
    }
    a->report->certificates++;
    return true;
}

static bool check_certificate(struct audit *a, uint64_t height,
                              struct certificate **certificate)
{
    const struct certificate *c = *certificate;
    if (c == NULL || c->what.height < height) {
        if (!next_certificate(a, height, certificate)) {
            return false;
        }
        c = *certificate;
    }
    if (c->what.height == height && !hash_equal(&c->what.block, &a->report->tip)) {
        return audit_differs(a, AUDIT_CERTIFICATE, height,
                             "its certificate is of another block");
    }
    return true;
}

/* --- all of it --- */

static bool goes_on(struct audit *a, uint64_t height)
{
    const struct audit_options *o = a->options;
    if (o->progress != NULL && height % PROGRESS_BLOCKS == 0 &&
        !o->progress(o->context, height, a->report->target)) {
        a->report->stopped = true;
        return audit_differs(a, AUDIT_BLOCK, height, "it was interrupted here");
    }
    return true;
}

static bool replay(struct audit *a)
{
    struct roots roots = {0};
    struct council_summary genesis;
    struct certificate *certificate = NULL;
    bool good = true;
    council_summarize(a->council, &genesis);
    roots_add(&roots, &genesis.state_root);
    a->report->state_root = genesis.state_root;
    for (uint64_t h = 1; good && h <= a->report->target; h++) {
        good =
            goes_on(a, h) && apply(a, h, &roots) && check_certificate(a, h, &certificate);
    }
    certificate_unref(certificate);
    roots_free(&roots);
    return good;
}

void audit(const struct charter *charter, struct ledger *ledger,
           const struct audit_options *options, struct audit_report *out)
{
    struct council_rules rules = council_rules_of(charter);
    struct audit a = {.charter = charter,
                      .ledger = ledger,
                      .options = options,
                      .report = out,
                      .council = council_new(&rules)};
    for (uint16_t i = 0; i < charter->seat_count; i++) {
        a.keys[i] = charter->seats[i].key;
    }
    a.authenticator =
        (struct authenticator){.council_id = charter->council_id,
                               .seats = charter->seat_count,
                               .classes = charter->class_count,
                               .keys = a.keys,
                               .verified = verified_set_new(VERIFIED_SIGNATURES)};
    memset(out, 0, sizeof(*out));
    out->sound = true;
    out->target = ledger_height(ledger);
    out->tip = charter->council_id;
    (void)(replay(&a) && audit_no_more(&a) && audit_own(&a));
    out->signatures = a.authenticator.checks;
    verified_set_free(a.authenticator.verified);
    council_free(a.council);
}
