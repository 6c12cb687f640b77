/* SPDX-License-Identifier: ISC */
/* A rule file is refused with its place, or judges every proposal within bounds. */
#include "base/text.h"
#include "evaluators/judge.h"
#include "fuzz.h"

#include <assert.h>
#include <string.h>

static const char *const proposals[] = {
    "{\"class\":\"emergency\",\"title\":\"a "
    "b\",\"text\":\"c\",\"evidence\":{\"a\":{\"b\":3},"
    "\"b\":[1,\"red\",{\"c\":true}],\"c\":\"red green\",\"x\":4}}",
    "{\"class\":\"c\",\"evidence\":[[[]],null]}",
    "{}",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct complaint why = {""};
    struct rules *rules = NULL;
    int error = rules_parse("file", bytes_slice(copy), &rules, &why);
    assert((error == 0) == (rules != NULL));
    assert(error == 0 || strncmp(why.text, "file:", 5) == 0);
    json_t *seat = json_pack("{s:f, s:s}", "number", 3.0, "jurisdiction", "EU");
    for (size_t i = 0; rules != NULL && i < sizeof(proposals) / sizeof(proposals[0]); i++) {
        json_t *proposal = json_loads(proposals[i], JSON_DECODE_INT_AS_REAL, NULL);
        struct verdict v;
        judge(rules, proposal, seat, &v);
        assert(v.confidence <= 100 && v.score >= 0 && v.score <= 100);
        assert(text_check(slice_of_string(v.rationale), true, NULL) == 0);
        json_decref(proposal);
    }
    json_decref(seat);
    rules_free(rules);
    bytes_unref(copy);
    return 0;
}
