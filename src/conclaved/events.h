/* SPDX-License-Identifier: ISC */
/*
 * The events that subscribers get, conclave-control(7): names and parameters. The node
 * calls control_publish with them; objects are new references.
 */
#ifndef CONCLAVE_CONCLAVED_EVENTS_H
#define CONCLAVE_CONCLAVED_EVENTS_H

#include "conclaved/node.h"

#include <jansson.h>

struct log_ring_line;

/* Of the council, after council_apply: "proposal.opened", "ballot.recorded", ...; number:
 * of the record, COUNCIL_FINAL alone. */
const char *event_council_name(enum council_event_kind kind);
json_t *event_council(const struct charter *charter, const struct council *council,
                      const struct council_event *e, uint64_t number);

/* The ballots with which these events begin, an object for each of their proposals as
 * `ballots` tells them; how many events are in them, 0 when the first is of another kind.
 */
enum { BALLOTS_EVENTS_MAX = 32 };
size_t event_ballots(const struct council_event *events, size_t count,
                     json_t *out[BALLOTS_EVENTS_MAX], size_t *told);

/* block.committed */
json_t *event_block(const struct block *b, const struct round_times *times);

/* Of the ordering core: "view.changed", "view.change-started", "node.stopped"; NULL for
 * notices that are for the log alone. */
const char *event_notice_name(enum pbft_notice_kind kind);
json_t *event_notice(const struct charter *charter, const struct pbft_notice *notice);

/* peer.up, peer.down */
json_t *event_peer_up(const struct charter *charter, uint16_t seat);
json_t *event_peer_down(const struct charter *charter, uint16_t seat,
                        enum net_down_reason reason);

/* heartbeat */
json_t *event_heartbeat(const struct charter *charter, uint16_t seat,
                        const struct peer_view *peer);
/* heartbeats: of the newest slot */
json_t *event_heartbeats(const struct node *n);
/* An array of the names of the flags: "evaluator-down", ... */
json_t *json_heartbeat_flags(uint32_t flags);

/* checkpoint: the newest that a quorum signed */
struct checkpoint_signed;
json_t *event_checkpoint(const struct checkpoint_signed *c);

/* log.line */
json_t *event_log_line(const struct log_ring_line *l);

/* agent.attached, agent.detached: the agent's own name and its process */
json_t *event_agent(const struct control_session *s, const char *name);

/* node.stopped, for what is not a notice */
json_t *event_stopped(const char *why);

#endif
