/* SPDX-License-Identifier: ISC */
/*
 * What the console knows of one council: lines of conclave-control(7) in, a scene out, and
 * the requests that it wants sent. No socket, no clock, no terminal: whoever drives it
 * brings lines with their time, live or from a recording. A line may be anything; what is
 * not understood is counted and otherwise ignored. Of a ballot's content nothing is kept
 * before its proposal is opening, whatever a node says.
 */
#ifndef CONCLAVE_UI_MODEL_MODEL_H
#define CONCLAVE_UI_MODEL_MODEL_H

#include "base/bytes.h"
#include "ui/model/scene.h"

#include <jansson.h>

enum {
    DECISIONS_MAX = 1024, /* final proposals kept */
    LINES_MAX = 1024,     /* of the log */
    BLOCKS_MAX = 256,     /* of the ledger */
    FLAGS_MAX = 512,      /* newest */
    DETAILS_MAX = 24,     /* answers kept for detail views */
};

struct model;

struct model *model_new(void);
void model_free(struct model *m);

/* A connection is there: what was asked before is forgotten, and all is asked anew that a
 * first screen needs. Data stay until newer ones come. */
void model_connected(struct model *m, uint64_t now_ms);
/* It is gone; why is for the log. */
void model_disconnected(struct model *m, uint64_t now_ms, const char *why);
/* A line from the node, without its newline. 0, or CONCLAVE_EFORMAT when it is not
 * JSON-RPC. */
int model_line(struct model *m, uint64_t now_ms, struct slice line);
/* The next request to be sent, as a line with its newline, appended to out; false: none. */
bool model_next_request(struct model *m, struct buffer *out);

/* The present; valid until the next call that changes the model. */
const struct scene *model_scene(const struct model *m);
/* Goes up with each change that can be seen. */
uint64_t model_version(const struct model *m);

/* --- decisions of the past --- */

/* How many are loaded, and the i-th, the newest first: an item of the scene. */
size_t model_decisions(const struct model *m);
/* The scene as it was when record number was made final, as far as this console watched it;
 * what it did not see is unknown. out is new, to be freed; false when it is not loaded. */
bool model_past(const struct model *m, uint64_t record, struct scene *out);
/* The loaded record that was final at this block time or before, or at this height or
 * below; UNKNOWN: none. */
uint64_t model_record_at_time(const struct model *m, uint64_t time_ms);
uint64_t model_record_at_height(const struct model *m, uint64_t height);

/* --- details, asked for when somebody looks at them --- */

enum detail_kind {
    DETAIL_PROPOSAL,  /* key: its id; the answer of the method proposal */
    DETAIL_FLAG,      /* the flag's number; of flag */
    DETAIL_BLOCK,     /* the height; of block, all its envelopes put together */
    DETAIL_VERIFY,    /* the height; of verify */
    DETAIL_CHARTER,   /* ""; of charter */
    DETAIL_DIVERSITY, /* ""; of diversity */
};
/* Asks for it unless it is here, fresh or on its way. What can still change (an open
 * proposal, a flag) is asked for again at most once a second, when something came since. */
void model_want_detail(struct model *m, enum detail_kind kind, const char *key,
                       uint64_t now_ms);
/* Asks for the next page of what has been loaded so far; nothing when all is there. */
enum page_kind { PAGE_DECISIONS, PAGE_BLOCKS, PAGE_FLAGS, PAGE_LOG };
void model_want_page(struct model *m, enum page_kind kind);
/* Blocks around a height: they join the scene's. */
void model_want_height(struct model *m, uint64_t height);

enum detail_state { DETAIL_NONE, DETAIL_ASKED, DETAIL_HERE, DETAIL_REFUSED };
struct detail {
    enum detail_state state;
    const json_t *value; /* HERE: borrowed until the model changes */
    const char *refusal; /* REFUSED: the node's words */
};
struct detail model_detail(const struct model *m, enum detail_kind kind, const char *key);

/* --- voting patterns, asked for when somebody looks at them --- */

enum patterns_kind { PATTERNS_SEATS, PATTERNS_PAIRS, PATTERNS_KINDS };
/* Asks for them, and again, at most every five seconds, when decisions were made final
 * since. They become items of the scene. */
void model_want_patterns(struct model *m, enum patterns_kind kind, uint64_t now_ms);

/* --- acting: the answer becomes an event of the console --- */

/* flags.ack and propose; params is stolen. The result is told by model_next_outcome. */
void model_act(struct model *m, const char *method, json_t *params, const char *what);
/* The next outcome of an act, once each: "acknowledged flag 7", or what the node refused.
 * False when there is none. good: it was done. */
bool model_next_outcome(struct model *m, bool *good, char *text, size_t size);
/* Whether a NEW flag has come since this was last asked: for the bell. */
bool model_take_bell(struct model *m);

/* How often a node said what makes no sense, or what it must not tell yet. */
uint64_t model_nonsense(const struct model *m);
/* For tests and cost: bytes that the model holds. */
size_t model_bytes(const struct model *m);

#endif
