/* SPDX-License-Identifier: ISC */
/* Answers, by the ids that they come under. */
#include "ui/model/inside.h"

#include "control/control.h"

#include <stdlib.h>
#include <string.h>

struct answer_id {
    enum ask ask;
    char key[UI_ID_BYTES];
    uint64_t number;
};

/* "blocks..812", "block.812.0", "seats" */
static bool read_id(const char *text, struct answer_id *out)
{
    size_t name = strcspn(text, ".");
    out->ask = ask_named(text, name);
    const char *key = text + name + (text[name] == '.');
    size_t size = strcspn(key, ".");
    if (out->ask == ASK_COUNT || size >= UI_ID_BYTES) {
        return false;
    }
    memcpy(out->key, key, size);
    out->key[size] = '\0';
    out->number = UNKNOWN;
    if (key[size] == '.') {
        const char *digits = key + size + 1;
        size_t count = strspn(digits, "0123456789");
        if (count == 0 || count > 18 || digits[count] != '\0') {
            return false;
        }
        out->number = strtoull(digits, NULL, 10);
    }
    return true;
}

static void subscribed(struct model *m, const struct value *result)
{
    m->subscribed = true;
    status_apply(m, value_get(result, "status"));
    open_apply(m, value_get(result, "open"));
    if (m->lost_ms != UNKNOWN) {
        log_add_gap(m);
        m->lost_ms = UNKNOWN;
    }
}

static void take_result(struct model *m, const struct answer_id *id,
                        const struct value *result)
{
    switch (id->ask) {
    case ASK_SUBSCRIBE:
        subscribed(m, result);
        break;
    case ASK_SEATS:
        seats_apply(m, result);
        break;
    case ASK_STATUS:
        status_apply(m, result);
        break;
    case ASK_VOTES:
        votes_apply(m, result);
        break;
    case ASK_HEARTBEATS:
        heartbeats_apply(m, result);
        break;
    case ASK_FLAGS:
        flags_apply(m, result, id->key[0] != '\0', id->number);
        break;
    case ASK_RECORDS:
        records_apply(m, result, id->number);
        break;
    case ASK_LOG:
        log_apply(m, result);
        break;
    case ASK_BLOCKS:
        blocks_apply(m, result, id->number);
        break;
    case ASK_BALLOTS:
        open_ballots(m, result);
        break;
    case ASK_PROPOSAL:
    case ASK_FLAG:
    case ASK_BLOCK:
    case ASK_VERIFY:
    case ASK_CHARTER:
    case ASK_DIVERSITY:
        detail_answered(m, id->ask, id->key, id->number, NULL);
        break;
    case ASK_PATTERNS:
        patterns_apply(m, result, id->number);
        break;
    case ASK_ACT:
    case ASK_COUNT:
        break;
    }
}

static void take_error(struct model *m, const struct answer_id *id,
                       const struct value *error)
{
    bool detail = id->ask >= ASK_PROPOSAL && id->ask <= ASK_DIVERSITY;
    const struct value *code = value_get(error, "code");
    if (detail) {
        detail_answered(m, id->ask, id->key, id->number, error);
    } else if (id->ask == ASK_PATTERNS) {
        patterns_refused(m, error);
    } else if (!value_is(code, VALUE_INTEGER) || code->number != CONTROL_UNKNOWN_METHOD) {
        /* An older node lacks some; anything else somebody should know. A proposal may
         * have gone meanwhile. */
        if (id->ask != ASK_BALLOTS) {
            char words[200];
            value_copy_text(words, sizeof(words), error, "message");
            log_add_words(m, "control.refused", words);
        }
    }
}

void request_answered(struct model *m, const char *text, const struct value *result,
                      const struct value *error)
{
    struct answer_id id;
    if (!read_id(text, &id)) {
        m->nonsense++;
        return;
    }
    struct request *r = request_find(m, id.ask, id.key);
    if (id.ask == ASK_ACT) {
        if (r != NULL && r->sent) {
            act_answered(m, r, error);
            request_remove(m, r);
        } else {
            m->nonsense++;
        }
        return;
    }
    if (r != NULL && r->number == id.number) {
        request_remove(m, r);
    }
    if (error != NULL) {
        take_error(m, &id, error);
    } else {
        take_result(m, &id, result);
    }
}
