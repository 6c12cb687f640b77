/* SPDX-License-Identifier: ISC */
#include "details.h"

#include "base/alloc.h"
#include "control/control.h"
#include "fixture.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWERS_MAX = 16, KEY_BYTES = 80 };

struct answer {
    enum detail_kind kind;
    char key[KEY_BYTES];
    enum detail_state state;
    json_t *value;
    const char *refusal;
};

struct model {
    struct answer answers[ANSWERS_MAX];
    size_t count;
    char wanted[2000];
};

struct model *details_new(void)
{
    control_library_init();
    return alloc_zero(1, sizeof(struct model));
}

void details_free(struct model *m)
{
    for (size_t i = 0; i < m->count; i++) {
        json_decref(m->answers[i].value);
    }
    free(m);
}

static struct answer *add(struct model *m, enum detail_kind kind, const char *key,
                          enum detail_state state)
{
    assert(m->count < ANSWERS_MAX);
    struct answer *a = &m->answers[m->count++];
    a->kind = kind;
    a->state = state;
    (void)snprintf(a->key, sizeof(a->key), "%s", key);
    return a;
}

void details_put_json(struct model *m, enum detail_kind kind, const char *key,
                      json_t *value)
{
    add(m, kind, key, DETAIL_HERE)->value = value;
}

void details_put(struct model *m, enum detail_kind kind, const char *key, const char *json)
{
    if (json == NULL) {
        (void)add(m, kind, key, DETAIL_ASKED);
        return;
    }
    json_t *value = json_loads(json, 0, NULL);
    assert(value != NULL);
    details_put_json(m, kind, key, value);
}

void details_refuse(struct model *m, enum detail_kind kind, const char *key,
                    const char *words)
{
    add(m, kind, key, DETAIL_REFUSED)->refusal = words;
}

struct detail model_detail(const struct model *m, enum detail_kind kind, const char *key)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct answer *a = &m->answers[i];
        if (a->kind == kind && strcmp(a->key, key) == 0) {
            return (struct detail){a->state, a->value, a->refusal};
        }
    }
    return (struct detail){.state = DETAIL_NONE};
}

static void note(struct model *m, const char *what, const char *which)
{
    size_t at = strlen(m->wanted);
    (void)snprintf(m->wanted + at, sizeof(m->wanted) - at, "%s %s\n", what, which);
}

void model_want_detail(struct model *m, enum detail_kind kind, const char *key,
                       uint64_t now_ms)
{
    static const char *const kinds[] = {"proposal", "flag",    "block",
                                        "verify",   "charter", "diversity"};
    (void)now_ms;
    note(m, kinds[kind], key);
}

void model_want_page(struct model *m, enum page_kind kind)
{
    static const char *const kinds[] = {"decisions", "blocks", "flags", "log"};
    note(m, "page", kinds[kind]);
}

void model_want_patterns(struct model *m, enum patterns_kind kind, uint64_t now_ms)
{
    (void)now_ms;
    note(m, "patterns", kind == PATTERNS_SEATS ? "seats" : "pairs");
}

void model_want_height(struct model *m, uint64_t height)
{
    (void)height;
    note(m, "height", "");
}

const char *details_wanted(const struct model *m)
{
    return m->wanted;
}

/* --- a proposal --- */

static const char *const rationales[] = {
    "The evaluation covers the intended population, and the residual risk is borne by "
    "those "
    "who can carry it.",
    "Two of the four safeguards are promises. I would approve with a review after a year.",
    "The evidence does not say how the error rate was measured.\nWithout that the figure "
    "means nothing.",
    "Precedent: decision 1391.",
    "",
};
static const char *const harmful[] = {
    "\x1b[2J\x1b]0;owned\x07 cleared your screen",
    "\u202eesrever\u2066 \u200bhidden",
    "日本語の理由はここに書かれている日本語の理由はここに書かれている",
    "z\u0300\u0301\u0302\u0303\u0304\u0305algo a\u0300b",
    "\xc2\x9b"
    "31m\xc2\x85 c1",
};

static char *long_word(void)
{
    char *out = alloc(4097);
    memset(out, 'x', 4096);
    out[4096] = '\0';
    return out;
}

static json_t *rationale(uint16_t seat, bool hostile)
{
    const size_t count = sizeof(rationales) / sizeof(rationales[0]);
    if (hostile && seat == 1) {
        char *text = long_word();
        json_t *out = json_string(text);
        free(text);
        return out;
    }
    return json_string(hostile ? harmful[seat % count] : rationales[seat % count]);
}

static json_t *moment(uint64_t height, uint64_t time_ms)
{
    return json_pack("{s:I, s:I}", "height", (json_int_t)height, "time_ms",
                     (json_int_t)time_ms);
}

void details_put_proposal(struct model *m, const struct scene *s,
                          const struct scene_proposal *p, bool hostile)
{
    static const char text[] =
        "The applicant asks that the certificate be issued for two years.\n\n"
        "The system sorts incoming cases by urgency. A nurse confirms each. In the trial "
        "of "
        "4,210 cases it agreed with the nurse in 96.1 per cent, and was slower in none.";
    json_t *seats = json_array();
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        /* Whatever the scene has: the view must not show what is not open. */
        (void)json_array_append_new(
            seats,
            json_pack("{s:i, s:s, s:s, s:s, s:i, s:o}", "seat", seat, "name",
                      s->cards[seat - 1].name, "status", "revealed", "choice", "approve",
                      "confidence", 88, "rationale", rationale(seat, hostile)));
    }
    json_t *out = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:n, s:o}", "id", p->id, "title",
        hostile ? harmful[0] : p->title, "text", hostile ? harmful[1] : text, "evidence",
        "{\"trial\":{\"cases\":4210,\"agreement\":0.961},\"sites\":[\"north\",\"east\"],"
        "\"open\":[],\"signed\":true}",
        "payload", "3b1c0f6d7e2a49586b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c",
        "opened", moment(p->opened_height, p->opened_ms), "sealed", "seats", seats);
    details_put_json(m, DETAIL_PROPOSAL, p->id, out);
}

/* --- a block --- */

static json_t *hex(uint64_t from, unsigned digits)
{
    char out[129];
    for (unsigned i = 0; i < digits; i++) {
        out[i] = "0123456789abcdef"[fixture_random(from, i + 300, 16)];
    }
    out[digits] = '\0';
    return json_string(out);
}

static json_t *operation(const struct scene *s, unsigned number)
{
    json_t *out = json_object();
    uint16_t seat = (uint16_t)(1 + number % s->seats);
    static const char *const kinds[] = {"ballot", "propose", "reveal", "evidence",
                                        "return"};
    const char *kind = kinds[number % 5];
    (void)json_object_set_new(out, "kind", json_string(kind));
    (void)json_object_set_new(out, "id", hex(number, 64));
    (void)json_object_set_new(out, "seat", json_integer(seat));
    (void)json_object_set_new(out, "name", json_string(s->cards[seat - 1].name));
    if (number % 5 == 1) {
        (void)json_object_set_new(out, "class", json_string("reciprocity"));
        (void)json_object_set_new(
            out, "title",
            json_string("Recognise the certificates of a free port registry"));
        (void)json_object_set_new(out, "text", json_string("For three years."));
        (void)json_object_set_new(out, "evidence", json_null());
    } else if (number % 5 == 3) {
        (void)json_object_set_new(out, "evidence", json_string("prepare"));
        (void)json_object_set_new(
            out, "first",
            json_pack("{s:i, s:i, s:o}", "view", 12, "height", 48201, "block", hex(1, 64)));
        (void)json_object_set_new(
            out, "second",
            json_pack("{s:i, s:i, s:o}", "view", 12, "height", 48201, "block", hex(2, 64)));
    } else if (number % 5 != 4) {
        (void)json_object_set_new(out, "proposal",
                                  number % 5 == 2 && s->open_count > 1
                                      ? json_string(s->open[number % 2]->id)
                                      : hex(number + 1, 64));
    }
    if (number % 5 == 0) {
        (void)json_object_set_new(out, "commitment", hex(number + 2, 64));
    } else if (number % 5 == 2) {
        (void)json_object_set_new(out, "choice", json_string("reject"));
        (void)json_object_set_new(out, "confidence", json_integer(71));
        (void)json_object_set_new(out, "rationale", json_string(rationales[number % 4]));
    }
    return out;
}

void details_put_block(struct model *m, const struct scene *s, uint64_t height,
                       unsigned envelopes, unsigned operations)
{
    char key[24];
    json_t *list = json_array(), *signers = json_array();
    for (unsigned i = 0; i < envelopes; i++) {
        json_t *within = json_array();
        for (unsigned k = 0; k < operations; k++) {
            (void)json_array_append_new(within, operation(s, i * operations + k));
        }
        (void)json_array_append_new(
            list, json_pack("{s:i, s:s, s:s, s:o, s:o}", "seat", 1 + (int)(i % s->seats),
                            "name", s->cards[i % s->seats].name, "sort",
                            i % 2 == 0 ? "signed" : "unsigned", "id", hex(i + 50, 64),
                            "operations", within));
    }
    for (unsigned seat = 1; seat <= s->quorum; seat++) {
        (void)json_array_append_new(signers, json_integer(seat + (seat > 4)));
    }
    json_t *out =
        json_pack("{s:I, s:i, s:o, s:o, s:o, s:o, s:o, s:{s:I, s:i, s:o}}", "height",
                  (json_int_t)height, "view", 12, "hash", hex(height, 64), "prev_hash",
                  hex(height - 1, 64), "ops_root", hex(height + 7, 64), "state_root",
                  hex(height + 8, 64), "envelopes", list, "certificate", "height",
                  (json_int_t)height + 1, "view", 12, "seats", signers);
    (void)snprintf(key, sizeof(key), "%" PRIu64, height);
    details_put_json(m, DETAIL_BLOCK, key, out);
}
