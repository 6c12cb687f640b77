/* SPDX-License-Identifier: ISC */
/* Looking at a cluster, and its trace. */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

/* --- the trace --- */

void cluster_note(struct cluster *c, enum trace_level level, const char *format, ...)
{
    char line[480];
    va_list args;
    if (level > c->config.trace) {
        return;
    }
    int head = snprintf(line, sizeof(line), "%llu ", (unsigned long long)c->now);
    va_start(args, format);
    int length = vsnprintf(line + head, sizeof(line) - (size_t)head - 1, format, args);
    va_end(args);
    size_t size = (size_t)head + (size_t)length;
    size = size < sizeof(line) - 1 ? size : sizeof(line) - 2;
    line[size] = '\n';
    buffer_append(&c->trace, line, size + 1);
    network_absorb(c, slice_of(line, size + 1));
    if (c->config.echo) {
        printf("# %.*s", (int)size + 1, line);
    }
}

void cluster_tell(struct cluster *c, const char *words)
{
    cluster_note(c, TRACE_STORY, "%s", words);
}

const char *cluster_trace(const struct cluster *c)
{
    struct cluster *mutable = (struct cluster *)c;
    buffer_append(&mutable->trace, "", 1);
    mutable->trace.size--;
    return (const char *)c->trace.data;
}

uint64_t cluster_digest(const struct cluster *c)
{
    return c->digest;
}

/* --- looking --- */

const char *cluster_fault(const struct cluster *c)
{
    return c->fault[0] != '\0' ? c->fault : NULL;
}

void cluster_status(const struct cluster *c, uint16_t node, struct pbft_status *out)
{
    assert(cluster_node(c, node)->replica != NULL);
    replica_status(cluster_node(c, node)->replica, out);
}

uint64_t cluster_height(const struct cluster *c, uint16_t node)
{
    return cluster_node(c, node)->disk.height;
}

uint64_t cluster_view(const struct cluster *c, uint16_t node)
{
    struct pbft_status s;
    cluster_status(c, node, &s);
    return s.view;
}

uint64_t cluster_top(const struct cluster *c)
{
    return c->top;
}

struct block *cluster_block(const struct cluster *c, uint64_t height)
{
    assert(height >= 1 && height <= c->top);
    return c->chain[height - 1];
}

const struct hash *cluster_genesis(const struct cluster *c)
{
    return &c->genesis;
}

const struct council *cluster_council(const struct cluster *c, uint16_t node)
{
    assert(cluster_node(c, node)->replica != NULL);
    return replica_council(cluster_node(c, node)->replica);
}

bool cluster_is_expelled(const struct cluster *c, uint16_t seat)
{
    for (uint16_t i = 0; i < c->node_count; i++) {
        const struct node *n = &c->nodes[i];
        if (n->up && !n->faulty && n->disk.height == c->top) {
            return council_is_expelled(replica_council(n->replica), seat);
        }
    }
    return false;
}

bool cluster_replays(const struct cluster *c)
{
    struct council *council = council_new(&c->config.council);
    struct council_result r;
    bool same = true;
    for (uint64_t h = 0; h < c->top && same; h++) {
        council_apply(council, c->chain[h], &r);
        same = hash_equal(&r.state_root, &c->roots[h]);
    }
    council_free(council);
    return same;
}

/* --- marks --- */

void cluster_mark(struct cluster *c, const char *format, ...)
{
    struct cluster_mark mark = {.count = 1};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(mark.name, sizeof(mark.name), format, args);
    va_end(args);
    for (size_t i = 0; i < c->mark_count; i++) {
        if (strcmp(c->marks[i].name, mark.name) == 0) {
            c->marks[i].count++;
            return;
        }
    }
    if (c->mark_count == c->mark_capacity) {
        c->mark_capacity = c->mark_capacity > 0 ? 2 * c->mark_capacity : 32;
        c->marks = alloc_resize(c->marks, c->mark_capacity, sizeof(*c->marks));
    }
    c->marks[c->mark_count++] = mark;
}

const struct cluster_mark *cluster_marks(const struct cluster *c, size_t *count)
{
    *count = c->mark_count;
    return c->marks;
}

void cluster_counts(const struct cluster *c, struct cluster_counts *out)
{
    *out = c->counts;
}

void cluster_show(const struct cluster *c)
{
    for (uint16_t node = 1; node <= c->node_count; node++) {
        const struct node *n = cluster_node(c, node);
        struct replica_load load;
        struct pbft_status s;
        if (!n->up || n->puppet) {
            printf("# node %u: %s\n", node, n->puppet ? "a puppet" : "down");
            continue;
        }
        replica_status(n->replica, &s);
        replica_load(n->replica, &load);
        printf("# node %u:%s view %llu%s height %llu tip %llu executed %llu waiting %u "
               "items %u timer %llu (%lld) back-off %u best (%d %llu %llu) votes "
               "%u/%u%s%s%s\n",
               node, n->faulty ? " faulty" : "", (unsigned long long)s.view,
               s.changing ? " changing" : "", (unsigned long long)s.committed_height,
               (unsigned long long)s.tip_height, (unsigned long long)s.executed_height,
               s.waiting, load.operations, (unsigned long long)s.request_timer_ms,
               s.timer_expires_ms == UINT64_MAX
                   ? -1LL
                   : (long long)(s.timer_expires_ms - node_monotonic(n)),
               s.failed_views, s.best.kind, (unsigned long long)s.best.view,
               (unsigned long long)s.best.height, s.prepares, s.commits,
               s.stopped ? " STOPPED" : "", s.asking ? " asking" : "",
               s.standing.lost ? " LOST" : "");
    }
}
