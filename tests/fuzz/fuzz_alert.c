/* SPDX-License-Identifier: ISC */
/*
 * What conclave-alert makes of a node's words, and of the file of a secret. First byte:
 * which. Whatever the node says, there is an alert: its body is one line of ASCII and JSON,
 * its id is of one form, its line for people cannot drive a terminal.
 */
#include "alert/alert.h"
#include "alert/signature.h"
#include "base/text.h"
#include "control/control.h"
#include "fuzz.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const struct alert_source source = {"Test", "abcd", 3, "alder"};

static void check(struct alert *a)
{
    for (size_t i = 0; i < a->body.size; i++) {
        assert(a->body.data[i] >= ' ' && a->body.data[i] < 0x7f);
    }
    json_t *body = json_loadb((const char *)a->body.data, a->body.size, 0, NULL);
    assert(strcmp(json_string_value(json_object_get(body, "type")), a->type) == 0);
    json_decref(body);
    assert(strlen(a->id) == ALERT_ID_BYTES - 1 &&
           strspn(a->id + 4, "0123456789abcdef") == 32);
    char *text = alert_text(buffer_slice(&a->body));
    assert(text_check(slice_of_string(text), false, NULL) == 0);
    free(text);
    alert_free(a);
}

static void node_says(uint8_t which, struct slice line)
{
    json_t *value = control_parse(line, NULL);
    struct alert a;
    if (!json_is_object(value)) {
        json_decref(value);
        return;
    }
    if (which % 4 == 0) {
        alert_of_record(&source, value, &a);
    } else if (which % 4 == 1) {
        alert_of_stall(&source, which > 64, value, 5, 6, &a);
    } else {
        unsigned turns = alert_flag_turns(value);
        assert((turns & TURN_RAISED) != 0);
        alert_of_flag(&source, value,
                      (turns & TURN_CLEARED) != 0 ? TURN_CLEARED : TURN_RAISED, &a);
        assert(strlen(a.kind) < ALERT_KIND_BYTES);
    }
    check(&a);
    json_decref(value);
}

static void secret(struct slice text)
{
    struct signing_key *k = NULL;
    struct complaint why = {""};
    struct buffer out = {NULL, 0, 0};
    if (signing_key_parse(text, "here", &k, &why) != 0) {
        assert(k == NULL && why.text[0] != '\0');
        return;
    }
    signature_append(&out, k, "msg_1", 2, slice_of_string("{}"));
    assert(out.size > 0);
    buffer_free(&out);
    char *public = signing_key_public(k);
    assert((public != NULL) == (signing_key_kind(k) == SIGNING_ED25519));
    free(public);
    signing_key_free(k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool begun;
    if (!begun) {
        begun = sodium_init() >= 0;
        control_library_init();
    }
    if (size > 0) {
        struct slice rest = slice_of(data + 1, size - 1);
        data[0] == 's' ? secret(rest) : node_says(data[0], rest);
    }
    return 0;
}
