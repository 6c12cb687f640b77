/* SPDX-License-Identifier: ISC */
#include "conclaved/methods.h"

#include "base/clock.h"
#include "base/quorum.h"
#include "conclaved/agents.h"
#include "conclaved/flag_json.h"
#include "conclaved/flagging.h"
#include "conclaved/json.h"
#include "conclaved/version.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_BYTES = 2048 };

/* --- words for people --- */

struct words {
    char text[WORDS_BYTES];
    size_t size;
};

static void add_words(struct words *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_words(struct words *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(w->text + w->size, sizeof(w->text) - w->size, format, args);
    va_end(args);
    assert(n >= 0);
    w->size += (size_t)n;
    if (w->size >= sizeof(w->text)) {
        w->size = sizeof(w->text) - 1;
    }
}

/* Has so many of the seats that are needed, and lacks these. */
static void put_seats(json_t *out, const struct charter *c, unsigned have, unsigned need,
                      const bool *missing, struct words *w)
{
    char names[STALL_TEXT_BYTES];
    stall_names(missing, c, names);
    json_put(out, "have", json_integer(have));
    json_put(out, "need", json_integer(need));
    json_put(out, "missing", json_seats(missing, c->seat_count));
    add_words(w, ", %u of %u%s%s", have, need, names[0] != '\0' ? "; missing: " : "",
              names);
    json_put(out, "text", control_text(slice_of(w->text, w->size)));
}

/* The block after this time goes on without those who are missing. */
static void put_deadline(json_t *out, uint64_t deadline_ms)
{
    struct words w = {"", 0};
    uint64_t now = clock_wall_ms();
    uint64_t in = deadline_ms > now ? deadline_ms - now : 0;
    json_t *next = json_object();
    add_words(&w, "without those who are missing in %" PRIu64 ".%" PRIu64 " s", in / 1000,
              in % 1000 / 100);
    json_put(next, "what", json_string("deadline"));
    json_put(next, "in_ms", json_number(in));
    json_put(next, "text", control_text(slice_of(w.text, w.size)));
    json_put(out, "next", next);
}

/* --- what is waited for, the most pressing first --- */

static void await_council(json_t *out, const struct node *n, const struct proposal *p)
{
    struct words w = {"", 0};
    bool missing[SEATS_MAX] = {false};
    bool sealed = p->phase == PROPOSAL_SEALED;
    unsigned have = 0, need = 0;
    uint64_t deadline = sealed ? p->commit_deadline_ms : p->reveal_deadline_ms;
    if (sealed && p->grace_deadline_ms < deadline) {
        deadline = p->grace_deadline_ms;
    }
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        const struct seat_ballot *ballot = &p->seats[seat - 1];
        bool expelled = council_is_expelled(replica_council(n->replica), seat);
        bool awaited = !expelled && (sealed ? p->active[seat - 1] : ballot->committed);
        bool came = sealed ? ballot->committed : ballot->revealed;
        have += awaited && came;
        need += awaited;
        missing[seat - 1] = awaited && !came;
    }
    json_put(out, "what", json_string(sealed ? "ballots" : "reveals"));
    json_put(out, "proposal", json_hash(&p->id));
    json_put(out, "title", control_text(p->content.title));
    json_put(out, "deadline_ms", json_number(deadline));
    add_words(&w, "%s on \"%.*s\"", sealed ? "ballots" : "ballots to be opened",
              (int)p->content.title.size, (const char *)p->content.title.data);
    put_seats(out, n->charter, have, need, missing, &w);
    put_deadline(out, deadline);
}

json_t *awaiting_json(const struct node *n, const struct pbft_status *st)
{
    struct stall_facts facts;
    struct stall stall;
    node_stall(n, st, &facts, &stall);
    if (stall.phase != STALL_NOTHING) {
        return stall_json(&stall, n->charter);
    }
    json_t *out = json_object();
    const struct proposal *p = council_at(replica_council(n->replica), 0);
    if (p != NULL) {
        await_council(out, n, p);
    } else {
        json_put(out, "what", json_string("nothing"));
        json_put(out, "next", json_null());
        json_put(out, "text", json_string("nothing: no proposal is open"));
    }
    put_reach(out, &stall, n->charter->seat_count);
    return out;
}

/* --- the whole --- */

static void put_identity(json_t *out, const struct node *n)
{
    uint16_t seats = n->charter->seat_count;
    json_put(out, "council", control_text(slice_of_string(n->charter->name)));
    json_put(out, "council_id", json_hash(&n->charter->council_id));
    json_put(out, "version", json_string(version_software()));
    json_put(out, "protocol", json_integer(version_protocol()));
    json_put_seat(out, "seat", n->charter, n->seat);
    json_put(out, "seats", json_integer(seats));
    json_put(out, "f", json_integer(quorum_faulty(seats)));
    json_put(out, "quorum", json_integer(quorum_size(seats)));
    json_put(out, "started_ms", json_number(n->started_wall_ms));
}

static void put_order(json_t *out, const struct node *n, const struct pbft_status *st)
{
    uint64_t now = clock_monotonic_ms();
    json_put(out, "view", json_number(st->view));
    json_put(out, "changing", json_boolean(st->changing));
    json_put_seat(out, "primary", n->charter, st->primary);
    json_put(out, "height", json_number(st->committed_height));
    json_put(out, "tip", json_hash(replica_tip(n->replica)));
    json_put(out, "executed", json_number(st->executed_height));
    json_put(out, "request_timer_ms", json_number(st->request_timer_ms));
    json_put(
        out, "timer_expires_in_ms",
        st->timer_expires_ms == UINT64_MAX
            ? json_null()
            : json_number(st->timer_expires_ms > now ? st->timer_expires_ms - now : 0));
    json_put(out, "failed_views", json_integer(st->failed_views));
    json_put(out, "commit_latency_ms",
             json_number(pbft_commit_latency_ms(replica_core(n->replica))));
    json_put(out, "waiting_envelopes", json_integer(st->waiting));
    json_put(out, "waiting_bytes", json_number(st->waiting_bytes));
}

static void put_council(json_t *out, const struct node *n)
{
    struct council_summary summary;
    bool expelled[SEATS_MAX] = {false}, suspended[SEATS_MAX] = {false};
    council_summarize(replica_council(n->replica), &summary);
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        expelled[seat - 1] = council_is_expelled(replica_council(n->replica), seat);
        suspended[seat - 1] = council_is_suspended(replica_council(n->replica), seat);
    }
    json_put(out, "time_ms", json_number(summary.time_ms));
    json_put(out, "state_root", json_hash(&summary.state_root));
    json_put(out, "epoch", json_number(summary.epoch));
    json_put(out, "epoch_left",
             json_number(n->charter->epoch_decisions > summary.epoch_finals
                             ? n->charter->epoch_decisions - summary.epoch_finals
                             : 0));
    json_put(out, "decisions", json_number(summary.final_count));
    json_put(out, "open", json_number(summary.open_count));
    json_put(out, "expelled", json_seats(expelled, n->charter->seat_count));
    json_put(out, "suspended", json_seats(suspended, n->charter->seat_count));
}

/* The disk, and that of the log. */
static void put_store(json_t *out, const struct node *n)
{
    struct ledger_facts facts = {0};
    ledger_facts(n->ledger, &facts);
    json_put(out, "store_format", json_number(ledger_format(n->ledger)));
    json_put(out, "store_bytes", json_number(facts.used_bytes));
    json_put(out, "free_disk_bytes", json_number(facts.free_disk_bytes));
    json_put(out, "log_lost", json_number(log_lost()));
}

static json_t *whole_path(const char *path)
{
    char *whole = path != NULL ? realpath(path, NULL) : NULL;
    json_t *out = whole != NULL ? control_text(slice_of_string(whole)) : json_null();
    free(whole);
    return out;
}

/* Where the node's files are, for who may open them anyway. */
static void put_files(json_t *out, const struct node *n, const struct control_session *s)
{
    const struct config *c = n->config;
    json_t *files = json_null();
    if (control_session_may(s, ROLE_ADMINISTER)) {
        files = json_object();
        json_put(files, "config", whole_path(c->path));
        json_put(files, "charter", whole_path(c->charter));
        json_put(files, "key", whole_path(c->key));
        json_put(files, "data", whole_path(c->data));
    }
    json_put(out, "files", files);
}

static void put_stall(json_t *out, const struct node *n, const struct pbft_status *st)
{
    struct stall_facts facts;
    struct stall stall;
    node_stall(n, st, &facts, &stall);
    const struct stall_watch *w = &n->stall;
    json_put(out, "standing", standing_json(n, st));
    json_put(out, "pending", pending_json(&stall));
    json_put(out, "stalled", json_boolean(w->stalled));
    json_put(out, "waiting_ms",
             w->waiting && stall.pending != 0 ? json_number(facts.now_ms - w->since_ms)
                                              : json_null());
    json_put(out, "awaiting", awaiting_json(n, st));
}

/* How the node watches the seats, and what it found. */
static void put_watch(json_t *out, const struct node *n)
{
    json_put(out, "heartbeat_ms", json_number(n->config->heartbeat_ms));
    json_put(out, "dead_peer_ms", json_number(n->config->dead_peer_ms));
    json_put(out, "flags", flags_summary_json(n->flagging->book));
}

json_t *status_json(const struct node *n, const struct control_session *s)
{
    struct pbft_status st;
    replica_status(n->replica, &st);
    unsigned connected = net_connected_count(n->net);
    json_t *out = json_object();
    put_identity(out, n);
    json_put(out, "role", json_string(control_role_name(control_session_role(s))));
    put_order(out, n, &st);
    put_council(out, n);
    put_store(out, n);
    json_put(out, "connected", json_integer(connected));
    json_put(out, "strangers", json_number(net_strangers(n->net)));
    json_put(out, "agents", json_integer(agents_count(n->agents)));
    json_put(out, "stopped", json_boolean(st.stopped));
    json_put(out, "halted",
             json_boolean(connected + 1 < quorum_size(n->charter->seat_count)));
    put_watch(out, n);
    put_files(out, n, s);
    put_stall(out, n, &st);
    return out;
}

json_t *method_status(void *context, struct control_session *s, json_t *params)
{
    struct parameters p;
    parameters_begin(&p, s, params);
    return parameters_end(&p) ? status_json(context, s) : NULL;
}
