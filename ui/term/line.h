/* SPDX-License-Identifier: ISC */
/*
 * The line to the operator: a terminal device, its modes, and bytes to and fro without
 * waiting. Should the process die, the handler of its last signal gives the terminal back.
 */
#ifndef CONCLAVE_UI_TERM_LINE_H
#define CONCLAVE_UI_TERM_LINE_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

enum { FAREWELL_BYTES = 256 };

struct line {
    int in, out;             /* the same one, where the device could be opened anew */
    int flags_in, flags_out; /* as they were, or -1 when these are our own */
    struct termios before;
    struct buffer queue; /* what was not yet written, from sent on */
    size_t sent;
    uint64_t written;
    bool gone;
};

/* The terminal of standard input and output. */
int line_open(struct line *l, struct complaint *why);
void line_close(struct line *l);
/* Keys at once, unseen and as they are; and as it was. */
void line_raw(struct line *l);
void line_restore(struct line *l);
/* What is written, and restored, when a signal ends the process; "" for no more. */
void line_farewell(const struct line *l, struct slice bytes);

/* False when the system does not know. */
bool line_size(const struct line *l, uint16_t *rows, uint16_t *cols);
bool line_waits(const struct line *l);
/* As terminal_flush and terminal_read. */
int line_flush(struct line *l);
int line_read(struct line *l, struct buffer *out);
/* Waits a little for all to be written; what is stuck then is dropped. */
void line_drain(struct line *l);

#endif
