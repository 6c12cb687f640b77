/* SPDX-License-Identifier: ISC */
#include "audit/ahead.h"
#include "audit/audit_private.h"

#include "base/quorum.h"
#include "council/charter_rules.h"
#include "council/roots.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Of what the seat itself keeps. */
enum { VERIFIED_SIGNATURES = 1024, PROGRESS_BLOCKS = 16 };

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
    case AUDIT_RECOUNT:
        return "recount";
    case AUDIT_TREE:
        return "tree";
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

/* What the seats said, in their order. */
static void look_at_operations(struct audit *a, const struct block *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        for (uint32_t j = 0; j < b->envelopes[i]->count; j++) {
            struct slice encoding = b->envelopes[i]->operations[j];
            struct operation op;
            if (codec_decode_operation(encoding, &op) == 0) { /* it is authentic */
                recount_operation(a->recount, encoding, &op);
                audit_count_operation(a->report, &op, b->header.height);
            }
        }
    }
}

static bool check_block(struct audit *a, const struct step *s)
{
    struct audit_report *r = a->report;
    struct block *b = s->block;
    if (s->read != 0) {
        return audit_differs(a, AUDIT_BLOCK, s->height, "the block cannot be read: %s%s",
                             error_text(s->read),
                             a->options->strict ? "; ask for another copy" : "");
    }
    if (b->header.version != PROTOCOL_VERSION) {
        return audit_differs(a, AUDIT_BLOCK, s->height, "the block is of version %" PRIu64,
                             b->header.version);
    }
    if (!hash_equal(&b->header.prev_hash, &r->tip)) {
        return audit_differs(a, AUDIT_PARENT, s->height,
                             "the block does not follow from the one before it: its "
                             "prev_hash is of another");
    }
    if (s->authentic != 0) {
        struct hash ops_root = hash_block(b);
        return hash_equal(&ops_root, &b->header.ops_root)
                   ? audit_differs(a, AUDIT_SIGNATURES, s->height,
                                   "the block holds what its seats did not sign: %s",
                                   error_text(s->authentic))
                   : audit_differs(a, AUDIT_BLOCK, s->height,
                                   "the block holds other operations than its header says");
    }
    r->tip = b->hash;
    audit_count_block(r, b);
    return true;
}

static bool apply(struct audit *a, const struct step *s, struct roots *roots)
{
    struct block *b = s->block;
    struct council_result result;
    if (!check_block(a, s)) {
        return false;
    }
    if (!roots_fit(roots, &b->header)) {
        return audit_differs(a, AUDIT_STATE, s->height,
                             "the block was certified with another state root of height "
                             "%" PRIu64 " than the replay gives",
                             b->header.executed_height);
    }
    recount_begin(a->recount, &b->header);
    look_at_operations(a, b);
    council_apply(a->council, b, &result);
    roots_add(roots, &result.state_root);
    roots_trim(roots, b->header.executed_height);
    a->report->state_root = result.state_root;
    bool good = audit_events(a, b, &result);
    recount_end(a->recount);
    return good;
}

/* --- certificates --- */

/* The next one, which covers height and, unless another lies between, what is above. */
static bool next_certificate(struct audit *a, const struct step *s)
{
    const struct certificate *c = s->next;
    if (s->next_read != 0) {
        return audit_differs(a, AUDIT_CERTIFICATE, s->height,
                             "no certificate covers it: %s", error_text(s->next_read));
    }
    int error = s->next_authentic;
    if (error == 0 && (c->what.kind != CERTIFICATE_COMMIT ||
                       c->count < quorum_size(a->charter->seat_count))) {
        error = CONCLAVE_EFORMAT;
    }
    if (error != 0) {
        return audit_differs(a, AUDIT_CERTIFICATE, c->what.height,
                             "no quorum signed its certificate: %s", error_text(error));
    }
    audit_count_certificate(a->report, c);
    certificate_unref(a->cover);
    a->cover = certificate_ref(s->next);
    return true;
}

static bool check_certificate(struct audit *a, const struct step *s)
{
    if ((s->next != NULL || s->next_read != 0) && !next_certificate(a, s)) {
        return false;
    }
    const struct best *what = &a->cover->what;
    if (what->height == s->height) {
        if (!hash_equal(&what->block, &a->report->tip) ||
            what->view != s->block->header.view) {
            return audit_differs(a, AUDIT_CERTIFICATE, s->height,
                                 "its certificate is of another block");
        }
        a->report->proved = s->height;
    }
    return true;
}

/* The last certificate may be of a block above the last one that is looked at, because a
 * node goes on meanwhile: then the headers lead there. */
static bool leads_to_cover(struct audit *a)
{
    struct hash tip = a->report->tip;
    struct header header;
    for (uint64_t h = a->report->target + 1; h <= a->cover->what.height; h++) {
        struct hash hash;
        if (ledger_header(a->ledger, h, &header, &hash) != 0 || header.height != h ||
            !hash_equal(&header.prev_hash, &tip)) {
            return false;
        }
        tip = hash;
    }
    return hash_equal(&tip, &a->cover->what.block) && header.view == a->cover->what.view;
}

/* Nobody signs a block alone: what no certificate leads to is proved by nothing. */
static bool check_tail(struct audit *a)
{
    struct audit_report *r = a->report;
    if (r->proved == r->target || leads_to_cover(a)) {
        r->proved = r->target;
        return true;
    }
    (void)complain(&r->tail, 0,
                   "the last %" PRIu64 " blocks are not proved yet: the certificate that "
                   "covers them is of height %" PRIu64 ", and the blocks up to there are "
                   "missing",
                   r->target - r->proved, a->cover->what.height);
    return !a->options->strict ||
           audit_differs(a, AUDIT_CERTIFICATE, r->proved + 1, "%s", r->tail.text);
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
    struct audit_report *r = a->report;
    struct roots roots = {0};
    struct council_summary now;
    const struct step *s;
    unsigned jobs = a->options->jobs > 0 ? a->options->jobs : 1;
    struct ahead *ahead =
        ahead_new(a->ledger, &a->authenticator, r->target, a->options->quick, jobs);
    bool good = true;
    council_summarize(a->council, &now);
    roots_add(&roots, &now.state_root);
    r->state_root = now.state_root;
    while (good && (s = ahead_next(ahead)) != NULL) {
        good = goes_on(a, s->height) && apply(a, s, &roots) && check_certificate(a, s);
    }
    r->signatures += ahead_free(ahead);
    roots_free(&roots);
    council_summarize(a->council, &now);
    r->decisions_root = now.decisions_root;
    return good && check_tail(a);
}

void audit(const struct charter *charter, struct ledger *ledger,
           const struct audit_options *options, struct audit_report *out)
{
    struct council_rules rules = council_rules_of(charter);
    struct audit a = {.charter = charter,
                      .ledger = ledger,
                      .options = options,
                      .report = out,
                      .council = council_new(&rules),
                      .recount = recount_new(charter)};
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
    a.keeps_effects = ledger_keeps_effects(ledger);
    a.keeps_tree = ledger_keeps_tree(ledger);
    a.keeps_deeds = ledger_keeps_deeds(ledger);
    out->tip = charter->council_id;
    (void)(replay(&a) && audit_tree(&a) && audit_no_more(&a) && audit_own(&a));
    out->signatures += a.authenticator.checks;
    certificate_unref(a.cover);
    verified_set_free(a.authenticator.verified);
    recount_free(a.recount);
    council_free(a.council);
}
