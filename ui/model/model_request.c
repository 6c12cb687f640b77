/* SPDX-License-Identifier: ISC */
#include "ui/model/inside.h"

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
    [ASK_DIVERSITY] = {"diversity", "diversity"},
    [ASK_PATTERNS] = {"patterns", "patterns"},
    [ASK_ACT] = {"act", ""},
};

/* All that the model is made of, and nothing that comes for each frame of each seat. */
static const char subscription[] =
    "\"events\":[\"block.\",\"view.\",\"council.\",\"state.\",\"proposal.\",\"ballots\","
    "\"seat.\",\"peer.\",\"epoch.\",\"operation.void\",\"agent.\",\"node.\",\"flag.\","
    "\"votes\",\"heartbeats\",\"log.line\"]";

enum ask ask_named(const char *name, size_t size)
{
    enum ask ask = 0;
    while (ask < ASK_COUNT &&
           (strlen(asks[ask].name) != size || strncmp(asks[ask].name, name, size) != 0)) {
        ask++;
    }
    return ask;
}

struct request *request_find(struct model *m, enum ask ask, const char *key)
{
    for (size_t i = 0; i < m->request_count; i++) {
        struct request *r = &m->requests[i];
        if (r->ask == ask && strcmp(r->key, key) == 0) {
            return r;
        }
    }
    return NULL;
}

struct request *request_add(struct model *m, enum ask ask, const char *key, uint64_t number)
{
    if (!m->connected || m->request_count == REQUESTS_MAX ||
        request_find(m, ask, key) != NULL || strlen(key) >= UI_ID_BYTES) {
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

void request_remove(struct model *m, struct request *r)
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
    case ASK_PATTERNS:
        put(out, "\"parts\":[");
        put(out, patterns_parts(r->key));
        put(out, "]");
        if (r->number != UNKNOWN) {
            put_number(out, "from", r->number);
        }
        break;
    case ASK_SEATS:
    case ASK_STATUS:
    case ASK_VOTES:
    case ASK_HEARTBEATS:
    case ASK_CHARTER:
    case ASK_DIVERSITY:
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
