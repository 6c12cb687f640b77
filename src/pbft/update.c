/* SPDX-License-Identifier: ISC */
#include "base/alloc.h"
#include "pbft/internal.h"
#include "wire/shared.h"

#include <stdlib.h>

struct pbft_action *update_add(struct pbft *p, enum pbft_action_kind kind)
{
    struct pbft_update *u = p->update;
    if (u->count == u->capacity) {
        u->capacity = u->capacity > 0 ? 2 * u->capacity : 16;
        u->actions = alloc_resize(u->actions, u->capacity, sizeof(*u->actions));
    }
    struct pbft_action *a = &u->actions[u->count++];
    *a = (struct pbft_action){.kind = kind};
    return a;
}

void update_send(struct pbft *p, uint16_t seat, const struct message *m)
{
    struct pbft_action *a = update_add(p, PBFT_SEND);
    a->seat = seat;
    a->message = *m;
    message_hold(&a->message);
}

void update_sign(struct pbft *p, const struct message *m)
{
    struct pbft_action *a = update_add(p, PBFT_SIGN);
    a->message = *m;
    message_hold(&a->message);
}

void update_notice(struct pbft *p, enum pbft_notice_kind kind, enum pbft_cause cause,
                   uint64_t view, uint64_t height, uint16_t seat)
{
    struct pbft_action *a = update_add(p, PBFT_NOTICE);
    a->notice = (struct pbft_notice){kind, cause, view, height, seat};
}

void pbft_update_clear(struct pbft_update *u)
{
    for (size_t i = 0; i < u->count; i++) {
        struct pbft_action *a = &u->actions[i];
        switch (a->kind) {
        case PBFT_SIGN:
        case PBFT_SEND:
            message_clear(&a->message);
            break;
        case PBFT_STORE_CANDIDATE:
        case PBFT_COMMIT:
            block_unref(a->block);
            break;
        case PBFT_STORE_BEST:
        case PBFT_CERTIFY:
            certificate_unref(a->certificate);
            break;
        case PBFT_STORE_NEW_VIEW:
            new_view_unref(a->new_view);
            break;
        case PBFT_STORE_STANDING:
        case PBFT_NOTICE:
            break;
        }
    }
    u->count = 0;
    u->wake_ms = NEVER;
}

void pbft_update_free(struct pbft_update *u)
{
    pbft_update_clear(u);
    free(u->actions);
    *u = (struct pbft_update){NULL, 0, 0, NEVER};
}
