/* SPDX-License-Identifier: ISC */
#include "tlog/tlog_proof.h"

#include "tlog/lines.h"

#include <assert.h>
#include <string.h>

/* Where in the text the parser is. */
struct cursor {
    struct slice rest, line;
    size_t number; /* of the line, from 1 */
};

static bool advance(struct cursor *c)
{
    c->number++;
    return lines_next(&c->rest, &c->line);
}

static int wrong(const struct cursor *c, const char *expected, struct complaint *why)
{
    return complain(why, CONCLAVE_EFORMAT, "line %zu of the proof is not %s", c->number,
                    expected);
}

static int parse_first(struct cursor *c, struct tlog_proof *out, struct complaint *why)
{
    bool has_line = advance(c);
    out->is_inclusion = has_line && slice_equal(c->line, slice_of_string(TLOG_PROOF_FIRST));
    return out->is_inclusion ||
                   (has_line &&
                    slice_equal(c->line, slice_of_string(TLOG_CONSISTENCY_FIRST)))
               ? 0
               : wrong(c, TLOG_PROOF_FIRST " or " TLOG_CONSISTENCY_FIRST, why);
}

/* Leaves the cursor at the line after it. */
static int parse_extra(struct cursor *c, struct tlog_proof *out, struct complaint *why)
{
    if (!out->is_inclusion || !lines_skip(&c->line, "extra ")) {
        return 0;
    }
    out->has_extra = true;
    if (lines_base64(c->line, &out->extra) != 0) {
        return wrong(c, "extra and base64", why);
    }
    return advance(c) ? 0 : wrong(c, "an index", why);
}

static int parse_number(struct cursor *c, struct tlog_proof *out, struct complaint *why)
{
    return lines_skip(&c->line, out->is_inclusion ? "index " : "old ") &&
                   lines_number(c->line, &out->number) == 0
               ? 0
               : wrong(c, out->is_inclusion ? "an index" : "an old size", why);
}

/* Up to the empty line. */
static int parse_hashes(struct cursor *c, struct tlog_proof *out, struct complaint *why)
{
    while (advance(c)) {
        if (c->line.size == 0) {
            return 0;
        }
        if (out->length == TLOG_HASHES_MAX) {
            return complain(why, CONCLAVE_ELIMIT, "the proof has more than %d hashes",
                            TLOG_HASHES_MAX);
        }
        if (lines_hash(c->line, &out->hashes[out->length++]) != 0) {
            break;
        }
    }
    return wrong(c, "a hash of 32 bytes in base64, or empty", why);
}

int tlog_proof_parse(struct slice text, struct tlog_proof *out, struct complaint *why)
{
    struct cursor c = {.rest = text};
    memset(out, 0, sizeof(*out));
    int error = parse_first(&c, out, why);
    if (error == 0 && !advance(&c)) {
        error = wrong(&c, "there", why);
    }
    if (error == 0) {
        error = parse_extra(&c, out, why);
    }
    if (error == 0) {
        error = parse_number(&c, out, why);
    }
    if (error == 0) {
        error = parse_hashes(&c, out, why);
    }
    out->note = c.rest;
    return error;
}

void tlog_proof_encode(struct buffer *out, const struct tlog_proof *p)
{
    assert(p->length <= TLOG_HASHES_MAX);
    lines_write_text(out,
                     p->is_inclusion ? TLOG_PROOF_FIRST "\n" : TLOG_CONSISTENCY_FIRST "\n");
    if (p->has_extra) {
        assert(p->is_inclusion);
        lines_write_text(out, "extra ");
        lines_write_base64(out, buffer_slice(&p->extra));
        lines_write_text(out, "\n");
    }
    lines_write_text(out, p->is_inclusion ? "index " : "old ");
    lines_write_number(out, p->number);
    lines_write_text(out, "\n");
    for (size_t i = 0; i < p->length; i++) {
        lines_write_hash(out, &p->hashes[i]);
        lines_write_text(out, "\n");
    }
    lines_write_text(out, "\n");
    buffer_append_slice(out, p->note);
}

void tlog_proof_clear(struct tlog_proof *p)
{
    buffer_free(&p->extra);
    memset(p, 0, sizeof(*p));
}

int tlog_proof_verify(const struct tlog_proof *p, const struct hash *leaf,
                      const struct checkpoint *checkpoint)
{
    return p->is_inclusion ? merkle_verify_path(leaf, p->number, checkpoint->size,
                                                p->hashes, p->length, &checkpoint->root)
                           : CONCLAVE_EINVAL;
}

/* The empty tree is a prefix of every tree, which takes no proof. */
static int verify_from_nothing(const struct tlog_proof *p, const struct hash *old_root)
{
    struct hash empty = merkle_root(NULL, 0);
    return p->length == 0 && memcmp(&empty, old_root, sizeof(empty)) == 0 ? 0
                                                                          : CONCLAVE_ESIG;
}

int tlog_consistency_verify(const struct tlog_proof *p, uint64_t old_size,
                            const struct hash *old_root,
                            const struct checkpoint *checkpoint)
{
    if (p->is_inclusion || p->number != old_size) {
        return CONCLAVE_EINVAL;
    }
    return old_size == 0
               ? verify_from_nothing(p, old_root)
               : merkle_verify_consistency(old_size, checkpoint->size, old_root,
                                           &checkpoint->root, p->hashes, p->length);
}
