/* SPDX-License-Identifier: ISC */
#include "conclaved/disk.h"

#include "base/log.h"
#include "conclaved/flagging.h"
#include "conclaved/node.h"

static void tell_slow(const struct node *n, uint64_t took_ms)
{
    if (took_ms >= n->config->slow_store_ms) {
        LOG_EVENT(LOG_LEVEL_WARN, "store.slow", LOG_N("ms", took_ms),
                  LOG_N("slow_store_ms", n->config->slow_store_ms),
                  LOG_S("data", n->config->data));
    }
}

void disk_synced(struct node *n, uint64_t commits, uint64_t last_us)
{
    bool is_new = commits != n->disk.commits;
    n->disk.commits = commits;
    if (is_new) {
        tell_slow(n, last_us / 1000);
    }
}

void disk_settled(struct node *n, uint64_t took_ms)
{
    tell_slow(n, took_ms);
    /* Quick ones would only hide how long turns wait. */
    if (took_ms >= n->config->slow_store_ms) {
        samples_add(&n->flagging->own.synced_us, took_ms * 1000);
    }
}

void disk_look(struct node *n, uint64_t free_bytes)
{
    uint64_t least = DISK_LOW_BYTES;
    if (!n->disk.is_low && free_bytes < least) {
        n->disk.is_low = true;
        LOG_EVENT(LOG_LEVEL_WARN, "disk.low", LOG_N("free_bytes", free_bytes),
                  LOG_N("least_bytes", least), LOG_S("data", n->config->data),
                  LOG_S("cure", "free space: the node stops where it cannot write"));
    } else if (n->disk.is_low && free_bytes >= 2 * least) {
        n->disk.is_low = false;
        LOG_EVENT(LOG_LEVEL_INFO, "disk.good", LOG_N("free_bytes", free_bytes),
                  LOG_S("data", n->config->data));
    }
}
