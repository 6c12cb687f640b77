/* SPDX-License-Identifier: ISC */
/*
 * The daemon's end of the control socket: clients, roles by peer credentials, an
 * allow-list of methods that denies by default, and subscriptions that give a snapshot
 * followed by numbered changes.
 */
#ifndef CONCLAVE_CONTROL_SERVER_H
#define CONCLAVE_CONTROL_SERVER_H

#include "base/people.h"
#include "control/control.h"

#include <ev.h>
#include <sys/types.h>

struct control_server;
struct control_session; /* one connected client */

/* Answers a request. Nothing reaches a client before the loop is about to sleep again, so
 * what an ev_prepare watcher makes durable is durable before it is acknowledged. Returns
 * the result (a new reference), or NULL after control_fail. */
typedef json_t *control_handler(void *context, struct control_session *s, json_t *params);

struct control_method {
    const char *name;
    enum control_role role; /* the least that may call it */
    control_handler *handle;
};

struct control_server_config {
    const char *path;       /* replaced when stale; its directory is made, 0750 */
    const char *read_group; /* may read; NULL: the daemon's own group */
    struct people agents;   /* have the role agent; the daemon's own user has it too */
    struct people operators;
    /* A quarter of the places is kept for those who may do more than read, half of that for
     * those who may administer. Readers of one user have a quarter of them, others half. */
    unsigned clients_max;
    /* Microseconds of processor time a second for the requests of all clients of a user who
     * may not administer, see users.c; bursts of 4 s. */
    unsigned user_us_per_s;
    size_t queue_bytes; /* unsent per client; one that does not read is dropped */
    /* So is one that takes nothing for so long, or needs twice as long to take what it left
     * unread, or does not end a line that it began. */
    uint64_t stall_ms;
    uint64_t idle_ms; /* a reader that asked nothing for so long makes room for others */
    const struct control_method *methods; /* ends with a NULL name */
    /* Events for those alone who name a prefix of them; ends with NULL, NULL: none. */
    const char *const *quiet;
    void *context; /* for the handlers */
    void (*closed)(void *context,
                   struct control_session *s); /* a client went; may be NULL */
};

void control_server_config_defaults(struct control_server_config *c);
int control_server_start(struct ev_loop *loop, const struct control_server_config *c,
                         struct control_server **out, struct complaint *why);
/* Closes every client and removes the socket. */
void control_server_free(struct control_server *s);

/* For handlers. Errors carry a message that says what to do. */
void control_fail(struct control_session *s, enum control_code code, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));
/* What programs are told beside it, the error's member data; stolen. After control_fail. */
void control_fail_data(struct control_session *s, json_t *data);
/* The highest of its roles; and whether it has this one or what includes it. */
enum control_role control_session_role(const struct control_session *s);
bool control_session_may(const struct control_session *s, enum control_role least);
void control_session_peer(const struct control_session *s, uid_t *uid, pid_t *pid);
uint64_t control_session_id(const struct control_session *s);
/* The proposal that the request at work is about, for the line in the log that every
 * request gets that does more than read. */
void control_note_proposal(struct control_session *s, struct slice id);
/* Sends a notification to one client; params is stolen. The session stays valid until
 * closed is called, which is never from within a function of this header but
 * control_server_free. */
void control_notify(struct control_session *s, const char *method, json_t *params);
/* Bytes that wait to be sent to it. */
size_t control_unsent(const struct control_session *s);

/*
 * Subscribes the client to events whose names begin with one of the prefixes (a JSON array
 * of strings, or NULL: all but the quiet ones). Returns the sequence number after which
 * changes follow.
 */
uint64_t control_subscribe(struct control_session *s, const json_t *prefixes);
void control_unsubscribe(struct control_session *s);
/* Sends {"method":"event","params":{"seq":N,"event":NAME,...}} to the subscribers; params
 * (an object, or NULL for none) is stolen. Numbers go up by one for each event published,
 * whoever gets it, but a quiet one has the number of the event before it; a client compares
 * them within one connection. */
void control_publish(struct control_server *s, const char *event, json_t *params);
/* Whether there are subscribers, and whether one of them wants this event, so that nobody
 * builds JSON for no one. */
bool control_has_subscribers(const struct control_server *s);
bool control_wants(const struct control_server *s, const char *event);

struct control_counts {
    unsigned clients, clients_max, subscribers;
    uint64_t unsent_bytes; /* of all clients */
};
void control_counts(const struct control_server *s, struct control_counts *out);

#endif
