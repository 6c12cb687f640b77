/* SPDX-License-Identifier: ISC */
/*
 * A scene: what one node said of its council, at one moment. The views draw nothing else,
 * whether the moment is now, frozen, or a decision of long ago. What is not known has a
 * value of its own. Items behind pointers never change once they are in a scene: they are
 * shared by counting references, so that to freeze a scene is to copy a few arrays.
 *
 * Times are milliseconds since 1970 by the console's clock, unless they are block time.
 */
#ifndef CONCLAVE_UI_MODEL_SCENE_H
#define CONCLAVE_UI_MODEL_SCENE_H

#include "ui/model/patterns.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNKNOWN UINT64_MAX /* of heights, views and times */

enum {
    UI_SEATS_MAX = 128,
    UI_NAME_BYTES = 96,   /* longer ones are cut between characters */
    UI_TITLE_BYTES = 208, /* a title has at most 200 bytes */
    UI_ID_BYTES = 65,     /* hexadecimal, with the NUL */
    UI_BEATS = 60,        /* slots of heartbeat history */
};

/* What the charter says of a seat. */
struct seat_card {
    char name[UI_NAME_BYTES], jurisdiction[UI_NAME_BYTES], speciality[UI_NAME_BYTES];
    char vendor[UI_NAME_BYTES], model_family[UI_NAME_BYTES], address[UI_NAME_BYTES];
};

enum stage { STAGE_PRE_PREPARE = 1, STAGE_PREPARE = 2, STAGE_COMMIT = 4 };

/* A heartbeat slot: nought to the timeout in BEAT_SLOWEST steps, from 1. */
enum { BEAT_MISSED = 0, BEAT_SLOWEST = 8, BEAT_UNKNOWN = 255 };

/* Whether the node takes it for dead. */
enum seat_life { LIFE_UNKNOWN, LIFE_ALIVE, LIFE_SUSPECTED, LIFE_DOWN };

enum { HINTS_MAX = 96 };

struct scene_seat {
    bool told; /* the node has told of it */
    bool self, primary, connected, expelled, suspended;
    uint8_t stages;    /* of enum stage: its messages for the scene's height */
    bool stages_known; /* else stages is nothing */
    uint64_t view, height;
    uint64_t heard_ms;       /* when its last heartbeat came; UNKNOWN */
    uint64_t round_trip_ms;  /* UNKNOWN */
    int64_t clock_offset_ms; /* INT64_MIN: unknown */
    enum seat_life life;
    uint64_t phi_tenths;          /* how unlikely its silence is; UNKNOWN */
    int64_t lag_height, lag_view; /* behind this node; INT64_MIN: unknown */
    uint8_t beats[UI_BEATS];      /* the newest last */
    char hints[HINTS_MAX];        /* its heartbeat's flags, separated by blanks */
    uint64_t asked_view;          /* the view of its VIEW-CHANGE; UNKNOWN: none */
    bool totals_known;
    uint32_t ballots, reveals, late, missed, withheld, with_outcome, against_outcome,
        abstained;
    uint32_t streak; /* decisions in a row against the outcome, or without a ballot, the
                        newest first; of those that are loaded */
    char version[UI_NAME_BYTES];
    char expelled_for[24];
    uint64_t expelled_height;
    uint64_t bytes_in, bytes_out, bad_frames; /* UNKNOWN */
};

/* A seat's ballot as one character. */
enum ballot_code {
    BALLOT_UNKNOWN = '?',
    BALLOT_NONE = '.',
    BALLOT_SEALED = 'c',
    BALLOT_APPROVE = 'Y',
    BALLOT_REJECT = 'N',
    BALLOT_ABSTAIN = 'A',
    BALLOT_MISMATCH = 'x', /* what it opened is not what it sealed */
    BALLOT_WITHHELD = 'w',
    BALLOT_LATE = 'l',
    BALLOT_MISSED = 'm', /* final, and there was none */
    BALLOT_EXPELLED = 'e',
    BALLOT_NOT_AWAITED = '-',
};

enum ui_phase { UI_WAITING, UI_SEALED, UI_OPENING, UI_DECIDED, UI_FINAL };
enum { CONFIDENCE_UNKNOWN = 255, BLOCKS_UNKNOWN = 255 };

/* A proposal, open or final: the list of ballots and the columns of the pattern. It is one
 * allocation, with arrays as long as the council; arrays are indexed by seat - 1. */
struct scene_proposal {
    size_t references;
    const char *class_name, *title;
    uint8_t *codes;         /* enum ballot_code */
    uint8_t *confidence;    /* 0 to 100 */
    uint8_t *ballot_blocks; /* from opened to the ballot, at most 254 */
    uint8_t *reveal_blocks; /* from sealed to the reveal */
    bool *equivocated;      /* convicted by then for what it signed twice */
    uint64_t record;        /* its number; UNKNOWN while it is open */
    uint64_t opened_height, final_height;
    uint64_t opened_ms, final_ms;                    /* block time */
    uint64_t commit_deadline_ms, reveal_deadline_ms; /* block time; UNKNOWN */
    uint32_t threshold;                              /* 0: unknown */
    uint32_t approve, reject, abstain, committed, revealed;
    uint16_t seats, proposer;
    enum ui_phase phase;
    bool approved; /* from UI_DECIDED on */
    char id[UI_ID_BYTES];
    char reason[32]; /* of a rejection, else empty */
};

enum flag_state { FLAG_NEW, FLAG_ACKNOWLEDGED, FLAG_CLEARED };
enum flag_severity { FLAG_NOTICE, FLAG_WARNING, FLAG_CRITICAL };

struct scene_flag {
    size_t references;
    uint64_t id;
    char kind[32];
    char letter;
    enum flag_severity severity;
    enum flag_state state;
    uint16_t seat; /* 0: of the node or the council */
    char proposal[UI_ID_BYTES];
    char text[200];
    uint64_t height;                                         /* UNKNOWN */
    uint64_t first_ms, last_ms, acknowledged_ms, cleared_ms; /* UNKNOWN */
    uint64_t count;
    int64_t acknowledged_by; /* uid, -1 */
    bool local;              /* this node's observation, not from the ledger */
};

struct scene_block {
    size_t references;
    uint64_t height, view, time_ms;
    char hash[UI_ID_BYTES];
    uint64_t operations;
    uint64_t envelopes, bytes;          /* UNKNOWN */
    uint16_t primary;                   /* 0: unknown */
    uint64_t prepared_ms, committed_ms; /* after the pre-prepare; UNKNOWN */
};

enum line_level { LINE_DEBUG, LINE_INFO, LINE_WARN, LINE_ERROR, LINE_GAP };

struct scene_line {
    size_t references;
    uint64_t n;   /* by the node's count since its start; 0 for a gap */
    uint64_t key; /* the console's own, always rising */
    uint64_t time_ms;
    enum line_level level;
    uint16_t seat; /* 0: none */
    char event[48];
    char text[]; /* the fields; of a gap, what was missed */
};

struct pipeline_height {
    uint64_t height;
    bool pre_prepared;
    uint32_t prepares, commits;
};
enum { PIPELINE_MAX = 16, LATENCIES_MAX = 64, MISSING_MAX = UI_SEATS_MAX };

/* What is waited for, as the node says it. */
struct scene_awaiting {
    char what[24];
    char text[400];
    char next_text[200];
    uint64_t next_ms; /* when that happens; UNKNOWN */
    uint32_t have, need;
    bool reachable;
    bool old;                   /* the council has gone on since the node said it */
    bool missing[UI_SEATS_MAX]; /* missing[seat - 1] */
    bool unable[UI_SEATS_MAX];
};

struct scene_order {
    uint64_t view, height; /* the committed height */
    uint16_t primary;
    bool changing, stalled, stopped, halted;
    char standing[16]; /* "sound", "asking", "lost" */
    uint64_t epoch, epoch_left, decisions, open;
    uint64_t timer_ms;      /* when the request timer expires; UNKNOWN: none runs */
    uint64_t block_time_ms; /* time of the last executed block */
    uint64_t started_ms;
    uint64_t failed_views, waiting_envelopes, store_bytes, free_disk_bytes;
    uint32_t connected, agents;
    char state_root[UI_ID_BYTES], tip[UI_ID_BYTES];
    char version[UI_NAME_BYTES];
    char role[16]; /* what this console may do */
};

/* The height being ordered, or the last one. */
struct scene_votes {
    bool known;
    uint64_t view, height;
    bool idle, committed;
    uint64_t since_ms;                  /* when the pre-prepare was accepted; UNKNOWN */
    uint64_t prepared_ms, committed_ms; /* after that; UNKNOWN */
    uint32_t pre_prepares, prepares, commits;
    struct pipeline_height pipeline[PIPELINE_MAX];
    size_t pipeline_count;
    struct {
        uint64_t height, prepared_ms, committed_ms;
    } latencies[LATENCIES_MAX]; /* the newest last */
    size_t latency_count;
};

struct scene {
    bool known;     /* a node has answered at all */
    bool past;      /* of a decision that is over */
    uint64_t at_ms; /* the moment: when something last was heard, or of the decision */
    char council[UI_NAME_BYTES];
    char council_id[UI_ID_BYTES];
    uint16_t seats, faulty, quorum, own; /* n, f, q, this node's seat */
    uint64_t heartbeat_ms, timeout_ms;
    uint64_t
        usual_height; /* which heartbeats told at least, unless their seat lags; UNKNOWN */
    struct scene_order order;
    struct scene_votes votes;
    struct scene_awaiting awaiting;
    struct scene_seat seat[UI_SEATS_MAX]; /* seat[seat - 1] */
    const struct seat_card *cards;        /* cards[seat - 1]; of the model, for its life */
    struct scene_proposal **open;         /* the oldest first */
    size_t open_count;
    struct scene_proposal **final; /* loaded ones, the newest first; in a past scene none
                                      that is newer */
    size_t final_count;
    uint64_t final_total;      /* how many the council has made final */
    struct scene_flag **flags; /* the newest first */
    size_t flag_count;
    uint32_t flags_new, flags_acknowledged;
    struct scene_block **blocks; /* the highest first; gaps are possible */
    size_t block_count;
    struct scene_line **lines; /* the newest first */
    size_t line_count;
    struct scene_tallies *tallies;   /* NULL: not known, or nobody looked */
    struct scene_likeness *likeness; /* the same */
    bool patterns_asked;             /* and not answered yet */
    char patterns_refusal[160];      /* why the node does not tell them; else "" */
    uint64_t events, gaps;           /* that came, and times that some were missed */
};

/* A scene of its own, sharing the items. scene_free releases what it holds; both leave the
 * cards to the model. */
void scene_copy(struct scene *out, const struct scene *from);
void scene_free(struct scene *s);

/* A proposal of which nothing else is known, with one reference; texts longer than
 * UI_NAME_BYTES and UI_TITLE_BYTES allow are cut. */
struct scene_proposal *scene_proposal_new(uint16_t seats, const char *class_name,
                                          const char *title);
/* Releases one reference; NULL is allowed. */
void scene_proposal_unref(struct scene_proposal *p);

/* Seats from which something was heard within the timeout, the own one included. */
unsigned scene_alive(const struct scene *s, uint64_t now_ms);
bool scene_is_alive(const struct scene *s, uint16_t seat, uint64_t now_ms);
/* The most severe flag of a seat that is not cleared; NULL. */
const struct scene_flag *scene_worst_flag(const struct scene *s, uint16_t seat);
/* How a seat's ballot stands to the outcome: one of # - a . l w ! ? (CONSOLE: pattern). */
char scene_pattern(const struct scene_proposal *p, uint16_t seat);

#endif
