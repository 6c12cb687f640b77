/* SPDX-License-Identifier: ISC */
/* What the stories of this folder share: a council that has begun, and its good end. */
#ifndef CONCLAVE_TESTS_STORY_H
#define CONCLAVE_TESTS_STORY_H

#include "cluster/cluster.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define UNUSED_OK __attribute__((unused))

/* $STORY shows what happens. */
static struct cluster *story_new(const struct cluster_config *k)
{
    struct cluster_config config = *k;
    config.echo = getenv("STORY") != NULL;
    return cluster_new(&config);
}

/* All seats up, view 0 at work, nothing waiting. */
UNUSED_OK static struct cluster *story_begin(const struct cluster_config *k)
{
    struct cluster *c = story_new(k);
    cluster_start_all(c);
    cluster_run(c, 1000);
    return c;
}

UNUSED_OK static struct cluster *story_of(uint16_t seats)
{
    struct cluster_config k;
    cluster_config_defaults(&k, seats);
    return story_begin(&k);
}

/* Everything decides within ms and nothing was wrong. Frees the cluster. */
UNUSED_OK static bool story_end(struct cluster *c, uint64_t ms, const char *name)
{
    uint64_t begin = cluster_now(c);
    bool rest = cluster_run_to_rest(c, ms);
    bool good = ok(rest && cluster_fault(c) == NULL, "%s: all decides (%llu ms)", name,
                   (unsigned long long)(cluster_now(c) - begin));
    if (!good) {
        printf("# %s\n", cluster_fault(c) != NULL ? cluster_fault(c) : "nothing decides");
        cluster_show(c);
    }
    cluster_free(c);
    return good;
}

UNUSED_OK static uint32_t story_failed_views(const struct cluster *c, uint16_t seat)
{
    struct pbft_status s;
    cluster_status(c, seat, &s);
    return s.failed_views;
}

/* Whether the trace has these words. */
UNUSED_OK static bool story_tells(const struct cluster *c, const char *words)
{
    return strstr(cluster_trace(c), words) != NULL;
}

#endif
