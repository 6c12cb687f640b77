/* SPDX-License-Identifier: ISC */
#include "model_check.h"

#include "base/text.h"
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(holds)                                                                       \
    do {                                                                                   \
        if (!(holds)) {                                                                    \
            return #holds;                                                                 \
        }                                                                                  \
    } while (0)

/* Text in an array: it ends there, is whole, and drives no terminal. */
static bool is_text(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    return length < size && text_check(slice_of(text, length), false, NULL) == 0;
}

#define TEXT(array) is_text((array), sizeof(array))

static const char *check_seat(const struct scene_seat *s)
{
    CHECK((s->stages & ~7) == 0);
    CHECK(TEXT(s->hints) && TEXT(s->version) && TEXT(s->expelled_for));
    for (size_t i = 0; i < UI_BEATS; i++) {
        CHECK(s->beats[i] <= BEAT_SLOWEST || s->beats[i] == BEAT_UNKNOWN);
    }
    return NULL;
}

static bool is_choice(uint8_t code)
{
    return code == BALLOT_APPROVE || code == BALLOT_REJECT || code == BALLOT_ABSTAIN;
}

static const char *check_proposal(const struct scene *s, const struct scene_proposal *p)
{
    CHECK(p->references > 0 && p->seats == s->seats && p->seats > 0);
    CHECK(TEXT(p->id) && p->id[0] != '\0' && TEXT(p->reason));
    CHECK(is_text(p->title, UI_TITLE_BYTES) && is_text(p->class_name, UI_NAME_BYTES));
    CHECK(p->phase >= UI_WAITING && p->phase <= UI_FINAL);
    CHECK(p->proposer <= UI_SEATS_MAX);
    for (uint16_t i = 0; i < p->seats; i++) {
        CHECK(p->codes[i] != 0 && strchr("?.cYNAxwlme-", p->codes[i]) != NULL);
        CHECK(p->confidence[i] <= 100 || p->confidence[i] == CONFIDENCE_UNKNOWN);
        CHECK(strchr("#-a.lw!?", scene_pattern(p, i + 1)) != NULL);
        if (p->phase < UI_OPENING) {
            CHECK(!is_choice(p->codes[i]) && p->confidence[i] == CONFIDENCE_UNKNOWN &&
                  p->reveal_blocks[i] == BLOCKS_UNKNOWN);
        }
    }
    CHECK(scene_pattern(p, 0) == '?' && scene_pattern(p, p->seats + 1) == '?');
    CHECK(p->phase >= UI_OPENING || (p->approve == 0 && p->reject == 0 && p->abstain == 0 &&
                                     p->revealed == 0 && !p->approved));
    return NULL;
}

static const char *check_flag(const struct scene *s, const struct scene_flag *f)
{
    CHECK(f->references > 0 && f->seat <= s->seats);
    CHECK(TEXT(f->kind) && TEXT(f->text) && TEXT(f->proposal));
    CHECK(f->letter > ' ' && f->letter < 0x7f);
    CHECK(f->severity >= FLAG_NOTICE && f->severity <= FLAG_CRITICAL);
    CHECK(f->state >= FLAG_NEW && f->state <= FLAG_CLEARED);
    return NULL;
}

static const char *check_order(const struct scene *s)
{
    const struct scene_order *o = &s->order;
    CHECK(TEXT(o->standing) && TEXT(o->state_root) && TEXT(o->tip) && TEXT(o->version));
    CHECK(TEXT(o->role) && TEXT(s->council) && TEXT(s->council_id));
    CHECK(TEXT(s->awaiting.what) && TEXT(s->awaiting.text) && TEXT(s->awaiting.next_text));
    CHECK(o->primary <= s->seats && s->own <= s->seats && s->seats <= UI_SEATS_MAX);
    CHECK(s->votes.pipeline_count <= PIPELINE_MAX &&
          s->votes.latency_count <= LATENCIES_MAX);
    CHECK(s->votes.prepares <= s->seats && s->votes.commits <= s->seats);
    CHECK(scene_alive(s, s->at_ms) <= s->seats);
    for (uint16_t i = s->seats; i < UI_SEATS_MAX; i++) {
        CHECK(!s->awaiting.missing[i] && !s->awaiting.unable[i]);
    }
    return NULL;
}

static bool is_measure(int16_t n)
{
    return n == MEASURE_NONE || n == MEASURE_UNKNOWN || (n >= -1000 && n <= 1000);
}

static bool is_share(uint16_t n, uint16_t most)
{
    return n == SHARE_UNKNOWN || n <= most;
}

static const char *check_likeness(const struct scene *s, const struct scene_likeness *l)
{
    bool placed[UI_SEATS_MAX] = {false};
    CHECK(l->references > 0 && l->seats == s->seats && l->groups <= l->seats);
    CHECK(is_measure(l->least_kappa));
    for (uint16_t i = 0; i < l->seats; i++) {
        CHECK(l->order[i] >= 1 && l->order[i] <= l->seats && !placed[l->order[i] - 1]);
        CHECK(l->group[i] <= l->groups);
        placed[l->order[i] - 1] = true;
        for (uint16_t k = 0; k < i; k++) {
            const struct scene_pair *p =
                scene_pair(l, (uint16_t)(k + 1), (uint16_t)(i + 1));
            CHECK(p != NULL && p == scene_pair(l, (uint16_t)(i + 1), (uint16_t)(k + 1)));
            CHECK(p->window.agreed <= p->window.votes && p->all.agreed <= p->all.votes);
            CHECK(is_measure(p->window.kappa) && is_measure(p->window.low) &&
                  is_measure(p->all.kappa) && is_measure(p->all.high));
        }
    }
    CHECK(scene_pair(l, 1, 1) == NULL && scene_pair(l, 0, 1) == NULL &&
          scene_pair(l, 1, (uint16_t)(l->seats + 1)) == NULL);
    return NULL;
}

static const char *check_tallies(const struct scene *s, const struct scene_tallies *t)
{
    CHECK(t->references > 0 && t->seats == s->seats);
    for (uint16_t i = 0; i < t->seats; i++) {
        for (int p = 0; p < PERIODS; p++) {
            const struct vote_tally *v = &t->seat[i].of[p];
            CHECK(is_share(v->participation, 1000) && is_share(v->agreement, 1000) &&
                  is_share(v->approval, 1000) && is_share(v->confidence, 1000) &&
                  is_share(v->brier, BRIER_MAX));
        }
    }
    return NULL;
}

static const char *check_patterns(const struct scene *s)
{
    const char *wrong = s->likeness != NULL ? check_likeness(s, s->likeness) : NULL;
    CHECK(TEXT(s->patterns_refusal));
    return wrong == NULL && s->tallies != NULL ? check_tallies(s, s->tallies) : wrong;
}

static const char *check_lists(const struct scene *s)
{
    const char *wrong = NULL;
    CHECK(s->final_count <= DECISIONS_MAX && s->flag_count <= FLAGS_MAX);
    CHECK(s->block_count <= BLOCKS_MAX && s->line_count <= LINES_MAX);
    for (size_t i = 0; i < s->open_count && wrong == NULL; i++) {
        CHECK(s->open[i]->phase != UI_FINAL && s->open[i]->record == UNKNOWN);
        wrong = check_proposal(s, s->open[i]);
    }
    for (size_t i = 0; i < s->final_count && wrong == NULL; i++) {
        CHECK(i == 0 || s->final[i]->record < s->final[i - 1]->record);
        CHECK(s->final[i]->phase == UI_FINAL);
        wrong = check_proposal(s, s->final[i]);
    }
    for (size_t i = 0; i < s->flag_count && wrong == NULL; i++) {
        CHECK(i == 0 || s->flags[i]->id < s->flags[i - 1]->id);
        wrong = check_flag(s, s->flags[i]);
    }
    for (size_t i = 0; i < s->block_count && wrong == NULL; i++) {
        CHECK(i == 0 || s->blocks[i]->height < s->blocks[i - 1]->height);
        CHECK(TEXT(s->blocks[i]->hash) && s->blocks[i]->primary <= s->seats);
    }
    for (size_t i = 0; i < s->line_count && wrong == NULL; i++) {
        const struct scene_line *l = s->lines[i];
        CHECK(i == 0 || l->key < s->lines[i - 1]->key);
        CHECK(TEXT(l->event) && is_text(l->text, 16384) && l->seat <= s->seats);
        CHECK(l->level >= LINE_DEBUG && l->level <= LINE_GAP);
    }
    return wrong;
}

const char *scene_check(const struct scene *s)
{
    const char *wrong = check_order(s);
    for (uint16_t i = 0; i < s->seats && wrong == NULL; i++) {
        wrong = check_seat(&s->seat[i]);
        const struct seat_card *c = &s->cards[i];
        CHECK(TEXT(c->name) && TEXT(c->jurisdiction) && TEXT(c->speciality) &&
              TEXT(c->vendor) && TEXT(c->model_family) && TEXT(c->address));
    }
    wrong = wrong != NULL ? wrong : check_patterns(s);
    return wrong != NULL ? wrong : check_lists(s);
}

static const char *check_requests(struct model *m)
{
    struct buffer out = {NULL, 0, 0};
    unsigned count = 0;
    bool good = true;
    while (model_next_request(m, &out) && count++ < 1000) {
        struct slice line = slice_of(out.data, out.size - 1);
        json_t *request = control_parse(line, NULL);
        good = good && out.data[out.size - 1] == '\n' &&
               memchr(line.data, '\n', line.size) == NULL &&
               json_is_string(json_object_get(request, "method")) &&
               json_is_string(json_object_get(request, "id"));
        json_decref(request);
        out.size = 0;
    }
    buffer_free(&out);
    CHECK(good && count < 1000);
    return NULL;
}

const char *model_check(struct model *m)
{
    const struct scene *s = model_scene(m);
    const char *wrong = scene_check(s);
    CHECK(model_decisions(m) == s->final_count);
    for (size_t i = 0; i < s->final_count && i < 3 && wrong == NULL; i++) {
        struct scene past;
        CHECK(model_past(m, s->final[i]->record, &past));
        CHECK(past.past && past.final_count == s->final_count - i &&
              past.final[0] == s->final[i]);
        wrong = scene_check(&past);
        scene_free(&past);
    }
    return wrong != NULL ? wrong : check_requests(m);
}
