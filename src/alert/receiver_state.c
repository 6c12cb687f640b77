/* SPDX-License-Identifier: ISC */
#include "alert/courier.h"

#include "base/alloc.h"
#include "control/control.h"

#include <stdio.h>
#include <stdlib.h>

static char *key_of(const char *receiver)
{
    return alloc_printf("receiver/%s", receiver);
}

static uint64_t number(const json_t *o, const char *name)
{
    json_int_t n = json_integer_value(json_object_get(o, name));
    return n > 0 ? (uint64_t)n : 0;
}

void receiver_state_read(struct queue *q, const char *receiver, struct receiver_state *out)
{
    char *key = key_of(receiver);
    char *text = queue_text(q, key);
    json_t *o = text != NULL ? control_parse(slice_of_string(text), NULL) : NULL;
    const char *error = json_string_value(json_object_get(o, "error"));
    *out = (struct receiver_state){
        .is_disabled = json_is_true(json_object_get(o, "disabled")),
        .failures = number(o, "failures"),
        .failing_ms = number(o, "failing_ms"),
        .next_ms = number(o, "next_ms"),
        .delivered = number(o, "delivered"),
        .delivered_ms = number(o, "delivered_ms"),
    };
    (void)snprintf(out->error, sizeof(out->error), "%s", error != NULL ? error : "");
    json_decref(o);
    free(text);
    free(key);
}

void receiver_state_write(struct queue *q, const char *receiver,
                          const struct receiver_state *s)
{
    struct buffer text = {NULL, 0, 0};
    char *key = key_of(receiver);
    json_t *o = json_pack(
        "{s:b,s:I,s:I,s:I,s:I,s:I,s:o}", "disabled", (int)s->is_disabled, "failures",
        (json_int_t)s->failures, "failing_ms", (json_int_t)s->failing_ms, "next_ms",
        (json_int_t)s->next_ms, "delivered", (json_int_t)s->delivered, "delivered_ms",
        (json_int_t)s->delivered_ms, "error", control_text(slice_of_string(s->error)));
    control_format(&text, o);
    text.data[text.size - 1] = '\0'; /* the line feed */
    queue_set_text(q, key, (const char *)text.data);
    json_decref(o);
    buffer_free(&text);
    free(key);
}
