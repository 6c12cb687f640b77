/* SPDX-License-Identifier: ISC */
#include "ui/console/inside.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdio.h>

static const struct scene_flag *find_flag(const struct scene *s, uint64_t id)
{
    for (size_t i = 0; i < s->flag_count; i++) {
        if (s->flags[i]->id == id) {
            return s->flags[i];
        }
    }
    return NULL;
}

/* The next open flag in the order shown, from the newest on, round about. */
static const struct scene_flag *next_flag(const struct scene *s, uint64_t id, int step)
{
    size_t at = step > 0 ? s->flag_count - 1 : 0; /* before the first, of none yet */
    for (size_t i = 0; i < s->flag_count; i++) {
        at = s->flags[i]->id == id ? i : at;
    }
    for (size_t n = 1; n <= s->flag_count; n++) {
        size_t ahead = step > 0 ? n : s->flag_count - n;
        const struct scene_flag *f = s->flags[(at + ahead) % s->flag_count];
        if (f->state != FLAG_CLEARED) {
            return f;
        }
    }
    return NULL;
}

/* Puts the cursor of the view shown on the seat's row; false where it has none. */
static bool go_to_seat(struct console *c, uint16_t seat, uint64_t now_ms)
{
    struct view_context ctx;
    struct rows all;
    const struct view *v = views[c->view];
    bool found = false;
    if (seat == 0 || v->seat == NULL || v->tail) {
        return false;
    }
    console_rows(c, now_ms, &ctx, &all);
    for (size_t i = 0; i < all.count && !found; i++) {
        if (v->seat(&ctx, all.at[i]) == seat) {
            struct pane *pane = console_pane(c);
            pane->key = v->key(&ctx, all.at[i]);
            pane->index = i;
            found = true;
        }
    }
    rows_free(&all);
    return found;
}

void flag_step(struct console *c, int step, uint64_t now_ms)
{
    struct council *at = console_here(c);
    const struct scene *s = console_scene(c);
    const struct scene_flag *f = s->flag_count > 0 ? next_flag(s, at->flag, step) : NULL;
    if (f == NULL) {
        console_say(c, true, now_ms, "there is no flag");
        return;
    }
    at->flag = f->id;
    bool council = c->view == VIEW_COUNCIL && at->states[VIEW_COUNCIL].depth == 0;
    if (!council || !go_to_seat(c, f->seat, now_ms)) {
        struct view_state *flags = &at->states[VIEW_FLAGS];
        console_show(c, VIEW_FLAGS);
        flags->depth = 0;
        flags->panes[0].key = f->id;
    }
    console_say(c, true, now_ms, "flag %" PRIu64 ": %s", f->id, f->text);
}

/* What an acknowledgement is meant for: the flag under the cursor, or the worst of the
 * cursor's seat, or the one last gone to. */
static const struct scene_flag *meant(struct console *c, uint64_t now_ms)
{
    struct council *at = console_here(c);
    const struct scene *s = console_scene(c);
    const struct scene_flag *f = NULL;
    if (c->view == VIEW_FLAGS) {
        struct view_context ctx;
        struct rows all;
        const struct view_state *state = console_state(c);
        if (state->depth > 0) {
            return find_flag(s, state->subject[1]);
        }
        console_rows(c, now_ms, &ctx, &all);
        if (all.count > 0) {
            f = find_flag(s, views[VIEW_FLAGS]->key(&ctx, all.at[all.cursor]));
        }
        rows_free(&all);
        return f;
    }
    uint16_t seat = move_seat(c, now_ms);
    f = seat != 0 ? scene_worst_flag(s, seat) : NULL;
    return f != NULL ? f : find_flag(s, at->flag);
}

void flag_acknowledge(struct console *c, uint64_t now_ms)
{
    const struct scene_flag *f = meant(c, now_ms);
    if (c->options.readonly || c->options.replay) {
        console_say(c, false, now_ms, "%s: nothing can be acknowledged",
                    c->options.replay ? "this is a replay" : "read only");
        return;
    }
    if (f == NULL) {
        console_say(c, false, now_ms, "there is no flag here");
        return;
    }
    if (f->state != FLAG_NEW) {
        console_say(c, true, now_ms, "flag %" PRIu64 " is %s already", f->id,
                    f->state == FLAG_CLEARED ? "cleared" : "acknowledged");
        return;
    }
    char what[64];
    json_t *params = json_object();
    json_t *ids = json_array();
    (void)snprintf(what, sizeof(what), "acknowledged flag %" PRIu64, f->id);
    (void)json_array_append_new(ids, json_integer((json_int_t)f->id));
    (void)json_object_set_new(params, "ids", ids);
    model_act(console_here(c)->model, "flags.ack", params, what);
    console_changed(c);
}
