/* SPDX-License-Identifier: ISC */
/*
 * Error codes. A function that can fail returns 0 or one of these negative
 * numbers; error_text turns a number into words, in this one place. Where a
 * person must act, a function also fills a struct complaint: what is wrong,
 * where, and what cures it.
 */
#ifndef CONCLAVE_BASE_ERROR_H
#define CONCLAVE_BASE_ERROR_H

enum conclave_error {
    CONCLAVE_EINVAL = -1,    /* the caller's argument makes no sense */
    CONCLAVE_ELIMIT = -2,    /* longer or more than a limit allows */
    CONCLAVE_EFORMAT = -3,   /* not the expected shape */
    CONCLAVE_ECANON = -4,    /* right shape, but not the one deterministic encoding */
    CONCLAVE_ETRAILING = -5, /* bytes after the end */
    CONCLAVE_ETEXT = -6,     /* text that is not UTF-8, or has a forbidden character */
    CONCLAVE_ESIG = -7,      /* a signature, tag or opening does not verify */
    CONCLAVE_ESEAT = -8,     /* no such seat, or the wrong one */
    CONCLAVE_EIO = -9,       /* the system refused; errno says why */
    CONCLAVE_EFULL = -10,    /* no space on disk, or a bounded queue is full */
    CONCLAVE_ENOENT = -11,   /* not there */
    CONCLAVE_EEXIST = -12,   /* there already */
    CONCLAVE_EPERM = -13,    /* not allowed, or permissions are too open */
    CONCLAVE_ECORRUPT = -14, /* stored data contradicts itself */
    CONCLAVE_ESTATE = -15,   /* not now, in this state */
    CONCLAVE_EAGAIN = -16,   /* come back when there is more input or room */
    CONCLAVE_ECLOSED = -17,  /* the other side has gone */
    CONCLAVE_EVERSION = -18, /* another protocol or format version */
};

/* Words for a code, static; "unknown error" for a number that is none. */
const char *error_text(int error);

enum { COMPLAINT_BYTES = 512 };

/* One message for a person. Empty when nothing is wrong. */
struct complaint {
    char text[COMPLAINT_BYTES];
};

/* Fills the complaint, cutting what does not fit between two characters of UTF-8; c may be
 * NULL. Returns error. */
int complain(struct complaint *c, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
