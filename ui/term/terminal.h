/* SPDX-License-Identifier: ISC */
/*
 * The operator's terminal: ncurses draws into memory, and what it drew is written as the
 * line takes it, so that nothing ever waits for a terminal. A frame is painted only when
 * the one before has left; what comes meanwhile is shown by the next.
 */
#ifndef CONCLAVE_UI_TERM_TERMINAL_H
#define CONCLAVE_UI_TERM_TERMINAL_H

#include "base/error.h"
#include "ui/screen/cells.h"
#include "ui/screen/theme.h"
#include "ui/term/input.h"

struct terminal;

/* Takes over the terminal of standard input and output: no echo, keys at once, alternate
 * screen. The complaint says what is missing: no terminal, no TERM, not in terminfo. */
int terminal_open(bool mouse, struct terminal **out, struct complaint *why);
/* Gives it back as it was. */
void terminal_close(struct terminal *t);
/* Gives it back for a while, as ^Z wants it, and takes it again. */
void terminal_suspend(struct terminal *t);
void terminal_resume(struct terminal *t);

/* Asks the system for the size; true when it changed. */
bool terminal_measure(struct terminal *t, uint16_t *rows, uint16_t *cols);
bool terminal_is_utf8(const struct terminal *t);
unsigned terminal_colours(const struct terminal *t);
/* Tells a decoder the sequences of this terminal's keys. */
void terminal_keys(const struct terminal *t, struct input *in);

/* Brings the screen to what the buffer holds, inside synchronised output where the terminal
 * has it. False: the last frame has not left yet, nothing was done. */
bool terminal_paint(struct terminal *t, const struct cells *c, const struct theme *theme);
/* The next frame paints every cell. */
void terminal_redraw(struct terminal *t);
void terminal_bell(struct terminal *t);
void terminal_mouse(struct terminal *t, bool on);
/* OSC 52; text is cut at 64 KiB. */
void terminal_clipboard(struct terminal *t, struct slice text);

int terminal_input_fd(const struct terminal *t);
int terminal_output_fd(const struct terminal *t);
/* Whether bytes wait for the line. */
bool terminal_wants_write(const struct terminal *t);
/* Writes what the line takes. CONCLAVE_ECLOSED when the terminal is gone. */
int terminal_flush(struct terminal *t);
/* Reads what was typed. 0, _EAGAIN, _ECLOSED. Appends. */
int terminal_read(struct terminal *t, struct buffer *out);
/* Bytes written since it was opened: the cost of a frame. */
uint64_t terminal_written(const struct terminal *t);

#endif
