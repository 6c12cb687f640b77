/* SPDX-License-Identifier: ISC */
#include "conclaved/introduce.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/quorum.h"
#include "charter/diversity.h"
#include "conclaved/node.h"
#include "conclaved/version.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static struct slice council_of(const struct node *n)
{
    return slice_of(n->charter->council_id.bytes, HASH_BYTES);
}

/* A path as somebody in another folder can use it; the caller frees. */
static char *whole_path(const char *path)
{
    char *whole = realpath(path, NULL);
    return whole != NULL ? whole : alloc_string(path);
}

static void tell_limits(struct node *n)
{
    const struct charter *c = n->charter;
    const struct config *config = n->config;
    char libraries[160], *data = whole_path(config->data);
    struct rlimit files = {0, 0};
    struct ledger_facts facts;
    ledger_facts(n->ledger, &facts);
    (void)getrlimit(RLIMIT_NOFILE, &files);
    (void)snprintf(libraries, sizeof(libraries), "%s, libsodium %s, libev %d.%d",
                   ledger_library(), sodium_version_string(), ev_version_major(),
                   ev_version_minor());
    struct log_field most = LOG_N("files", files.rlim_cur);
    if (files.rlim_cur == RLIM_INFINITY) {
        most = LOG_S("files", "unlimited");
    }
    LOG_EVENT(LOG_LEVEL_INFO, "node.limits", most, LOG_N("clients", n->descriptors.clients),
              LOG_N("map_bytes", facts.map_bytes), LOG_N("used_bytes", facts.used_bytes),
              LOG_N("store_format", ledger_format(n->ledger)),
              LOG_N("free_bytes", facts.free_disk_bytes),
              LOG_N("timer_floor_ms", c->timer_floor_ms),
              LOG_N("timer_ceiling_ms", c->timer_ceiling_ms),
              LOG_N("max_drift_ms", c->max_drift_ms), LOG_N("window", c->window),
              LOG_N("heartbeat_ms", config->heartbeat_ms),
              LOG_N("dead_peer_ms", config->dead_peer_ms),
              LOG_N("slow_store_ms", config->slow_store_ms), LOG_S("data", data),
              LOG_S("libraries", libraries));
    free(data);
}

/* A line for each group that has more seats than may fail. That the charter does not say
 * what seats are is no news to whoever wrote it. */
static void tell_concentration(const struct charter *c)
{
    struct diversity *d = alloc(sizeof(*d));
    diversity_find(c, d);
    for (uint16_t i = 0; i < d->first[DIVERSITY_KINDS]; i++) {
        const struct diversity_group *g = &d->groups[i];
        if (diversity_exceeds(d, g)) {
            LOG_EVENT(g->stated ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "charter.concentrated",
                      LOG_S("kind", diversity_name(g->kind)), LOG_S("name", g->name),
                      LOG_N("seats", g->size), LOG_N("faulty", quorum_faulty(d->seats)));
        }
    }
    free(d);
}

void introduce_node(struct node *n)
{
    const struct charter *c = n->charter;
    char *charter = whole_path(n->config->charter);
    LOG_EVENT(LOG_LEVEL_INFO, "node.started", LOG_S("version", version_software()),
              LOG_N("protocol", version_protocol()), LOG_N("seat", n->seat),
              LOG_S("name", c->seats[n->seat - 1].name), LOG_N("seats", c->seat_count),
              LOG_N("quorum", quorum_size(c->seat_count)),
              LOG_N("height", ledger_height(n->ledger)), LOG_X("council", council_of(n)),
              LOG_S("charter", charter));
    free(charter);
    tell_limits(n);
    tell_concentration(c);
}

void introduce_again(const struct node *n)
{
    LOG_EVENT(LOG_LEVEL_INFO, "log.reopened", LOG_S("version", version_software()),
              LOG_N("protocol", version_protocol()), LOG_N("seat", n->seat),
              LOG_S("name", n->charter->seats[n->seat - 1].name),
              LOG_N("height", ledger_height(n->ledger)), LOG_X("council", council_of(n)));
}
