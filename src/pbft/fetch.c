/* SPDX-License-Identifier: ISC */
/*
 * What this replica lacks: blocks by hash, ranges of committed blocks, the NEW-VIEW of a
 * view that exists (conclave-protocol(7) section 6, catching up). One question of each kind
 * is out at a time; an unanswered one goes to the next connected seat. Nothing that comes
 * is believed but by its hash or certificate.
 */
#include "pbft/internal.h"
#include "wire/shared.h"

#include <string.h>

enum {
    RETRY_MS = 250,
    RANGE_RETRY_MS = 1000,
    ASKED_MAX = 8, /* a block that so many do not give makes way for another */
    DOUBT_MAX_MS = 8000,
};

/* The next connected seat after the given one; 0 when no other seat is connected. */
static uint16_t next_connected(const struct pbft *p, uint16_t seat)
{
    for (uint16_t i = 0; i < p->config.seats; i++) {
        seat = (uint16_t)(seat % p->config.seats + 1);
        if (p->connected[seat - 1]) {
            return seat;
        }
    }
    return 0;
}

/* --- blocks by hash --- */

static void ask_block(struct pbft *p, uint16_t seat)
{
    p->block_wanted.seat = seat;
    p->block_wanted.asked++;
    p->block_wanted.retry_at = p->now_ms + RETRY_MS;
    if (seat != 0) {
        struct message m = {.tag = MESSAGE_FETCH_BLOCK};
        m.fetch_block.height = p->block_wanted.height;
        m.fetch_block.hash = p->block_wanted.hash;
        update_send(p, seat, &m);
    }
}

static void want(struct pbft *p, uint64_t height, const struct hash *hash)
{
    p->block_wanted.wanted = true;
    p->block_wanted.asked = 0;
    p->block_wanted.height = height;
    p->block_wanted.hash = *hash;
}

void fetch_want_block(struct pbft *p, uint64_t height, const struct hash *hash,
                      uint16_t hint)
{
    bool same = hash_equal(&p->block_wanted.hash, hash);
    if (p->block_wanted.wanted && p->block_wanted.height > p->committed &&
        (same || p->block_wanted.asked < ASKED_MAX)) {
        return; /* one at a time; who still lacks another asks again */
    }
    want(p, height, hash);
    ask_block(p, p->connected[hint - 1] ? hint : next_connected(p, hint));
}

/* Large messages are overtaken by small ones of other seats. */
void fetch_expect_block(struct pbft *p, uint64_t height, const struct hash *hash,
                        uint16_t hint)
{
    if (p->block_wanted.wanted) {
        fetch_want_block(p, height, hash, hint);
        return;
    }
    want(p, height, hash);
    p->block_wanted.seat = hint > 1 ? hint - 1 : p->config.seats;
    p->block_wanted.retry_at = p->now_ms + earlier_of(timers_latest_ms(p), RETRY_MS);
}

bool pbft_wants_block(const struct pbft *p, const struct hash *hash)
{
    return p->block_wanted.wanted && hash_equal(hash, &p->block_wanted.hash);
}

void fetch_on_block(struct pbft *p, struct block *b)
{
    if (pbft_wants_block(p, &b->hash)) {
        p->block_wanted.wanted = false;
        chain_remember(p, b);
    }
}

/* --- ranges --- */

/* A height in a heartbeat costs nothing to say: it counts as far as something came of it,
 * and whoever gave nothing when asked is asked again ever later. */
static bool claims_more(const struct pbft *p, uint16_t seat)
{
    return p->connected[seat - 1] && p->peer_height[seat - 1] > p->committed &&
           p->now_ms >= p->doubted_until[seat - 1];
}

static void doubt(struct pbft *p, uint16_t seat)
{
    unsigned *doubts = &p->peer_doubts[seat - 1];
    uint64_t length = (uint64_t)RANGE_RETRY_MS << earlier_of(*doubts, 4);
    p->doubted_until[seat - 1] = p->now_ms + earlier_of(length, DOUBT_MAX_MS);
    ++*doubts;
}

static uint16_t next_ahead(const struct pbft *p, uint16_t seat)
{
    for (uint16_t i = 0; i < p->config.seats; i++) {
        seat = (uint16_t)(seat % p->config.seats + 1);
        if (claims_more(p, seat)) {
            return seat;
        }
    }
    return 0;
}

/* The highest claim of those who never failed to prove one. */
static uint64_t believed_height(const struct pbft *p)
{
    uint64_t highest = 0;
    for (uint16_t i = 0; i < p->config.seats; i++) {
        if (p->connected[i] && p->peer_doubts[i] == 0) {
            highest = later_of(highest, p->peer_height[i]);
        }
    }
    return highest;
}

bool fetch_is_far_behind(const struct pbft *p)
{
    uint64_t height = believed_height(p);
    return height > p->committed && height - p->committed > p->config.window;
}

/* Block by block from above is slow over a long way, and all of them are held until the
 * last is here. But where view after view prepared and none committed nobody has committed
 * what is missing. */
void fetch_want_chain(struct pbft *p, uint64_t height, const struct hash *hash,
                      uint16_t hint)
{
    bool far = height - p->committed > (uint64_t)2 * p->config.window;
    if (!far || believed_height(p) <= p->committed) {
        fetch_want_block(p, height, hash, hint);
    }
}

static void ask_range(struct pbft *p)
{
    if (p->range_wanted.seat != 0 && p->range_wanted.claim > p->committed) {
        doubt(p, p->range_wanted.seat);
    }
    uint16_t seat =
        next_ahead(p, p->range_wanted.seat != 0 ? p->range_wanted.seat : p->config.seat);
    if (seat == 0) {
        /* A certificate says that there is more, but nobody here has said so yet. */
        p->range_wanted.seat = 0;
        p->range_wanted.retry_at = p->now_ms + RETRY_MS;
        return;
    }
    if (p->range_wanted.seat == 0 && p->peer_doubts[seat - 1] == 0) {
        update_notice(p, PBFT_NOTICE_CATCHING_UP, PBFT_CAUSE_NONE, p->view,
                      p->committed + 1, seat);
    }
    struct message m = {.tag = MESSAGE_FETCH_RANGE};
    m.fetch_range.from = p->committed + 1;
    p->range_wanted.seat = seat;
    p->range_wanted.claim = p->peer_height[seat - 1];
    p->range_wanted.retry_at = p->now_ms + RANGE_RETRY_MS;
    update_send(p, seat, &m);
}

void fetch_on_range(struct pbft *p, const struct range *r, uint16_t from)
{
    uint64_t end = r->from + r->block_count; /* one past the last */
    if (r->block_count == 0 || r->from > p->committed + 1 || end <= p->committed + 1) {
        return;
    }
    size_t skip = p->committed + 1 - r->from;
    struct block *const *blocks = r->blocks + skip;
    if (!hash_equal(&blocks[0]->header.prev_hash, &p->committed_hash)) {
        chain_fork_found(p, r->certificate->what.view, r->from);
        return;
    }
    chain_learn(p, r->certificate);
    if (p->stopped) {
        return;
    }
    /* Something was learned, so the next question may go out at once. */
    p->range_wanted.seat = from;
    p->range_wanted.claim = 0;
    p->range_wanted.retry_at = p->now_ms;
    p->peer_doubts[from - 1] = 0;
    p->doubted_until[from - 1] = 0;
    chain_commit_blocks(p, blocks, r->block_count - skip, r->certificate);
}

void fetch_on_heartbeat(struct pbft *p, const struct heartbeat *h, uint16_t from)
{
    p->peer_height[from - 1] = h->height;
}

/* A peer that is a little ahead is normal; one that stays ahead, or is far, is not. */
static void watch_lag(struct pbft *p)
{
    uint64_t highest = p->commit_goal != NULL ? p->commit_goal->what.height : 0;
    for (uint16_t seat = 1; seat <= p->config.seats; seat++) {
        if (claims_more(p, seat)) {
            highest = later_of(highest, p->peer_height[seat - 1]);
        }
    }
    if (highest <= p->committed) {
        p->range_wanted.seat = 0;
        p->range_wanted.lag_since = NEVER;
        return;
    }
    p->range_wanted.lag_since = earlier_of(p->range_wanted.lag_since, p->now_ms);
    bool far = highest - p->committed > p->config.window;
    bool stays = p->now_ms >= p->range_wanted.lag_since + p->config.timer_floor_ms / 2;
    if ((far || stays || p->range_wanted.seat != 0) &&
        p->now_ms >= p->range_wanted.retry_at) {
        ask_range(p);
    }
}

/* --- NEW-VIEW --- */

static void ask_new_view(struct pbft *p, uint16_t seat)
{
    p->new_view_wanted.seat = seat;
    p->new_view_wanted.retry_at = p->now_ms + RETRY_MS;
    if (seat != 0) {
        struct message m = {.tag = MESSAGE_FETCH_NEW_VIEW};
        m.fetch_new_view.view = p->view;
        update_send(p, seat, &m);
    }
}

void fetch_want_new_view(struct pbft *p, uint16_t hint)
{
    ask_new_view(p, p->connected[hint - 1] ? hint : next_connected(p, hint));
}

void fetch_on_fetch_new_view(struct pbft *p, uint64_t view, uint16_t from)
{
    if (p->new_view != NULL && p->mode == MODE_NORMAL && p->view >= view) {
        struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = p->new_view};
        update_send(p, from, &m);
    }
}

void fetch_progress(struct pbft *p)
{
    if (p->stopped) {
        return;
    }
    if (p->block_wanted.wanted && (p->block_wanted.height <= p->committed ||
                                   chain_known(p, &p->block_wanted.hash) != NULL)) {
        p->block_wanted.wanted = false;
    }
    if (p->block_wanted.wanted && p->now_ms >= p->block_wanted.retry_at) {
        ask_block(p, next_connected(p, p->block_wanted.seat != 0 ? p->block_wanted.seat
                                                                 : p->config.seat));
    }
    if (p->mode == MODE_FOLLOWING && p->new_view == NULL &&
        p->now_ms >= p->new_view_wanted.retry_at) {
        ask_new_view(p, next_connected(p, p->new_view_wanted.seat != 0
                                              ? p->new_view_wanted.seat
                                              : p->config.seat));
    }
    watch_lag(p);
}

uint64_t fetch_wake(const struct pbft *p)
{
    uint64_t wake = NEVER;
    if (p->block_wanted.wanted) {
        wake = earlier_of(wake, p->block_wanted.retry_at);
    }
    if (p->mode == MODE_FOLLOWING && p->new_view == NULL) {
        wake = earlier_of(wake, p->new_view_wanted.retry_at);
    }
    if (p->range_wanted.seat != 0) {
        wake = earlier_of(wake, p->range_wanted.retry_at);
    } else if (p->range_wanted.lag_since != NEVER) {
        wake = earlier_of(
            wake, later_of(p->range_wanted.retry_at,
                           p->range_wanted.lag_since + p->config.timer_floor_ms / 2));
    }
    return wake;
}
