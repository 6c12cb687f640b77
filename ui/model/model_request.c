/* SPDX-License-Identifier: ISC */
#include "ui/model/inside.h"

#include "control/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *method;
} asks[ASK_COUNT] = {
    [ASK_SUBSCRIBE] = {"subscribe", "subscribe"},
    [ASK_SEATS] = {"seats", "seats"},
    [ASK_STATUS] = {"status", "status"},
    [ASK_VOTES] = {"votes", "votes"},
    [ASK_HEARTBEATS] = {"heartbeats", "heartbeats"},
    [ASK_FLAGS] = {"flags", "flags"},
    [ASK_RECORDS] = {"records", "records"},
    [ASK_LOG] = {"log", "log"},
    [ASK_BLOCKS] = {"blocks", "blocks"},
    [ASK_BALLOTS] = {"ballots", "proposal"},
    [ASK_PROPOSAL] = {"proposal", "proposal"},
    [ASK_FLAG] = {"flag", "flag"},
    [ASK_BLOCK] = {"block", "block"},
    [ASK_VERIFY] = {"verify", "verify"},
    [ASK_CHARTER] = {"charter", "charter"},
    [ASK_ACT] = {"act", ""},
};

/* All that the model is made of, and nothing that comes for each frame of each seat. */
static const char subscription[] =
    "\"events\":[\"block.\",\"view.\",\"council.\",\"state.\",\"proposal.\",\"ballot.\","
    "\"seat.\",\"peer.\",\"epoch.\",\"operation.void\",\"agent.\",\"node.\",\"flag.\","
    "\"votes\",\"heartbeats\",\"log.line\"]";

static struct request *find(struct model *m, enum ask ask, const char *key)
{
    for (size_t i = 0; i < m->request_count; i++) {
        struct request *r = &m->requests[i];
        if (r->ask == ask && strcmp(r->key, key) == 0) {
            return r;
        }
    }
    return NULL;
}

bool request_is_there(const struct model *m, enum ask ask, const char *key)
{
    return find((struct model *)m, ask, key) != NULL;
}

struct request *request_add(struct model *m, enum ask ask, const char *key, uint64_t number)
{
    if (!m->connected || m->request_count == REQUESTS_MAX || find(m, ask, key) != NULL ||
        strlen(key) >= UI_ID_BYTES) {
        return NULL;
    }
    struct request *r = &m->requests[m->request_count++];
    *r = (struct request){.ask = ask, .number = number};
    (void)snprintf(r->key, sizeof(r->key), "%s", key);
    return r;
}

static void request_free(struct request *r)
{
    free(r->line);
    free(r->what);
}

static void remove_request(struct model *m, struct request *r)
{
    request_free(r);
    size_t index = (size_t)(r - m->requests);
    m->request_count--;
    memmove(r, r + 1, (m->request_count - index) * sizeof(*r));
}

void requests_drop(struct model *m)
{
    for (size_t i = 0; i < m->request_count; i++) {
        struct request *r = &m->requests[i];
        if (r->ask == ASK_ACT) {
            char text[300];
            (void)snprintf(text, sizeof(text), "%s: %s", r->what,
                           r->sent ? "the connection ended before the node answered"
                                   : "not sent: there is no connection");
            act_outcome(m, false, text);
        }
        request_free(r);
    }
    m->request_count = 0;
}

/* --- out --- */

static void put(struct buffer *out, const char *text)
{
    buffer_append(out, text, strlen(text));
}

static void put_number(struct buffer *out, const char *name, uint64_t number)
{
    char text[64];
    (void)snprintf(text, sizeof(text), ",\"%s\":%" PRIu64, name, number);
    put(out, text + (out->data[out->size - 1] == '{'));
}

static void put_page(struct buffer *out, const struct request *r, const char *name,
                     uint64_t limit)
{
    put_number(out, "limit", limit);
    if (r->number != UNKNOWN) {
        put_number(out, name, r->number);
    }
}

static void put_params(struct buffer *out, const struct request *r)
{
    put(out, ",\"params\":{");
    switch (r->ask) {
    case ASK_SUBSCRIBE:
        put(out, subscription);
        break;
    case ASK_FLAGS:
        put(out, r->key[0] != '\0' ? "\"state\":\"all\"" : "\"state\":\"open\"");
        put_page(out, r, "before", FLAGS_PAGE);
        break;
    case ASK_RECORDS:
        put_page(out, r, "before", RECORDS_PAGE);
        break;
    case ASK_LOG:
        put_page(out, r, "before", LOG_PAGE);
        break;
    case ASK_BLOCKS:
        put_page(out, r, "from", r->number == UNKNOWN ? BLOCKS_FIRST : BLOCKS_PAGE);
        break;
    case ASK_BALLOTS:
    case ASK_PROPOSAL:
        put(out, "\"id\":\"");
        put(out, r->key);
        put(out, r->ask == ASK_BALLOTS ? "\",\"rationales_of\":[]" : "\"");
        break;
    case ASK_FLAG:
        put(out, "\"id\":");
        put(out, r->key);
        break;
    case ASK_BLOCK:
    case ASK_VERIFY:
        put(out, "\"height\":");
        put(out, r->key);
        if (r->ask == ASK_BLOCK) {
            put_number(out, "from", r->number);
        }
        break;
    case ASK_SEATS:
    case ASK_STATUS:
    case ASK_VOTES:
    case ASK_HEARTBEATS:
    case ASK_CHARTER:
    case ASK_ACT:
    case ASK_COUNT:
        break;
    }
    put(out, "}");
}

static void put_request(struct buffer *out, const struct request *r)
{
    if (r->line != NULL) {
        put(out, r->line);
        return;
    }
    put(out, "{\"jsonrpc\":\"2.0\",\"id\":\"");
    put(out, asks[r->ask].name);
    if (r->key[0] != '\0' || r->number != UNKNOWN) {
        char text[32] = "";
        if (r->number != UNKNOWN) {
            (void)snprintf(text, sizeof(text), ".%" PRIu64, r->number);
        }
        put(out, ".");
        put(out, r->key);
        put(out, text);
    }
    put(out, "\",\"method\":\"");
    put(out, asks[r->ask].method);
    put(out, "\"");
    put_params(out, r);
    put(out, "}\n");
}

/* What something has changed, but not oftener than it is worth. */
static void refresh(struct model *m, bool *wanted, uint64_t *asked_ms, enum ask ask)
{
    bool due = m->now_ms < *asked_ms || m->now_ms - *asked_ms >= REFRESH_MS;
    if (*wanted && due && request_add(m, ask, "", UNKNOWN) != NULL) {
        *wanted = false;
        *asked_ms = m->now_ms;
    }
}

bool model_next_request(struct model *m, struct buffer *out)
{
    if (!m->connected) {
        return false;
    }
    if (m->subscribed) {
        refresh(m, &m->want_status, &m->status_ms, ASK_STATUS);
        refresh(m, &m->want_seats, &m->seats_ms, ASK_SEATS);
    }
    for (size_t i = 0; i < m->request_count; i++) {
        struct request *r = &m->requests[i];
        if (!r->sent) {
            r->sent = true;
            put_request(out, r);
            return true;
        }
    }
    return false;
}

/* --- in --- */

struct answer_id {
    enum ask ask;
    char key[UI_ID_BYTES];
    uint64_t number;
};

/* "blocks..812", "block.812.0", "seats" */
static bool read_id(const char *text, struct answer_id *out)
{
    size_t name = strcspn(text, ".");
    for (out->ask = 0; out->ask < ASK_COUNT; out->ask++) {
        const char *known = asks[out->ask].name;
        if (strlen(known) == name && strncmp(known, text, name) == 0) {
            break;
        }
    }
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
        detail_answered(m, id->ask, id->key, id->number, NULL);
        break;
    case ASK_ACT:
    case ASK_COUNT:
        break;
    }
}

static void take_error(struct model *m, const struct answer_id *id,
                       const struct value *error)
{
    bool detail = id->ask >= ASK_PROPOSAL && id->ask <= ASK_CHARTER;
    const struct value *code = value_get(error, "code");
    if (detail) {
        detail_answered(m, id->ask, id->key, id->number, error);
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
    struct request *r = find(m, id.ask, id.key);
    if (id.ask == ASK_ACT) {
        if (r != NULL && r->sent) {
            act_answered(m, r, error);
            remove_request(m, r);
        } else {
            m->nonsense++;
        }
        return;
    }
    if (r != NULL && r->number == id.number) {
        remove_request(m, r);
    }
    if (error != NULL) {
        take_error(m, &id, error);
    } else {
        take_result(m, &id, result);
    }
}
