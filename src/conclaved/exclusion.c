/* SPDX-License-Identifier: ISC */
#include "conclaved/exclusion.h"

#include "base/log.h"
#include "conclaved/json.h"
#include "conclaved/publish.h"
#include "wire/codec.h"

#include <string.h>

static void tell_suspended(struct node *n, uint16_t seat, uint64_t until, uint64_t height)
{
    LOG_EVENT(LOG_LEVEL_WARN, "seat.suspended", LOG_N("seat", seat),
              LOG_N("until_epoch", until), LOG_N("height", height));
    json_t *params = json_object();
    json_put_seat(params, "seat", n->charter, seat);
    json_put(params, "until_epoch", json_number(until));
    json_put(params, "height", json_number(height));
    publish(n, "seat.suspended", params);
}

static void tell_reinstated(struct node *n, uint16_t seat, uint64_t height)
{
    LOG_EVENT(LOG_LEVEL_INFO, "seat.reinstated", LOG_N("seat", seat),
              LOG_N("height", height));
    json_t *params = json_object();
    json_put_seat(params, "seat", n->charter, seat);
    json_put(params, "height", json_number(height));
    publish(n, "seat.reinstated", params);
}

void exclusion_tell(struct node *n, const struct block *b)
{
    bool now[SEATS_MAX] = {false};
    struct council_summary summary;
    const struct council *council = replica_council(n->replica);
    list_suspended(n, now);
    council_summarize(council, &summary);
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        bool before = n->suspended[seat - 1];
        if (now[seat - 1] && !before) {
            tell_suspended(n, seat, summary.epoch + 1, b->header.height);
        } else if (before && !now[seat - 1] && !council_is_expelled(council, seat)) {
            tell_reinstated(n, seat, b->header.height);
        }
    }
    memcpy(n->suspended, now, sizeof(now));
}
