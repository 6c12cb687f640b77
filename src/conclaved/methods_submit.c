/* SPDX-License-Identifier: ISC */
/* The methods that lead to operations: propose, and what agents say. */
#include "conclaved/methods.h"

#include "base/text.h"
#include "conclaved/agents.h"
#include "conclaved/events.h"
#include "conclaved/flagging.h"
#include "conclaved/json.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    NONCE_BYTES = 16,
    AGENT_NAME_MAX = 64,
    FAILURE_MAX = COMPLAINT_BYTES,
    CLASS_TEXT_MAX = 256
};

/* Text that will be signed obeys the text rules, or every node would refuse it. */
static struct slice take_text(struct parameters *p, const char *name, size_t max,
                              bool required, bool multiline)
{
    struct slice text = parameters_text(p, name, max, required);
    size_t where = 0;
    if (text_check(text, multiline, &where) != 0) {
        parameters_fail(p,
                        "the parameter %s has a forbidden character at byte %zu: control "
                        "and bidirectional ones are not allowed%s",
                        name, where, multiline ? ", but line feed and tab" : "");
    }
    return text;
}

static uint32_t take_class(struct parameters *p, const struct charter *c)
{
    struct slice name = parameters_text(p, "class", CLASS_TEXT_MAX, true);
    if (p->failed) {
        return 0;
    }
    int index = charter_class_index(c, (const char *)name.data);
    if (index >= 0) {
        return (uint32_t)index;
    }
    struct buffer list = {NULL, 0, 0};
    for (uint32_t i = 0; i < c->class_count; i++) {
        buffer_append(&list, i > 0 ? ", " : "", i > 0 ? 2 : 0);
        buffer_append(&list, c->classes[i].name, strlen(c->classes[i].name));
    }
    parameters_fail(p, "the charter has no class of that name; it has: %.*s",
                    (int)list.size, (const char *)list.data);
    buffer_free(&list);
    return 0;
}

/* Compact text of an object: as it is where the text rules allow, else in ASCII. The
 * caller frees. */
static char *evidence_text(const json_t *object)
{
    size_t flags = JSON_COMPACT | control_digits(object);
    char *text = json_dumps(object, flags);
    if (text_check(slice_of_string(text), true, NULL) != 0) {
        free(text);
        text = json_dumps(object, flags | JSON_ENSURE_ASCII);
    }
    return text;
}

/* Deeper evidence would reach agents as mere text. */
static struct slice check_depth(struct parameters *p, struct slice text)
{
    if (control_depth(text) > EVIDENCE_DEPTH_MAX) {
        parameters_fail(p, "the parameter evidence is nested deeper than %d levels",
                        EVIDENCE_DEPTH_MAX);
    }
    return text;
}

/* A JSON object, or the text of one, kept as it was written. *made is freed by the caller.
 */
static struct slice take_evidence(struct parameters *p, char **made)
{
    const json_t *given = json_object_get(p->object, "evidence");
    if (json_is_object(given)) {
        (void)parameters_get(p, "evidence");
        *made = evidence_text(given);
        struct slice text = slice_of_string(*made);
        if (text.size > EVIDENCE_TEXT_MAX || text_check(text, true, NULL) != 0) {
            parameters_fail(p,
                            "the parameter evidence must be at most %d bytes of JSON "
                            "without control characters",
                            EVIDENCE_TEXT_MAX);
        }
        return check_depth(p, text);
    }
    struct slice text = take_text(p, "evidence", EVIDENCE_TEXT_MAX, false, true);
    if (text.size > 0) {
        struct complaint why = {""};
        json_t *parsed = control_parse(text, &why);
        if (!json_is_object(parsed)) {
            parameters_fail(p, "the parameter evidence must be a JSON object: %s",
                            parsed != NULL ? "it is an array" : why.text);
        }
        json_decref(parsed);
    }
    return check_depth(p, text);
}

/* What the node's own refusals are on the socket. */
static enum control_code code_of(int error)
{
    if (error == CONCLAVE_ENOENT) {
        return CONTROL_NOT_FOUND;
    }
    if (error == CONCLAVE_ESTATE) {
        return CONTROL_NOT_NOW;
    }
    if (error == CONCLAVE_ELIMIT || error == CONCLAVE_EEXIST || error == CONCLAVE_EFULL) {
        return CONTROL_REFUSED;
    }
    if (error == CONCLAVE_EINVAL || error == CONCLAVE_EFORMAT || error == CONCLAVE_ETEXT) {
        return CONTROL_INVALID_PARAMS;
    }
    return CONTROL_INTERNAL;
}

static json_t *refuse(struct control_session *s, int error, const struct complaint *why)
{
    control_fail(s, code_of(error), "%s",
                 why->text[0] != '\0' ? why->text : error_text(error));
    return NULL;
}

json_t *method_propose(void *context, struct control_session *s, json_t *params)
{
    struct node *n = context;
    struct propose content = {0};
    uint8_t payload[HASH_BYTES], nonce[PROPOSE_NONCE_MAX];
    char *made = NULL;
    struct parameters p;
    parameters_begin(&p, s, params);
    content.class_index = take_class(&p, n->charter);
    content.title = take_text(&p, "title", TITLE_MAX, true, false);
    content.text = take_text(&p, "text", TEXT_MAX, false, true);
    content.evidence = take_evidence(&p, &made);
    content.payload = slice_of(
        payload, parameters_hex(&p, "payload", payload, HASH_BYTES, HASH_BYTES, false));
    content.nonce =
        slice_of(nonce, parameters_hex(&p, "nonce", nonce, 1, PROPOSE_NONCE_MAX, false));
    if (content.title.size == 0) {
        parameters_fail(&p, "the parameter title must not be empty");
    }
    if (content.nonce.size == 0) {
        randombytes_buf(nonce, NONCE_BYTES);
        content.nonce.size = NONCE_BYTES;
    }
    json_t *out = NULL;
    if (parameters_end(&p)) {
        struct hash id;
        struct complaint why = {""};
        int error = replica_propose(n->replica, &content, &id, &why);
        if (error == 0) {
            control_note_proposal(s, slice_of(id.bytes, HASH_BYTES));
            out = json_object();
            json_put(out, "id", json_hash(&id));
        } else {
            (void)refuse(s, error, &why);
        }
    }
    free(made);
    return out;
}

json_t *method_agent_attach(void *context, struct control_session *s, json_t *params)
{
    struct node *n = context;
    struct parameters p;
    struct complaint why = {""};
    parameters_begin(&p, s, params);
    struct slice name = take_text(&p, "name", AGENT_NAME_MAX, true, false);
    if (!p.failed && name.size == 0) {
        parameters_fail(&p, "the parameter name must not be empty");
    }
    if (!parameters_end(&p)) {
        return NULL;
    }
    int error = agents_attach(n->agents, s, (const char *)name.data, &why);
    if (error != 0) {
        return refuse(s, error, &why);
    }
    control_publish(n->control, "agent.attached", event_agent(s, (const char *)name.data));
    const struct charter_seat *seat = &n->charter->seats[n->seat - 1];
    json_t *out = json_object();
    json_put_seat(out, "seat", n->charter, n->seat);
    json_put(out, "jurisdiction", control_text(slice_of_string(seat->jurisdiction)));
    json_put(out, "speciality", control_text(slice_of_string(seat->speciality)));
    json_put(out, "council", control_text(slice_of_string(n->charter->name)));
    json_put(out, "council_id", json_hash(&n->charter->council_id));
    return out;
}

/* What stands where another answer is refused; NULL: nothing does. */
static json_t *held_ballot(const struct node *n, const struct hash *proposal)
{
    struct ballot held;
    if (!replica_own_ballot(n->replica, proposal, &held)) {
        return NULL;
    }
    json_t *out = json_object();
    json_put(out, "choice", json_string(choice_name(held.choice)));
    json_put(out, "confidence", json_number(held.confidence));
    json_put(out, "rationale", control_text(held.rationale));
    return out;
}

json_t *method_agent_answer(void *context, struct control_session *s, json_t *params)
{
    /* In the order of enum choice. */
    static const char *const choices[] = {"reject", "approve", "abstain", NULL};
    struct node *n = context;
    struct hash proposal;
    struct ballot ballot;
    struct parameters p;
    struct complaint why = {""};
    parameters_begin(&p, s, params);
    (void)parameters_hex(&p, "proposal", proposal.bytes, HASH_BYTES, HASH_BYTES, true);
    ballot.choice = (enum choice)parameters_word(&p, "choice", choices, -1);
    ballot.confidence =
        (uint8_t)parameters_number(&p, "confidence", 0, CONFIDENCE_MAX, PARAMETER_REQUIRED);
    ballot.rationale = take_text(&p, "rationale", RATIONALE_MAX, false, true);
    if (!parameters_end(&p)) {
        return NULL;
    }
    bool held = replica_holds_ballot(n->replica, &proposal);
    int error = replica_answer(n->replica, &proposal, &ballot, &why);
    if (error != 0 || !held) {
        agents_answered(n, &proposal, error == 0);
    }
    if (error != 0) {
        (void)refuse(s, error, &why);
        control_fail_data(s, held_ballot(n, &proposal));
        return NULL;
    }
    control_note_proposal(s, slice_of(proposal.bytes, HASH_BYTES));
    flagging_agent_answered(n);
    json_t *out = json_object();
    json_put(out, "accepted", json_true());
    json_put(out, "repeated", json_boolean(held));
    return out;
}

json_t *method_agent_failed(void *context, struct control_session *s, json_t *params)
{
    struct node *n = context;
    struct hash proposal;
    struct parameters p;
    parameters_begin(&p, s, params);
    (void)parameters_hex(&p, "proposal", proposal.bytes, HASH_BYTES, HASH_BYTES, true);
    struct slice reason = take_text(&p, "reason", FAILURE_MAX, true, true);
    if (!parameters_end(&p)) {
        return NULL;
    }
    if (!council_knows(replica_council(n->replica), &proposal)) {
        control_fail(s, CONTROL_NOT_FOUND, "there is no such proposal");
        return NULL;
    }
    control_note_proposal(s, slice_of(proposal.bytes, HASH_BYTES));
    /* Another agent of the seat may have answered: then nothing is missing. */
    bool held = replica_holds_ballot(n->replica, &proposal);
    if (!held) {
        agents_failed(n, &proposal, (const char *)reason.data);
    }
    json_t *out = json_object();
    json_put(out, "noted", json_boolean(!held));
    return out;
}
