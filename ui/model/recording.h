/* SPDX-License-Identifier: ISC */
/*
 * A recording: what came from the nodes and when, to be replayed into the same models. A
 * text file: "conclave-record 1" and then one line for each thing that happened,
 *
 *     MILLISECONDS SOCKET + LINE      a line from the node
 *     MILLISECONDS SOCKET up|down TEXT
 *
 * It is written through a buffer and survives a cut at any place: a last line that is not
 * whole is left out.
 */
#ifndef CONCLAVE_UI_MODEL_RECORDING_H
#define CONCLAVE_UI_MODEL_RECORDING_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define RECORDING_HEAD "conclave-record 1\n"
enum { RECORDING_SOCKETS_MAX = 64 };

enum record_kind { RECORD_LINE, RECORD_UP, RECORD_DOWN };

struct recorded {
    uint64_t time_ms; /* since 1970, by the console that recorded */
    unsigned socket;  /* which --socket, from 0 */
    enum record_kind kind;
    struct slice text;
};

struct recorder;
/* Makes the file, mode 0600; an existing one is refused. */
int recorder_open(const char *path, struct recorder **out, struct complaint *why);
/* An error is kept, and told by recorder_close or the next call; nothing waits. */
int recorder_write(struct recorder *r, const struct recorded *what);
int recorder_flush(struct recorder *r);
int recorder_close(struct recorder *r);

struct player;
/* Looks at the whole file once; the complaint names the line that is wrong. Times that go
 * back are told as those before them. */
int player_open(const char *path, struct player **out, struct complaint *why);
void player_close(struct player *p);
/* The next thing without taking it; false at the end. Borrowed. */
bool player_peek(const struct player *p, struct recorded *out);
void player_take(struct player *p);
/* Back to the beginning. */
void player_rewind(struct player *p);
unsigned player_sockets(const struct player *p);
uint64_t player_begin_ms(const struct player *p);
uint64_t player_end_ms(const struct player *p);

#endif
