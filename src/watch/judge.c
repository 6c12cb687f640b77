/* SPDX-License-Identifier: ISC */
#include "watch/judge.h"

void judge_flag(const struct judge *j, enum flag_kind kind, uint16_t seat, bool raise,
                bool clear, const char *text)
{
    bool is_up = flags_open(j->book, kind, seat) != NULL;
    if (raise && !is_up) {
        j->tell(j->context, kind, seat, text);
    } else if (clear && is_up) {
        j->tell(j->context, kind, seat, NULL);
    }
}
