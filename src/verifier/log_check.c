/* SPDX-License-Identifier: ISC */
#include "verifier/log_check.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *thing_kind_name(enum thing_kind kind)
{
    switch (kind) {
    case THING_BUNDLE:
        return "bundle";
    case THING_CHECKPOINT:
        return "checkpoint";
    case THING_INCLUSION:
        return "inclusion";
    case THING_CONSISTENCY:
        return "consistency";
    case THING_DIRECTORY:
        return "directory";
    }
    return "";
}

static bool begins(struct slice content, const char *text)
{
    size_t length = strlen(text);
    return content.size >= length && memcmp(content.data, text, length) == 0;
}

enum thing_kind thing_kind_of(struct slice content)
{
    static const char signature[] = "\n\n\xe2\x80\x94 ";
    if (begins(content, TLOG_PROOF_FIRST "\n")) {
        return THING_INCLUSION;
    }
    if (begins(content, TLOG_CONSISTENCY_FIRST "\n")) {
        return THING_CONSISTENCY;
    }
    for (size_t at = 0; at + sizeof(signature) - 1 <= content.size; at++) {
        if (content.data[at] < ' ' && content.data[at] != '\n') {
            break;
        }
        if (memcmp(content.data + at, signature, sizeof(signature) - 1) == 0) {
            return THING_CHECKPOINT;
        }
    }
    return begins(content, "conclave/") ? THING_CHECKPOINT : THING_BUNDLE;
}

const char *log_failed(const struct log_judgement *l)
{
    for (unsigned i = 0; i < l->check_count; i++) {
        if (l->checks[i].result == CHECK_FAILED) {
            return l->checks[i].name;
        }
    }
    return "";
}

const struct checkpoint_report *log_note(const struct log_judgement *l)
{
    if (l->site != NULL) {
        return l->site->has_checkpoint ? &l->site->note.report : NULL;
    }
    return l->has_note ? &l->note.report : NULL;
}

/* --- notes and proofs --- */

static void add_check(struct log_judgement *l, const char *name, const char *text)
{
    l->checks[l->check_count++] =
        (struct log_check){.name = name, .text = text, .result = CHECK_UNCHECKED};
}

/* Enters the result of a check; returns whether it holds. */
static bool enter(struct log_judgement *l, unsigned check, bool good)
{
    l->checks[check].result = good ? CHECK_OK : CHECK_FAILED;
    return good;
}

/* Checks 0 and 1 are those of all kinds. */
static bool judge_note(struct log_judgement *l, const struct checkpoint_council *council,
                       struct slice bytes)
{
    bool is_note = false;
    l->has_note = verify_note(council, bytes, &l->note, &is_note, &l->why) == 0;
    l->signatures = l->note.report.count;
    return enter(l, 0, is_note) && enter(l, 1, l->has_note);
}

/* What a quorum signed the tree of is what the council decided. */
static bool judge_record(struct log_judgement *l, const struct charter *charter)
{
    struct record *r = l->record;
    const struct tlog_proof *p = &l->proof;
    if (!p->has_extra) {
        (void)complain(&l->why, CONCLAVE_EFORMAT,
                       "it has no record in it (the line extra): make one with conclave "
                       "prove");
    } else if (codec_decode_record(buffer_slice(&p->extra), r) != 0 ||
               r->seat_count != charter->seat_count ||
               r->class_index >= charter->class_count) {
        (void)complain(&l->why, CONCLAVE_EFORMAT,
                       "what is in it (the line extra) is no record of this council");
    } else {
        return enter(l, 2, true);
    }
    return enter(l, 2, false);
}

static bool judge_path(struct log_judgement *l)
{
    struct hash leaf = merkle_leaf(buffer_slice(&l->proof.extra));
    bool good = tlog_proof_verify(&l->proof, &leaf, &l->note.report.checkpoint) == 0;
    if (!good) {
        (void)complain(&l->why, CONCLAVE_ESIG,
                       "the hashes do not lead from this record as number %" PRIu64
                       " to the root of the checkpoint",
                       l->proof.number);
    }
    return enter(l, 3, good);
}

static void judge_inclusion(struct log_judgement *l, const struct charter *charter)
{
    l->record = alloc_zero(1, sizeof(*l->record));
    l->holds = judge_record(l, charter) && judge_path(l);
    if (!l->holds) {
        free(l->record);
        l->record = NULL;
    }
}

/* Whether it begins with the tree that is known shows where all things are compared. */
static void judge_growth(struct log_judgement *l)
{
    uint64_t old = l->proof.number, size = l->note.report.checkpoint.size;
    bool trivial = old == 0 || old == size;
    struct hash first, second, any = l->note.report.checkpoint.root;
    if (old > size) {
        (void)complain(&l->why, CONCLAVE_EFORMAT,
                       "its checkpoint has %" PRIu64 " decisions, fewer than the %" PRIu64
                       " since when it shows the log to have grown",
                       size, old);
    } else if (trivial ? l->proof.length != 0
                       : merkle_grow(old, size, &any, l->proof.hashes, l->proof.length,
                                     &first, &second) != 0) {
        (void)complain(&l->why, CONCLAVE_EFORMAT,
                       "a proof of growth from %" PRIu64 " to %" PRIu64
                       " decisions does not have %zu hashes",
                       old, size, l->proof.length);
    } else {
        bool has_first = (old & (old - 1)) == 0 || trivial;
        l->holds = has_first || memcmp(&second, &any, sizeof(any)) == 0;
        if (!l->holds) {
            (void)complain(&l->why, CONCLAVE_ESIG,
                           "the hashes do not lead to the root of the checkpoint");
        }
    }
    (void)enter(l, 2, l->holds);
}

void log_judge(const struct charter *charter, const struct checkpoint_council *council,
               enum thing_kind kind, struct slice content, struct log_judgement *out)
{
    struct log_judgement *l = out;
    memset(l, 0, sizeof(*l));
    l->kind = kind;
    bool is_proof = kind != THING_CHECKPOINT;
    add_check(l, "shape", "the file is one whole text of its kind");
    add_check(l, "checkpoint", "a quorum of the council's seats signed the checkpoint");
    if (kind == THING_INCLUSION) {
        add_check(l, "record", "it has the record of a decision with it");
        add_check(l, "path", "that record is in the tree of the checkpoint");
    } else if (kind == THING_CONSISTENCY) {
        add_check(l, "growth", "its hashes are of the tree of the checkpoint");
    }
    if (is_proof && !enter(l, 0, tlog_proof_parse(content, &l->proof, &l->why) == 0)) {
        return;
    }
    if (!judge_note(l, council, is_proof ? l->proof.note : content)) {
        return;
    }
    if (kind == THING_INCLUSION) {
        judge_inclusion(l, charter);
    } else if (kind == THING_CONSISTENCY) {
        judge_growth(l);
    } else {
        l->holds = true;
    }
}

/* --- a directory --- */

static const char *published_text(enum published_check check)
{
    switch (check) {
    case PUBLISHED_CHARTER:
        return "its charter is this one";
    case PUBLISHED_CHECKPOINT:
        return "a quorum of the council's seats signed the checkpoint";
    case PUBLISHED_ENTRIES:
        return "the entries, all of them, give the root of the checkpoint";
    case PUBLISHED_TILES:
        return "each tile is what the entries give";
    case PUBLISHED_PROOFS:
        return "each entry has its proof, which holds";
    case PUBLISHED_INDEX:
        return "decisions.json says what the proofs say";
    case PUBLISHED_PAGES:
        return "the pages show what the proofs say, and nothing else";
    }
    return "";
}

void log_judge_site(struct published *site, struct log_judgement *out)
{
    *out = (struct log_judgement){.kind = THING_DIRECTORY, .site = site};
    published_judge(site);
    for (unsigned i = 0; i < PUBLISHED_CHECKS; i++) {
        enum published_check check = (enum published_check)i;
        add_check(out, published_check_name(check), published_text(check));
        if (site->is_checked[i]) {
            (void)enter(out, i, site->faults_of[i] == 0);
        }
    }
    out->holds = site->holds;
    out->signatures = site->signatures;
    const char *failed = log_failed(out);
    for (size_t i = 0; i < site->fault_count && out->why.text[0] == '\0'; i++) {
        if (strcmp(published_check_name(site->fault_checks[i]), failed) == 0) {
            (void)complain(&out->why, CONCLAVE_ECORRUPT, "%s", site->faults[i]);
        }
    }
}

void log_judgement_clear(struct log_judgement *l)
{
    tlog_proof_clear(&l->proof);
    note_clear(&l->note.note);
    free(l->record);
    if (l->site != NULL) {
        published_clear(l->site);
        free(l->site);
    }
}
