/* SPDX-License-Identifier: ISC */
/*
 * Checkpoints of the tree of decisions, https://c2sp.org/tlog-checkpoint@v1.0.0: origin,
 * size and root, one a line, as the text of a signed note. Each seat of a council
 * signs with its own key, the name of which is the origin (crypto/checkpoint.h), and a
 * checkpoint is the council's when q distinct seats signed it. Lines of other names are of
 * witnesses, https://c2sp.org/tlog-cosignature@v1.0.0, or of nobody known.
 */
#ifndef CONCLAVE_TLOG_CHECKPOINT_H
#define CONCLAVE_TLOG_CHECKPOINT_H

#include "crypto/checkpoint.h"
#include "tlog/note.h"
#include "tlog/vkey.h"

struct checkpoint {
    struct slice origin;
    uint64_t size;
    struct hash root;
    struct slice extensions; /* whole lines; a council's checkpoint has none */
};

/* Who may sign: seats 1..n with the charter's keys, and their names in the log. */
struct checkpoint_council {
    char origin[CHECKPOINT_ORIGIN_BYTES];
    uint16_t seats, quorum;
    struct vkey vkeys[SEATS_MAX]; /* of seat i + 1; the names point to origin */
};

/* keys are copied. c must stay where it is as long as it is used. */
void checkpoint_council_init(struct checkpoint_council *c, const struct hash *council_id,
                             const struct public_key *keys, uint16_t seats);

/* Of any log; the slices point into text. 0 or CONCLAVE_EFORMAT, why naming the line. */
int checkpoint_parse(struct slice text, struct checkpoint *out, struct complaint *why);

/* How many lines of seats a note has room for, which so many signed, beside so many lines
 * of others: all, or where these are too many for other programs at least a quorum. */
uint16_t checkpoint_room(const struct checkpoint_council *c, uint16_t signers,
                         size_t others);

/* The note's line of what crypto/checkpoint.h signs; 1 <= seat <= n. */
void checkpoint_write_line(struct buffer *out, const struct checkpoint_council *c,
                           uint16_t seat, const struct signature *signature);

struct checkpoint_report {
    struct checkpoint checkpoint; /* points into the note */
    uint16_t count;               /* distinct seats whose signatures hold */
    bool is_signed[SEATS_MAX];    /* by seat i + 1 */
    size_t others;                /* lines of other names */
};

/*
 * Whether the note is a checkpoint of this council. 0; CONCLAVE_EFORMAT for another text
 * and another log, _ESIG where a line that only a seat can have made is false, _EAGAIN
 * where nothing is false but fewer than q seats signed. why names the seats. A line with
 * the log's name and a key id of no seat is ignored, and a seat's second line is no second
 * seat. The report holds what was found so far in any case.
 */
int checkpoint_verify(const struct checkpoint_council *c, const struct note *note,
                      struct checkpoint_report *report, struct complaint *why);

/*
 * Appends one note with the lines of all: seats that signed, ascending; one of each of the
 * witnesses (which may be NULL with 0), the latest that holds, in their order; then lines
 * that cannot be judged, as they were met, each once. Lines that claim the name and key id
 * of the log or of one of the witnesses and do not hold are left out. Where these are more
 * than NOTE_LINES_READ lines, those of seats beyond a quorum go first, from the last on,
 * then those that cannot be judged; a witness's line stays, up to NOTE_LINES_MAX lines in
 * all. 0; CONCLAVE_EINVAL where count is 0 or the texts differ, _EAGAIN with
 * nothing appended where no line is left.
 */
int checkpoint_merge(const struct checkpoint_council *c, const struct note *const *notes,
                     size_t count, const struct vkey *witnesses, size_t witness_count,
                     struct buffer *out);

#endif
