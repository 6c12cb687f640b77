/* SPDX-License-Identifier: ISC */
/* A recording fed to a console's models at its own time, faster or slower. */
#ifndef CONCLAVE_UI_PLAYBACK_H
#define CONCLAVE_UI_PLAYBACK_H

#include "ui/console/console.h"
#include "ui/model/recording.h"

struct playback {
    struct player *player;
    struct console *console;
    double speed;
    uint64_t from_ms, since_ms; /* at since, by the monotonic clock, it was from */
    uint64_t fed_ms;            /* all up to here is in the models */
};

void playback_begin(struct playback *p, struct player *player, struct console *console,
                    double speed);
/* The recording's present. */
uint64_t playback_now_ms(const struct playback *p);
/* Feeds what is due, up to a limit: true when there is more. */
bool playback_turn(struct playback *p);
/* To a time of the recording, and on from there. */
void playback_seek(struct playback *p, uint64_t time_ms);
/* Feeds all of it. */
void playback_all(struct playback *p);
/* When something is due, by the monotonic clock. */
uint64_t playback_wake_ms(const struct playback *p);

#endif
