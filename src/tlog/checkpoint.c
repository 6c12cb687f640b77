/* SPDX-License-Identifier: ISC */
#include "tlog/checkpoint.h"

#include "base/quorum.h"
#include "hash/merkle.h"
#include "tlog/lines.h"

#include <assert.h>
#include <string.h>

void checkpoint_council_init(struct checkpoint_council *c, const struct hash *council_id,
                             const struct public_key *keys, uint16_t seats)
{
    assert(seats >= SEATS_MIN && seats <= SEATS_MAX);
    memset(c, 0, sizeof(*c));
    checkpoint_origin(council_id, c->origin);
    c->seats = seats;
    c->quorum = (uint16_t)quorum_size(seats);
    for (uint16_t i = 0; i < seats; i++) {
        c->vkeys[i] = vkey_of(slice_of_string(c->origin), VKEY_NOTE, &keys[i]);
    }
}

static bool parse_extensions(struct slice rest)
{
    struct slice line;
    while (lines_next(&rest, &line)) {
        if (line.size == 0) {
            return false;
        }
    }
    return rest.size == 0;
}

int checkpoint_parse(struct slice text, struct checkpoint *out, struct complaint *why)
{
    struct slice line;
    memset(out, 0, sizeof(*out));
    if (!lines_next(&text, &out->origin) || out->origin.size == 0) {
        return complain(why, CONCLAVE_EFORMAT,
                        "line 1 of the checkpoint, its origin, is empty");
    }
    if (!lines_next(&text, &line) || lines_number(line, &out->size) != 0) {
        return complain(why, CONCLAVE_EFORMAT,
                        "line 2 of the checkpoint is not the number of leaves in decimal");
    }
    if (!lines_next(&text, &line) || lines_hash(line, &out->root) != 0) {
        return complain(why, CONCLAVE_EFORMAT,
                        "line 3 of the checkpoint is not 32 bytes in base64");
    }
    out->extensions = text;
    if (!parse_extensions(text)) {
        return complain(why, CONCLAVE_EFORMAT,
                        "the checkpoint has an empty line after line 3, or no end");
    }
    return 0;
}

uint16_t checkpoint_room(const struct checkpoint_council *c, uint16_t signers,
                         size_t others)
{
    size_t room = others < NOTE_LINES_READ ? NOTE_LINES_READ - others : 0;
    room = room > c->quorum ? room : c->quorum;
    return room < signers ? (uint16_t)room : signers;
}

void checkpoint_write_line(struct buffer *out, const struct checkpoint_council *c,
                           uint16_t seat, const struct signature *signature)
{
    assert(seat >= 1 && seat <= c->seats);
    const struct vkey *v = &c->vkeys[seat - 1];
    note_write_line(out, v->name, v->id, slice_of(signature->bytes, SIGNATURE_BYTES));
}

static int check_log(const struct checkpoint_council *c, const struct checkpoint *p,
                     struct complaint *why)
{
    if (!slice_equal(p->origin, slice_of_string(c->origin))) {
        return complain(why, CONCLAVE_EFORMAT,
                        "the checkpoint is of another log: its first line is not %s",
                        c->origin);
    }
    if (p->extensions.size != 0) {
        return complain(why, CONCLAVE_EFORMAT,
                        "the checkpoint has more than three lines, which no council's has");
    }
    struct hash empty = merkle_root(NULL, 0);
    if (p->size == 0 && memcmp(&p->root, &empty, sizeof(empty)) != 0) {
        return complain(
            why, CONCLAVE_EFORMAT,
            "the checkpoint of an empty tree has another root than such a tree");
    }
    return 0;
}

/* Key ids are short: two seats may share one, and then either may have signed. */
static int check_seat_line(const struct checkpoint_council *c, struct slice text,
                           const struct note_line *line, struct checkpoint_report *report,
                           struct complaint *why)
{
    unsigned suspect = 0;
    for (uint16_t i = 0; i < c->seats; i++) {
        int error = vkey_verify(&c->vkeys[i], text, line, NULL);
        if (error == 0) {
            report->count += !report->is_signed[i];
            report->is_signed[i] = true;
            return 0;
        }
        suspect = error == CONCLAVE_ESIG ? i + 1U : suspect;
    }
    return suspect == 0
               ? 0
               : complain(why, CONCLAVE_ESIG,
                          "the signature of seat %u on the checkpoint is false", suspect);
}

int checkpoint_verify(const struct checkpoint_council *c, const struct note *note,
                      struct checkpoint_report *report, struct complaint *why)
{
    int verdict = 0;
    memset(report, 0, sizeof(*report));
    int error = checkpoint_parse(note->text, &report->checkpoint, why);
    if (error == 0) {
        error = check_log(c, &report->checkpoint, why);
    }
    if (error != 0) {
        return error;
    }
    for (size_t i = 0; i < note->count; i++) {
        const struct note_line *line = &note->lines[i];
        if (!slice_equal(line->name, report->checkpoint.origin)) {
            report->others++;
            continue;
        }
        error = check_seat_line(c, note->text, line, report, verdict == 0 ? why : NULL);
        verdict = verdict == 0 ? error : verdict;
    }
    if (verdict == 0 && report->count < c->quorum) {
        return complain(why, CONCLAVE_EAGAIN,
                        "%u of %u seats signed the checkpoint, of which it takes %u",
                        (unsigned)report->count, (unsigned)c->seats, (unsigned)c->quorum);
    }
    return verdict;
}
