/* SPDX-License-Identifier: ISC */
#include "conclaved/standing.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/quorum.h"
#include "conclaved/heartbeat.h"
#include "conclaved/version.h"

#include <dirent.h>
#include <string.h>

static bool is_among(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(name, *names) != 0) {
        names++;
    }
    return *names != NULL;
}

static bool holds_only(const char *path, const char *const *names)
{
    DIR *d = opendir(path);
    if (d == NULL) {
        return false;
    }
    bool only = true;
    for (struct dirent *e; only && (e = readdir(d)) != NULL;) {
        only = is_among(e->d_name, names);
    }
    (void)closedir(d);
    return only;
}

int standing_open(struct node *n, struct complaint *why)
{
    const struct charter *c = n->charter;
    const char *dir = n->config->data;
    struct ledger_identity id = {c->council_id, n->seat, c->seat_count};
    static const char *const empty[] = {".", "..", "lost+found", "lock", NULL};
    static const char *const unfinished[] = {
        ".", "..", "lost+found", "lock", "lock.mdb", "data.mdb", "journal", "wal", NULL};
    /* A new disk: a seat without its state comes back by itself. A directory that is not
     * there is more likely a slip of the pen. */
    bool fresh = holds_only(dir, empty);
    int error =
        ledger_open(dir, fresh ? LEDGER_CREATE : LEDGER_WRITE, &id, &n->ledger, why);
    if (error == CONCLAVE_ENOENT && !fresh && holds_only(dir, unfinished)) {
        /* What a start on a full disk leaves: the first transaction never was. */
        fresh = true;
        error = ledger_open(dir, LEDGER_CREATE, &id, &n->ledger, why);
    }
    if (error == 0 && fresh) {
        LOG_EVENT(LOG_LEVEL_WARN, "store.created", LOG_S("data", dir));
    }
    if (error == 0 && ledger_migrated_from(n->ledger) != 0) {
        LOG_EVENT(LOG_LEVEL_WARN, "store.migrated",
                  LOG_N("from", ledger_migrated_from(n->ledger)),
                  LOG_N("to", ledger_format(n->ledger)), LOG_S("data", dir),
                  LOG_S("version", version_software()));
    }
    return error;
}

void standing_tell(const struct node *n)
{
    struct pbft_status status;
    const char *what = ledger_lost(n->ledger);
    replica_status(n->replica, &status);
    if (status.standing.lost) {
        LOG_EVENT(LOG_LEVEL_WARN, "state.lost", LOG_N("view", status.view),
                  LOG_N("height", status.committed_height), LOG_N("seat", n->seat),
                  LOG_S("cause", what != NULL ? "marks" : "earlier"),
                  LOG_S("what", what != NULL ? what : "found at an earlier start"));
    }
}

void standing_beat(struct node *n)
{
    bool asking = replica_is_asking(n->replica), lost = replica_is_lost(n->replica);
    if (asking != n->was_asking || lost != n->was_lost) {
        n->was_asking = asking;
        n->was_lost = lost;
        heartbeat_send(n, 0);
    }
}

bool standing_is_taken(const struct node *n)
{
    uint64_t now = clock_monotonic_ms();
    unsigned refusing = 0;
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        struct net_counts counts;
        net_counts(n->net, seat, &counts);
        refusing += counts.refused_since_ms != 0 &&
                    now - counts.refused_since_ms > n->config->dead_peer_ms;
    }
    if (refusing < quorum_weak(n->charter->seat_count)) {
        return false;
    }
    LOG_EVENT(LOG_LEVEL_ERROR, "seat.taken", LOG_N("seat", n->seat),
              LOG_N("refused_by", refusing),
              LOG_S("cure",
                    "another daemon runs with this seat's key: stop one of the two; "
                    "if that is not yours, the key is stolen"));
    return true;
}
