/* SPDX-License-Identifier: ISC */
/* What the tests of restore-safe seats share: seat 4 of 4 fed by hand, q = 3, and what the
 * others report of it. */
#ifndef CONCLAVE_TESTS_STANDING_H
#define CONCLAVE_TESTS_STANDING_H

#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

#include <string.h>

#define UNUSED_OK __attribute__((unused))

static struct pbft_config config;
static struct pbft_saved saved;

UNUSED_OK static struct hand *restart(void)
{
    return hand_new_with(&config, &saved);
}

UNUSED_OK static struct hand *begin(void)
{
    hand_config(&config, 4, 4);
    hand_saved(&config, &saved);
    saved.standing.founded = true;
    return restart();
}

/* A seat is there, but has reported nothing. */
UNUSED_OK static void connect_only(struct hand *h, uint16_t seat)
{
    struct pbft_event e = {.kind = PBFT_CONNECTED, .seat = seat};
    hand_event(h, &e);
}

/* What a seat knows of seat 4: nothing, or what the caller fills in. */
static struct message report_of(uint64_t view)
{
    struct message m = {.tag = MESSAGE_REPORT};
    m.report.seat = 4;
    m.report.view = view;
    return m;
}

UNUSED_OK static void report(struct hand *h, uint16_t seat, uint64_t view)
{
    struct message m = report_of(view);
    hand_message(h, seat, &m);
}

UNUSED_OK static struct block *first_block(uint64_t view)
{
    struct hash parent = hand_hash(1);
    return hand_block(1, &parent, view, 0, 0);
}

#endif
