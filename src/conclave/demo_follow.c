/* SPDX-License-Identifier: ISC */
#include "conclave/demo_follow.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

struct demo_outcome *demo_follow_find(const struct demo_follow *f, const char *id)
{
    for (size_t i = 0; i < f->count; i++) {
        if (strcmp(f->list[i].id, id) == 0) {
            return &f->list[i];
        }
    }
    return NULL;
}

void demo_follow_add(struct demo_follow *f, const char *id, const char *class_name,
                     const char *title, unsigned proposer, uint64_t now_ms)
{
    if (demo_follow_find(f, id) != NULL) {
        return;
    }
    int class = charter_class_index(f->charter, class_name);
    f->list = alloc_resize(f->list, f->count + 1, sizeof(*f->list));
    f->list[f->count++] = (struct demo_outcome){
        .id = alloc_string(id),
        .class_name = alloc_string(class_name),
        .title = alloc_string(title),
        .proposer = proposer,
        .threshold = class >= 0 ? f->charter->classes[class].threshold : 0,
        .proposed_ms = now_ms,
    };
}

/* "" where it is not there. */
static const char *text(const json_t *params, const char *name)
{
    const char *value = json_string_value(json_object_get(params, name));
    return value != NULL ? value : "";
}

static unsigned number(const json_t *params, const char *name)
{
    return (unsigned)json_integer_value(json_object_get(params, name));
}

static void take_outcome(struct demo_outcome *o, const json_t *params, uint64_t now_ms)
{
    const char *reason = json_string_value(json_object_get(params, "reason"));
    if (!o->decided) {
        o->decided = true;
        o->decided_ms = now_ms;
        o->approved = strcmp(text(params, "outcome"), "approved") == 0;
        o->reason = reason != NULL ? alloc_string(reason) : NULL;
    }
}

void demo_follow_event(struct demo_follow *f, const char *event, const json_t *params,
                       uint64_t now_ms)
{
    if (strcmp(event, "proposal.opened") == 0) {
        demo_follow_add(f, text(params, "id"), text(params, "class"), text(params, "title"),
                        number(params, "proposer"), now_ms);
        return;
    }
    struct demo_outcome *o = demo_follow_find(f, text(params, "proposal"));
    if (o == NULL) {
        return;
    }
    if (strcmp(event, "ballot.recorded") == 0) {
        o->sealed++;
    } else if (strcmp(event, "ballot.revealed") == 0) {
        o->opened++;
    } else if (strcmp(event, "proposal.decided") == 0) {
        take_outcome(o, params, now_ms);
    } else if (strcmp(event, "proposal.final") == 0) {
        take_outcome(o, params, now_ms);
        o->final = true;
        o->approve = number(params, "approve");
        o->reject = number(params, "reject");
        o->abstain = number(params, "abstain");
    }
}

size_t demo_follow_final(const struct demo_follow *f)
{
    size_t final = 0;
    for (size_t i = 0; i < f->count; i++) {
        final += f->list[i].final;
    }
    return final;
}

void demo_follow_free(struct demo_follow *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free(f->list[i].id);
        free(f->list[i].class_name);
        free(f->list[i].title);
        free(f->list[i].reason);
    }
    free(f->list);
    *f = (struct demo_follow){NULL, NULL, 0};
}
