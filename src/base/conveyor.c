/* SPDX-License-Identifier: ISC */
#include "base/conveyor.h"

#include "base/alloc.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct worker {
    struct conveyor *conveyor;
    unsigned number;
    pthread_t thread;
};

/* Items lie in a ring, numbered as they come: taken <= claimed <= made. */
struct conveyor {
    struct conveyor_line line;
    unsigned char *items;
    bool *done;
    size_t size;
    bool ended;               /* nothing more is made */
    bool handed_out;          /* the item before taken is the caller's */
    struct worker *workers;   /* [0] is the caller */
    unsigned threads;         /* that run, beside it */
    pthread_mutex_t mutex;    /* of what the threads share: done, and all below but taken */
    pthread_cond_t work, end; /* there is something to claim; one is done */
    uint64_t taken, claimed, made;
    bool stopping;
};

static size_t slot(const struct conveyor *c, uint64_t number)
{
    return (size_t)(number % c->size);
}

static void *item_at(struct conveyor *c, uint64_t number)
{
    return c->items + slot(c, number) * c->line.item_bytes;
}

static void clear_item(struct conveyor *c, uint64_t number)
{
    void *item = item_at(c, number);
    c->line.clear(c->line.context, item);
    memset(item, 0, c->line.item_bytes);
    c->done[slot(c, number)] = false;
}

/* The oldest that nobody works on; the mutex is held, but for the work itself. */
static void work_on_one(struct conveyor *c, unsigned worker)
{
    uint64_t number = c->claimed++;
    (void)pthread_mutex_unlock(&c->mutex);
    c->line.work(c->line.context, worker, item_at(c, number));
    (void)pthread_mutex_lock(&c->mutex);
    c->done[slot(c, number)] = true;
}

static void *run(void *argument)
{
    struct worker *w = argument;
    struct conveyor *c = w->conveyor;
    (void)pthread_mutex_lock(&c->mutex);
    while (!c->stopping) {
        if (c->claimed == c->made) {
            (void)pthread_cond_wait(&c->work, &c->mutex);
        } else {
            work_on_one(c, w->number);
            (void)pthread_cond_signal(&c->end);
        }
    }
    (void)pthread_mutex_unlock(&c->mutex);
    return NULL;
}

struct conveyor *conveyor_new(const struct conveyor_line *line, unsigned jobs, size_t ahead)
{
    assert(jobs >= 1 && ahead >= 1);
    struct conveyor *c = alloc_zero(1, sizeof(*c));
    c->line = *line;
    c->size = ahead;
    c->items = alloc_zero(ahead, line->item_bytes);
    c->done = alloc_zero(ahead, sizeof(*c->done));
    c->workers = alloc_zero(jobs, sizeof(*c->workers));
    (void)pthread_mutex_init(&c->mutex, NULL);
    (void)pthread_cond_init(&c->work, NULL);
    (void)pthread_cond_init(&c->end, NULL);
    for (unsigned i = 1; i < jobs; i++) {
        c->workers[i] = (struct worker){.conveyor = c, .number = i};
        if (pthread_create(&c->workers[i].thread, NULL, run, &c->workers[i]) != 0) {
            break;
        }
        c->threads = i;
    }
    return c;
}

/* What is made becomes the threads' all at once. */
static void make_ahead(struct conveyor *c)
{
    uint64_t made = c->made;
    while (!c->ended && made - c->taken < c->size) {
        c->ended = !c->line.make(c->line.context, item_at(c, made));
        made += !c->ended;
    }
    (void)pthread_mutex_lock(&c->mutex);
    uint64_t more = made - c->made;
    c->made = made;
    if (more == 1) {
        (void)pthread_cond_signal(&c->work);
    } else if (more > 1) {
        (void)pthread_cond_broadcast(&c->work);
    }
    (void)pthread_mutex_unlock(&c->mutex);
}

void *conveyor_next(struct conveyor *c)
{
    if (c->handed_out) {
        clear_item(c, c->taken - 1);
        c->handed_out = false;
    }
    make_ahead(c);
    if (c->taken == c->made) {
        return NULL;
    }
    (void)pthread_mutex_lock(&c->mutex);
    while (!c->done[slot(c, c->taken)]) {
        if (c->claimed < c->made) {
            work_on_one(c, 0);
        } else {
            (void)pthread_cond_wait(&c->end, &c->mutex);
        }
    }
    (void)pthread_mutex_unlock(&c->mutex);
    c->handed_out = true;
    return item_at(c, c->taken++);
}

void conveyor_free(struct conveyor *c)
{
    (void)pthread_mutex_lock(&c->mutex);
    c->stopping = true;
    (void)pthread_cond_broadcast(&c->work);
    (void)pthread_mutex_unlock(&c->mutex);
    for (unsigned i = 1; i <= c->threads; i++) {
        (void)pthread_join(c->workers[i].thread, NULL);
    }
    for (uint64_t i = c->taken - c->handed_out; i < c->made; i++) {
        clear_item(c, i);
    }
    (void)pthread_mutex_destroy(&c->mutex);
    (void)pthread_cond_destroy(&c->work);
    (void)pthread_cond_destroy(&c->end);
    free(c->workers);
    free(c->done);
    free(c->items);
    free(c);
}
