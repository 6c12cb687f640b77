/* SPDX-License-Identifier: ISC */
#include "scenario.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

enum {
    DELAY_MS = 10,
    PATIENCE_MS = 500, /* VIEW-CHANGEs for one view are parted for so long */
    ROUNDS_MS = 20000, /* all rounds are over by then */
    REST_MS = 120000,  /* and everything is decided so long after */
    FOUNDING_MS = 500, /* the council of which clones are made */
    TURN_MS = 1500,    /* a round of theirs */
    TWIN_CLOCK_MS = 3, /* so that two halves make two blocks */
};

/* What a half of a seat said of something of which a seat may say one thing. */
struct saying {
    uint16_t seat;
    int kind;
    uint64_t view, height;
    struct hash said;
};

struct play {
    const struct scenario *scenario;
    struct cluster *cluster;
    struct finding *out;
    bool over;                         /* the rounds: nothing is parted any more */
    uint64_t first_change[ROUNDS_MAX]; /* when it was asked for that view; 0: not yet */
    struct saying *sayings;
    size_t count, capacity;
};

static uint16_t nodes_of(const struct scenario *s)
{
    return (uint16_t)(s->seats + s->twin_count);
}

/* --- two halves, two stories --- */

static void note(struct play *p, const struct saying *x)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct saying *o = &p->sayings[i];
        if (o->seat == x->seat && o->kind == x->kind && o->view == x->view &&
            o->height == x->height) {
            p->out->equivocated = p->out->equivocated || !hash_equal(&o->said, &x->said);
            return;
        }
    }
    if (p->count == p->capacity) {
        p->capacity = p->capacity > 0 ? 2 * p->capacity : 64;
        p->sayings = alloc_resize(p->sayings, p->capacity, sizeof(*p->sayings));
    }
    p->sayings[p->count++] = *x;
}

static void note_message(struct play *p, uint16_t from, const struct message *m)
{
    struct saying x = {.seat = cluster_seat_of(p->cluster, from), .kind = m->tag};
    if (!cluster_is_faulty(p->cluster, from) || p->out->equivocated) {
        return;
    }
    if (m->tag == MESSAGE_PRE_PREPARE) {
        const struct block *b = m->pre_prepare.block;
        x.kind = MESSAGE_PREPARE;
        x.view = b->header.view;
        x.height = b->header.height;
        x.said = b->hash;
        note(p, &x);
    } else if (m->tag == MESSAGE_PREPARE || m->tag == MESSAGE_COMMIT) {
        x.view = m->vote.view;
        x.height = m->vote.height;
        x.said = m->vote.block;
        note(p, &x);
    } else if (m->tag == MESSAGE_NEW_VIEW) {
        x.view = m->new_view->view;
        x.said = m->new_view->changes_hash;
        note(p, &x);
    }
}

/* --- rounds that are views --- */

static uint64_t view_of(struct cluster *c, uint16_t from, const struct message *m)
{
    switch (m->tag) {
    case MESSAGE_PRE_PREPARE:
        return m->pre_prepare.block->header.view;
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        return m->vote.view;
    case MESSAGE_VIEW_CHANGE:
        return m->view_change.change.view;
    case MESSAGE_NEW_VIEW:
        return m->new_view->view;
    case MESSAGE_FETCH_NEW_VIEW:
        return m->fetch_new_view.view;
    case MESSAGE_ENVELOPE:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_RANGE:
        return cluster_view(c, from);
    case MESSAGE_HEARTBEAT:
    case MESSAGE_ASK:
    case MESSAGE_REPORT:
    case MESSAGE_CHECKPOINT:
        break;
    }
    return UINT64_MAX;
}

static bool is_deaf(uint8_t place, const struct message *m)
{
    return (m->tag == MESSAGE_PREPARE && place % DEAF_TO_COMMITS >= DEAF_TO_PREPARES) ||
           (m->tag == MESSAGE_COMMIT && place >= DEAF_TO_COMMITS);
}

static bool passes(struct cluster *c, void *context, uint16_t from, uint16_t to,
                   const struct message *m)
{
    struct play *p = context;
    const struct scenario *s = p->scenario;
    uint64_t view = view_of(c, from, m);
    note_message(p, from, m);
    if (s->clones || p->over || view >= s->rounds) {
        return true;
    }
    if (m->tag == MESSAGE_VIEW_CHANGE) {
        uint64_t *first = &p->first_change[view];
        *first = *first != 0 ? *first : cluster_now(c);
        if (cluster_now(c) > *first + PATIENCE_MS) {
            return true;
        }
    }
    if (view >= p->out->depended) {
        p->out->depended = (unsigned)view + 1;
    }
    const uint8_t *places = s->places[view];
    return places[from - 1] % GROUPS_MAX == places[to - 1] % GROUPS_MAX &&
           !is_deaf(places[to - 1], m);
}

static bool rounds_are_over(struct cluster *c, void *context)
{
    const struct play *p = context;
    for (uint16_t node = 1; node <= cluster_nodes(c); node++) {
        if (!cluster_is_faulty(c, node) && cluster_view(c, node) < p->scenario->rounds) {
            return false;
        }
    }
    return true;
}

/* --- rounds of time, in which a node keeps to one half of a seat --- */

/* Each node keeps the half of every twin that it has, while that is in its group. */
static void choose_halves(const struct scenario *s, const uint8_t *groups,
                          uint16_t held[][TWINS_MAX])
{
    for (uint16_t node = 1; node <= nodes_of(s); node++) {
        for (uint16_t i = 0; i < s->twin_count; i++) {
            uint16_t halves[] = {s->twins[i], (uint16_t)(s->seats + 1 + i)};
            uint16_t *own = &held[node - 1][i];
            if (*own != 0 && groups[*own - 1] == groups[node - 1]) {
                continue;
            }
            *own = 0;
            for (int h = 0; h < 2 && *own == 0; h++) {
                *own = groups[halves[h] - 1] == groups[node - 1] ? halves[h] : 0;
            }
        }
    }
}

static bool keeps_to(const struct scenario *s, uint16_t held[][TWINS_MAX], uint16_t node,
                     uint16_t peer)
{
    for (uint16_t i = 0; i < s->twin_count; i++) {
        if (peer == s->twins[i] || peer == s->seats + 1 + i) {
            return held[node - 1][i] == peer;
        }
    }
    return true;
}

static void part(struct play *p, const uint8_t *groups, uint16_t held[][TWINS_MAX])
{
    const struct scenario *s = p->scenario;
    choose_halves(s, groups, held);
    for (uint16_t a = 1; a <= nodes_of(s); a++) {
        for (uint16_t b = 1; b <= nodes_of(s); b++) {
            bool open = groups[a - 1] == groups[b - 1] && keeps_to(s, held, a, b) &&
                        keeps_to(s, held, b, a);
            if (a != b) {
                cluster_set_link(p->cluster, a, b, !open, 0);
            }
        }
    }
    cluster_connect(p->cluster);
}

/* --- a scenario --- */

static struct cluster *build(const struct scenario *s)
{
    struct cluster_config k;
    cluster_config_defaults(&k, s->seats);
    k.quorum = s->quorum;
    k.seed = s->seed;
    k.trace = s->trace ? TRACE_STORY : TRACE_NOTHING;
    k.echo = s->trace;
    k.delay_ms = DELAY_MS;
    k.core.rotate_every = 1;
    k.core.timer_floor_ms = 100;
    k.core.timer_ceiling_ms = 1000;
    k.council.classes[0].commit_ms = 4000;
    k.council.classes[0].reveal_ms = 2000;
    k.council.classes[0].grace_ms = 100;
    struct cluster *c = cluster_new(&k);
    bool stubborn = !s->clones || s->stubborn;
    for (uint16_t i = 0; i < s->twin_count; i++) {
        cluster_set_voting(c, s->twins[i], !stubborn);
        uint16_t twin = cluster_add_twin(c, s->twins[i]);
        cluster_set_clock(c, twin, TWIN_CLOCK_MS);
        if (stubborn) {
            cluster_set_stubborn(c, s->twins[i]);
            cluster_set_stubborn(c, twin);
        }
    }
    return c;
}

static void fail(struct finding *out, const char *words)
{
    if (out->fault[0] == '\0') {
        (void)snprintf(out->fault, sizeof(out->fault), "%s", words);
    }
}

static void look(struct play *p)
{
    struct cluster *c = p->cluster;
    for (uint16_t node = 1; node <= p->scenario->seats; node++) {
        struct pbft_status status;
        if (cluster_is_faulty(c, node)) {
            continue;
        }
        cluster_status(c, node, &status);
        if (status.stopped || status.standing.lost) {
            fail(p->out, "a correct seat has stopped, or lost its state");
        }
        p->out->view = status.view > p->out->view ? status.view : p->out->view;
    }
    for (uint16_t i = 0; i < p->scenario->twin_count; i++) {
        p->out->expelled =
            p->out->expelled || cluster_is_expelled(c, p->scenario->twins[i]);
    }
    p->out->height = cluster_top(c);
    p->out->ended_ms = cluster_now(c);
}

static uint16_t first_correct(struct cluster *c)
{
    uint16_t node = 1;
    while (cluster_is_faulty(c, node)) {
        node++;
    }
    return node;
}

static void play_views(struct play *p)
{
    struct cluster *c = p->cluster;
    cluster_set_filter(c, passes, p);
    cluster_start_all(c);
    (void)cluster_propose(c, first_correct(c), p->scenario->seats);
    (void)cluster_run_until(c, rounds_are_over, p, ROUNDS_MS);
    p->over = true;
}

/* The second half of each seat is a copy of its first, made while that ran. */
static void clone_twins(struct play *p)
{
    const struct scenario *s = p->scenario;
    for (uint16_t i = 0; i < s->twin_count; i++) {
        uint16_t twin = (uint16_t)(s->seats + 1 + i);
        struct cluster_backup *b = cluster_copy_disk(p->cluster, s->twins[i]);
        cluster_restore_disk(p->cluster, twin, b, true);
        cluster_backup_free(b);
    }
}

static void play_clones(struct play *p)
{
    static const uint8_t together[PARTED_MAX];
    const struct scenario *s = p->scenario;
    struct cluster *c = p->cluster;
    uint16_t held[PARTED_MAX][TWINS_MAX] = {{0}};
    cluster_set_filter(c, passes, p);
    part(p, together, held);
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        cluster_start(c, seat);
    }
    cluster_run(c, FOUNDING_MS);
    (void)cluster_propose(c, first_correct(c), s->seats);
    clone_twins(p);
    cluster_start_all(c);
    for (unsigned round = 0; round < s->rounds; round++) {
        part(p, s->places[round], held);
        cluster_run(c, TURN_MS);
    }
    part(p, together, held);
}

/* A council that is divided need not be waited for. */
static bool come_to_rest(struct cluster *c)
{
    bool rests = false;
    for (unsigned ms = 0; ms < REST_MS && !rests && cluster_fault(c) == NULL; ms += 1000) {
        rests = cluster_run_to_rest(c, 1000);
    }
    return rests;
}

void scenario_run(const struct scenario *s, struct finding *out)
{
    struct play p = {.scenario = s, .out = out};
    *out = (struct finding){.fault = ""};
    p.cluster = build(s);
    if (s->clones) {
        play_clones(&p);
    } else {
        play_views(&p);
    }
    bool rests = come_to_rest(p.cluster);
    if (cluster_fault(p.cluster) != NULL) {
        fail(out, cluster_fault(p.cluster));
    } else if (!rests) {
        fail(out, "what is pending is not decided");
    }
    look(&p);
    if (s->clones && (out->equivocated || out->expelled)) {
        fail(out, "the halves of a seat contradict each other");
    }
    cluster_free(p.cluster);
    free(p.sayings);
}

/* --- as text --- */

static const char letters[] = "0123456789abcdefghij";

void scenario_write(const struct scenario *s, char *out, size_t size)
{
    size_t used = 0;
    for (unsigned round = 0; round < s->rounds; round++) {
        for (uint16_t node = 1; node <= nodes_of(s) && used + 2 < size; node++) {
            out[used++] = letters[s->places[round][node - 1]];
        }
        if (round + 1 < s->rounds && used + 2 < size) {
            out[used++] = ',';
        }
    }
    out[used] = '\0';
}

bool scenario_read(struct scenario *s, const char *text)
{
    for (s->rounds = 0; *text != '\0' && s->rounds < ROUNDS_MAX; s->rounds++) {
        for (uint16_t node = 1; node <= nodes_of(s); node++, text++) {
            const char *letter = *text != '\0' ? strchr(letters, *text) : NULL;
            if (letter == NULL) {
                return false;
            }
            s->places[s->rounds][node - 1] = (uint8_t)(letter - letters);
        }
        text += *text == ',';
    }
    return *text == '\0' && s->rounds > 0;
}
