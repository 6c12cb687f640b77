/* SPDX-License-Identifier: ISC */
/* What the files of the control methods share. */
#ifndef CONCLAVE_CONCLAVED_METHODS_H
#define CONCLAVE_CONCLAVED_METHODS_H

#include "conclaved/node.h"
#include "conclaved/parameters.h"
#include "watch/flag.h"

#include <jansson.h>

enum {
    METHOD_READ_BYTES = 4 * 1024 * 1024, /* of blocks that one request may have read: the
                                            council waits meanwhile */
    METHOD_ANSWER_BYTES = 800 * 1024,    /* of JSON, after which an answer is continued */
    METHOD_ID_DIGITS_MIN = 6,            /* of a proposal's id */
    METHOD_LIMIT_DEFAULT = 50,
};

control_handler method_status;          /* methods_status.c */
control_handler method_seats;           /* methods_seats.c */
control_handler method_charter;         /* methods_seats.c */
control_handler method_diversity;       /* methods_seats.c */
control_handler method_proposals;       /* methods_proposals.c */
control_handler method_proposal;        /* methods_proposal.c */
control_handler method_blocks;          /* methods_ledger.c */
control_handler method_block;           /* methods_ledger.c */
control_handler method_propose;         /* methods_submit.c */
control_handler method_agent_attach;    /* methods_submit.c */
control_handler method_agent_answer;    /* methods_submit.c */
control_handler method_agent_failed;    /* methods_submit.c */
control_handler method_bench_submit;    /* methods_bench.c */
control_handler method_votes;           /* methods_votes.c */
control_handler method_heartbeats;      /* methods_votes.c */
control_handler method_flags;           /* methods_flags.c */
control_handler method_flag;            /* methods_flags.c */
control_handler method_flags_ack;       /* methods_flags.c */
control_handler method_patterns;        /* methods_patterns.c */
control_handler method_records;         /* methods_records.c */
control_handler method_log;             /* methods_log.c */
control_handler method_history;         /* methods_history.c */
control_handler method_verify;          /* methods_verify.c */
control_handler method_evidence;        /* methods_evidence.c */
control_handler method_proof;           /* methods_proof.c */
control_handler method_log_entries;     /* methods_proof.c */
control_handler method_checkpoint;      /* methods_tlog.c */
control_handler method_log_prove;       /* methods_tlog.c */
control_handler method_log_consistency; /* methods_tlog.c */
control_handler method_stop;            /* methods_stop.c */
control_handler method_metrics;         /* methods_metrics.c */

/* The whole status object, for a client; the object that says what is waited for. */
json_t *status_json(const struct node *n, const struct control_session *s);
json_t *awaiting_json(const struct node *n, const struct pbft_status *st);

/* methods_votes.c */
struct round_state;
struct round_times;
void votes_state(const struct node *n, struct round_state *out);
json_t *votes_json(const struct node *n, const struct round_state *s);
void put_round_times(json_t *out, const struct round_times *t);
/* The last heartbeats of a seat, as `heartbeats` shows them. */
json_t *gaps_json(const struct node *n, uint16_t seat);
/* The flags of this seat's own row. */
uint32_t own_flags(const struct node *n, const struct pbft_status *st);

/* methods_records.c */
char choice_letter(enum choice choice); /* Y, N, A */
void put_short_record(json_t *out, const struct charter *charter, const struct record *r,
                      uint64_t number, struct slice title, uint16_t proposer);

/* methods_stall.c */
/* What the node's ordering waits for, from what it observes now. */
void node_stall(const struct node *n, const struct pbft_status *st, struct stall_facts *f,
                struct stall *out);
json_t *stall_json(const struct stall *s, const struct charter *c);
/* The seats that can take part, and whether they are enough. */
void put_reach(json_t *out, const struct stall *s, uint16_t seats);
/* The names of what is pending. */
json_t *pending_json(const struct stall *s);
/* Whether this seat may sign, and what it lacks. */
json_t *standing_json(const struct node *n, const struct pbft_status *st);

/* methods_evidence.c: the proof against a seat that is in the ledger or held here. */
struct held_evidence {
    struct slice operation; /* EVIDENCE, encoded; SLICE_NONE: there is none */
    uint64_t height;        /* of the block that convicted the seat; 0: none did */
    struct block *block;    /* what operation may point into; to be unref'd */
};
int evidence_against(const struct node *n, uint16_t seat, struct held_evidence *out);

/* flag_evidence.c: what there is to see behind a flag; 0 or an error of the store. */
int flag_evidence(const struct node *n, const struct flag *f, json_t **out);

/* evidence_findings.c: behind a flag from the ledger; 0 or an error of the store. */
int finding_evidence(json_t *out, const struct node *n, const struct flag *f);

/* methods_proposal.c: the rationales of a final proposal, by seat - 1, of the seats wanted
 * and perhaps others; NULL where there is none, or was no time to read it. */
int read_rationales(const struct node *n, const struct record *r, const bool *wanted,
                    json_t **rationales);

/* An operation with all that is in it. */
json_t *operation_json(const struct node *n, struct slice encoding);
json_t *proposal_summary(const struct node *n, const struct proposal *p);
/* Summaries of what is not final, newest first, at most limit. */
json_t *open_summaries(const struct node *n, size_t limit);

/* The proposal of an id that is not only waiting, or NULL. */
json_t *known_summary(const struct node *n, const struct hash *id);

/* How much JSON it is. */
size_t json_size(const json_t *value);

/* A proposal that was asked for; exactly one of the three says where it is. */
struct found {
    struct hash id;
    const struct proposal *open;
    struct ledger_proposal index; /* final where final_height > 0 */
    struct bytes *waiting; /* an own PROPOSE that no block holds yet; to be unref'd */
};
/* The parameter id: a proposal's id or its beginning. */
struct slice find_parameter(struct parameters *p);
/* False after answering that there is none, or that there are several. */
bool find_proposal(const struct node *n, struct control_session *s, struct slice id,
                   struct found *out);
/* The PROPOSE of this id in a block; false when it is not there. */
bool find_propose(const struct block *b, const struct hash *id, struct operation *out);
/* Answers CONTROL_INTERNAL: the store cannot be read. Returns NULL. */
json_t *fail_store(struct control_session *s, int error);

#endif
