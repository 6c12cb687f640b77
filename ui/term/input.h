/* SPDX-License-Identifier: ISC */
/*
 * Bytes from a terminal into keys and mouse events: UTF-8, the terminal's own key
 * sequences, xterm's, SGR mouse, bracketed paste. A pure decoder: an Esc alone is one when
 * ESCAPE_MS have passed. Focus reports, answers to questions and unknown sequences are
 * swallowed whole.
 */
#ifndef CONCLAVE_UI_TERM_INPUT_H
#define CONCLAVE_UI_TERM_INPUT_H

#include "base/bytes.h"
#include "ui/screen/key.h"

enum { ESCAPE_MS = 25, SEQUENCE_MAX = 64, SEQUENCES_MAX = 64 };

/* A key sequence of this terminal, from terminfo. */
struct input_sequence {
    char bytes[16]; /* with its NUL */
    uint32_t key;
};

struct input {
    struct input_sequence sequences[SEQUENCES_MAX];
    size_t sequence_count;
    uint8_t held[SEQUENCE_MAX]; /* the beginning of something */
    size_t held_count;
    uint64_t held_ms; /* when its last byte came */
    bool pasting;
    uint64_t click_ms; /* of the last click, for double ones */
    uint16_t click_row, click_col;
    bool swallowing; /* a sequence longer than any that is known */
};

void input_init(struct input *in);
void input_add(struct input *in, const char *bytes, uint32_t key);
/* Takes bytes in; calls emit for each event, in order. */
typedef void input_emit(void *context, const struct input_event *e);
void input_bytes(struct input *in, uint64_t now_ms, struct slice bytes, input_emit *emit,
                 void *context);
/* Time went on: a lone Esc becomes one. */
void input_time(struct input *in, uint64_t now_ms, input_emit *emit, void *context);
/* When input_time is wanted; UINT64_MAX: nothing is held. */
uint64_t input_wake_ms(const struct input *in);

#endif
