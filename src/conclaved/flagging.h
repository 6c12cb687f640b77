/* SPDX-License-Identifier: ISC */
/*
 * What the node observes, turned into flags (watch/flags.h): which are up is in the book,
 * which is kept in the store, in the transaction of the turn in which they changed. Log and
 * subscribers are told of every change.
 */
#ifndef CONCLAVE_CONCLAVED_FLAGGING_H
#define CONCLAVE_CONCLAVED_FLAGGING_H

#include "conclaved/node.h"
#include "watch/own.h"
#include "watch/primary.h"
#include "watch/signs.h"
#include "watch/traffic.h"

struct flag_news; /* of a flag, for the log */

struct flagging {
    struct flags *book;
    struct flag_news *news;
    size_t news_count, news_capacity;
    struct signs signs;
    struct traffic traffic;
    struct own own;
    struct primaries *primaries;
    uint64_t changed_told_ms; /* monotonic */
    uint64_t started_height;  /* committed when the node started */
    bool agent_failing;       /* since its last answer */
};

/* Reads the book; after the store was opened. 0 or an error of the store. */
int flagging_open(struct node *n, struct complaint *why);
void flagging_free(struct flagging *f);

void flagging_raise(struct node *n, const struct sighting *s);
/* By flags_state. */
void flagging_state(struct node *n, const struct flag *found);
/* These do nothing where there is no such flag; now, or at that block time. */
void flagging_clear(struct node *n, enum flag_kind kind, uint16_t seat);
void flagging_clear_at(struct node *n, enum flag_kind kind, uint16_t seat,
                       uint64_t time_ms);
/* A client has seen it. False: there is no such flag. */
bool flagging_acknowledge(struct node *n, uint64_t id, uid_t uid, pid_t pid);
/* Tells the subscribers which flags were seen again. */
void flagging_tell_changed(struct node *n);
/* Writes what changed; before the turn is made durable. */
void flagging_save(struct node *n);
/* Tells the log; after that, or an id that it names could be another flag's after a crash.
 */
void flagging_log(struct node *n);

/* --- flagging_findings.c: what the ledger says --- */

/* Before the replica is made, which has blocks replayed; */
void flagging_findings_new(struct node *n);
void flagging_replayed(struct node *n, const struct block *b,
                       const struct council_result *r);
/* after it was made: the book gets the findings of what was replayed. */
void flagging_begin(struct node *n);
void flagging_executed(struct node *n, const struct block *b,
                       const struct council_result *r);

/* --- flagging_events.c: what happened --- */

void flagging_accused(struct node *n, uint16_t seat, enum evidence_kind kind);
/* The log was told that the council is stalled, perhaps once more; that it moves again. */
void flagging_stalled(struct node *n, const struct stall *s);
/* This seat asks alone for a view. */
void flagging_apart(struct node *n, const struct stall *s);
void flagging_moving(struct node *n);
/* This node has stopped voting. */
void flagging_stopped(struct node *n, const struct pbft_notice *x);
void flagging_agent_failed(struct node *n, const struct hash *proposal, const char *reason);
void flagging_agent_answered(struct node *n);

/* --- flagging_look.c --- */

/* Looks at the seats; with every beat. */
void flagging_look(struct node *n);

#endif
