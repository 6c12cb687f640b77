/* SPDX-License-Identifier: ISC */
/* What an endpoint sends back is refused with a reason, or is a vote within its limits. */
#include "base/text.h"
#include "evaluators/eval_llm_completion.h"
#include "fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void check_vote(const char *content)
{
    struct complaint why = {""};
    struct answer a;
    int error = llm_vote_parse(content, &a, &why);
    assert((error == 0) == (why.text[0] == '\0'));
    assert((error == 0) == (a.rationale != NULL));
    assert(text_check(slice_of_string(why.text), false, NULL) == 0);
    if (error == 0) {
        struct slice rationale = slice_of_string(a.rationale);
        assert(a.confidence <= ANSWER_CONFIDENCE_MAX);
        assert(rationale.size <= ANSWER_RATIONALE_MAX);
        assert(text_check(rationale, true, NULL) == 0);
    }
    answer_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct complaint why = {""};
    struct llm_completion c;
    struct buffer text = {NULL, 0, 0};
    const struct llm_key key = {"sk-secret-1", 11};
    int error = llm_completion_parse(bytes_slice(copy), &c, &why);
    assert((error == 0) == (why.text[0] == '\0'));
    assert((error == 0) == (c.content != NULL));
    assert(c.usage.input <= LLM_USAGE_MAX && c.usage.output <= LLM_USAGE_MAX);
    if (error == 0) {
        check_vote(c.content);
    }
    llm_completion_free(&c);
    llm_error_text(bytes_slice(copy), &key, &text);
    assert(text_check(buffer_slice(&text), false, NULL) == 0);
    buffer_free(&text);
    /* As the model's own text, too, where it is one. */
    if (memchr(bytes_slice(copy).data, '\0', size) == NULL) {
        char *content = malloc(size + 1);
        assert(content != NULL);
        memcpy(content, data, size);
        content[size] = '\0';
        check_vote(content);
        free(content);
    }
    bytes_unref(copy);
    return 0;
}
