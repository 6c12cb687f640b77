/* SPDX-License-Identifier: ISC */
/* An alert in one line, for the subject of a mail. */
#include "alert/alert.h"

#include "base/alloc.h"
#include "base/text.h"
#include "control/control.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *string(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));
    return s != NULL ? s : "?";
}

static int64_t number(const json_t *o, const char *name)
{
    return (int64_t)json_integer_value(json_object_get(o, name));
}

static char *flag_text(const json_t *data, const json_t *flag, const char *type)
{
    const char *turn = strchr(type, '.');
    char *seat = json_is_integer(json_object_get(flag, "seat"))
                     ? alloc_printf(", seat %" PRId64 " %s", number(flag, "seat"),
                                    string(flag, "name"))
                     : alloc_string("");
    char *text =
        alloc_printf("%s: %s %s%s: %s", string(data, "severity"), string(flag, "kind"),
                     turn != NULL ? turn + 1 : type, seat, string(flag, "text"));
    free(seat);
    return text;
}

static char *describe(const json_t *all)
{
    const char *type = string(all, "type");
    const json_t *data = json_object_get(all, "data");
    const json_t *flag = json_object_get(data, "flag");
    const json_t *decision = json_object_get(data, "decision");
    const json_t *stall = json_object_get(data, "stall");
    if (flag != NULL) {
        return flag_text(data, flag, type);
    }
    if (decision != NULL) {
        return alloc_printf("decision %" PRId64 " %s: %s", number(decision, "record"),
                            string(decision, "outcome"), string(decision, "title"));
    }
    if (stall != NULL && strcmp(type, "council.stalled") == 0) {
        return alloc_printf("the council stands still: %s", string(stall, "text"));
    }
    return alloc_printf("%s at %s", type, string(data, "node_name"));
}

char *alert_text(struct slice body)
{
    struct buffer safe = {NULL, 0, 0};
    json_t *all = control_parse(body, NULL);
    char *text = describe(all);
    text_escape(&safe, slice_of_string(text), "");
    free(text);
    json_decref(all);
    char *out = alloc_printf("%.*s", (int)safe.size, (const char *)safe.data);
    buffer_free(&safe);
    return out;
}
