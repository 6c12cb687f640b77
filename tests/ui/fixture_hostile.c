/* SPDX-License-Identifier: ISC */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static const char *const evil[] = {
    "\x1b[2J\x1b[31mred", /* clears the screen */
    "\xe2\x80\xae"
    "txt.exe",                                          /* from right to left */
    "\xe6\x9d\x89\xe6\x9c\xa8\xe6\x9d\x89\xe6\x9c\xa8", /* wide */
    "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84x",               /* more marks than a cell takes */
    "\xff\xfe\x80"
    "bad", /* not UTF-8 */
    "a\nb\tc\rd",
    "\xe2\x80\x8b\xe2\x81\xa0"
    "ghost", /* of no width */
    "\xc2\x9b"
    "31mC1",
    "",
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac", /* joined */
};
enum { EVIL = sizeof(evil) / sizeof(evil[0]) };

static void put(char *out, size_t size, size_t which)
{
    (void)snprintf(out, size, "%s", evil[which % EVIL]);
}

static void spoil_seat(struct scene *s, uint16_t number)
{
    struct scene_seat *seat = &s->seat[number - 1];
    struct seat_card *card = (struct seat_card *)&s->cards[number - 1];
    put(card->name, sizeof(card->name), number - 1U);
    put(card->jurisdiction, sizeof(card->jurisdiction), number);
    put(card->speciality, sizeof(card->speciality), number + 1U);
    put(card->vendor, sizeof(card->vendor), number + 2U);
    put(card->model_family, sizeof(card->model_family), number + 3U);
    put(card->address, sizeof(card->address), number + 4U);
    put(seat->hints, sizeof(seat->hints), number + 5U);
    put(seat->version, sizeof(seat->version), number + 6U);
    if (number % 4 == 1) {
        seat->height = seat->view = UNKNOWN - 1;
        seat->round_trip_ms = UNKNOWN - 1;
        seat->clock_offset_ms = INT64_MAX;
        seat->ballots = seat->with_outcome = seat->missed = seat->streak = UINT32_MAX;
    }
    if (number % 4 == 2) {
        seat->heard_ms = s->at_ms + 86400000; /* in the future */
        memset(seat->beats, 200, sizeof(seat->beats));
    }
    if (number % 4 == 3) {
        seat->height = seat->view = seat->heard_ms = seat->round_trip_ms = UNKNOWN;
        seat->totals_known = false;
        seat->told = false;
    }
}

void fixture_hostile(struct scene *s)
{
    put(s->council, sizeof(s->council), 0);
    put(s->order.standing, sizeof(s->order.standing), 1);
    put(s->awaiting.what, sizeof(s->awaiting.what), 1);
    put(s->awaiting.text, sizeof(s->awaiting.text), 0);
    put(s->awaiting.next_text, sizeof(s->awaiting.next_text), 4);
    s->awaiting.have = UINT32_MAX;
    s->votes.prepares = UINT32_MAX;
    s->votes.commits = 0;
    s->order.height = UNKNOWN - 1;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        spoil_seat(s, seat);
    }
    for (size_t i = 0; i < s->open_count; i++) {
        s->open[i]->title = evil[i % EVIL];
        s->open[i]->class_name = evil[(i + 1) % EVIL];
        s->open[i]->approve = UINT32_MAX;
        s->open[i]->codes[0] = 0x1b;
    }
    for (size_t i = 0; i < s->final_count; i++) {
        s->final[i]->title = evil[i % EVIL];
        put(s->final[i]->reason, sizeof(s->final[i]->reason), i + 1);
        s->final[i]->codes[i % s->seats] = (uint8_t)(i * 37);
        s->final[i]->proposer = UINT16_MAX;
    }
    for (size_t i = 0; i < s->flag_count; i++) {
        put(s->flags[i]->kind, sizeof(s->flags[i]->kind), i);
        put(s->flags[i]->text, sizeof(s->flags[i]->text), i + 4);
        s->flags[i]->letter = "\x1b\x80"
                              "F"[i % 3];
        s->flags[i]->seat = i % 2 == 0 ? UINT16_MAX : s->flags[i]->seat;
    }
    for (size_t i = 0; i < s->line_count; i++) {
        size_t room = strlen(s->lines[i]->text) + 1;
        put(s->lines[i]->text, room, i);
        put(s->lines[i]->event, sizeof(s->lines[i]->event), i + 2);
    }
}
