/* SPDX-License-Identifier: ISC */
/* Items come out in their order and worked on once, however many threads there are, and
 * each is cleared once, taken or not. */
#include "base/conveyor.h"
#include "tap.h"

#include <stdatomic.h>
#include <string.h>

enum { JOBS_MAX = 5, ITEMS_MAX = 2000 };

struct item {
    unsigned number; /* from 1 */
    unsigned worked;
};

struct plant {
    unsigned target, made, cleared;
    unsigned asked_after_end;
    atomic_uint busy[JOBS_MAX]; /* threads with this number at work */
    atomic_uint clashes;
    atomic_uint others;    /* items that not the caller worked on */
    unsigned out_max, out; /* made and not cleared */
    bool ended;
};

static bool make(void *context, void *item)
{
    struct plant *p = context;
    struct item *i = item;
    p->asked_after_end += p->ended;
    p->ended = p->made == p->target;
    if (p->ended) {
        return false;
    }
    *i = (struct item){.number = ++p->made, .worked = i->number + i->worked};
    p->out++;
    p->out_max = p->out > p->out_max ? p->out : p->out_max;
    return true;
}

/* Some take much longer than others, so that they end in another order. */
static void work(void *context, unsigned worker, void *item)
{
    struct plant *p = context;
    struct item *i = item;
    p->clashes += p->busy[worker]++ != 0;
    for (volatile unsigned n = 0; n < (i->number % 7) * 1000; n++) {
    }
    i->worked++;
    p->others += worker != 0;
    p->busy[worker]--;
}

static void clear(void *context, void *item)
{
    struct plant *p = context;
    struct item *i = item;
    p->cleared++;
    p->out--;
    i->worked = 100; /* what the next one in its place must not see */
}

static struct conveyor *start(struct plant *p, unsigned target, unsigned jobs, size_t ahead)
{
    memset(p, 0, sizeof(*p));
    p->target = target;
    const struct conveyor_line line = {p, sizeof(struct item), make, work, clear};
    return conveyor_new(&line, jobs, ahead);
}

static void test_all(unsigned jobs, size_t ahead)
{
    struct plant p;
    struct conveyor *c = start(&p, ITEMS_MAX, jobs, ahead);
    unsigned taken = 0, wrong = 0;
    for (const struct item *i; (i = conveyor_next(c)) != NULL;) {
        wrong += i->number != ++taken || i->worked != 1;
    }
    ok(conveyor_next(c) == NULL && p.asked_after_end == 0, "after the last there is none");
    conveyor_free(c);
    ok(taken == ITEMS_MAX && wrong == 0, "%u jobs, %zu ahead: all in order, worked on once",
       jobs, ahead);
    is(p.cleared, ITEMS_MAX, "each is cleared");
    is(p.clashes, 0, "no two threads have one number");
    ok(p.out_max <= ahead, "no more than asked for are made ahead");
    ok(jobs > 1 || p.others == 0, "the caller alone where it is the only one");
}

static void test_left(unsigned jobs)
{
    struct plant p;
    struct conveyor *c = start(&p, ITEMS_MAX, jobs, 8);
    for (unsigned i = 0; i < 3; i++) {
        (void)conveyor_next(c);
    }
    conveyor_free(c);
    ok(p.made >= 3 && p.cleared == p.made, "%u jobs: what is left is cleared", jobs);
    c = start(&p, 0, jobs, 8);
    ok(conveyor_next(c) == NULL, "nothing to make");
    conveyor_free(c);
    is(p.cleared, 0, "and nothing to clear");
    c = start(&p, ITEMS_MAX, jobs, 8);
    conveyor_free(c);
    ok(p.cleared == p.made, "freed at once");
}

int main(void)
{
    for (unsigned jobs = 1; jobs <= JOBS_MAX; jobs++) {
        test_all(jobs, 1);
        test_all(jobs, 2 * jobs);
        test_left(jobs);
    }
    return tap_done();
}
