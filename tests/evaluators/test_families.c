/* SPDX-License-Identifier: ISC */
/* The rule files and proposals that ship with the demo: their votes really differ. */
#include "base/quorum.h"
#include "evaluators/judge.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { FAMILIES = 8, PROPOSALS = 8, SEATS = 33 };

static const char *const families[FAMILIES] = {
    "precaution", "innovation",  "rights",    "safety",
    "fiscal",     "reciprocity", "emergency", "procedure",
};
static const char *const proposals[PROPOSALS] = {
    "01-triage-assistant",   "02-classroom-emotions", "03-mutual-recognition",
    "04-free-port-registry", "05-voice-fraud",        "06-open-weights-halt",
    "07-publish-dissent",    "08-faster-suspensions",
};
static const char *const classes[] = {"charter-amendment", "certification-appeal",
                                      "reciprocity", "emergency"};
static char path[512];

static const char *top_folder(void)
{
    const char *top = getenv("top_srcdir");
    return top != NULL ? top : ".";
}

static const char *demo_file(const char *kind, const char *name)
{
    (void)snprintf(path, sizeof(path), "%s/contrib/demo/%s/%s.%s", top_folder(), kind, name,
                   strcmp(kind, "rules") == 0 ? "rules" : "json");
    return path;
}

static enum choice vote(const struct rules *r, const json_t *proposal, const json_t *seat,
                        unsigned *confidence)
{
    struct verdict v;
    judge(r, proposal, seat, &v);
    *confidence = v.confidence;
    return v.choice;
}

static void test_differ(struct rules **rules, json_t **texts)
{
    char votes[FAMILIES][PROPOSALS + 1];
    memset(votes, 0, sizeof(votes));
    for (int f = 0; f < FAMILIES; f++) {
        for (int p = 0; p < PROPOSALS; p++) {
            unsigned confidence;
            votes[f][p] = "-+0"[vote(rules[f], texts[p], NULL, &confidence)];
        }
        printf("# %-12s %s\n", families[f], votes[f]);
        ok(strchr(votes[f], '+') != NULL && strchr(votes[f], '-') != NULL,
           "%s approves of some and rejects others", families[f]);
        for (int g = 0; g < f; g++) {
            ok(strcmp(votes[f], votes[g]) != 0, "%s differs from %s", families[f],
               families[g]);
        }
    }
}

/* The rules of a seat of the demo. */
static const struct rules *rules_of(struct rules **rules, const json_t *seat)
{
    const char *file = json_string_value(json_object_get(seat, "rules"));
    for (int f = 0; file != NULL && f < FAMILIES; f++) {
        size_t length = strlen(families[f]);
        if (strncmp(file, families[f], length) == 0 &&
            strcmp(file + length, ".rules") == 0) {
            return rules[f];
        }
    }
    return NULL;
}

static void test_council(struct rules **rules, json_t **texts, const json_t *seats)
{
    unsigned threshold = quorum_default_threshold(SEATS);
    unsigned approved = 0, abstained = 0, near = 0, split = 0, unsure = 0;
    for (int p = 0; p < PROPOSALS; p++) {
        unsigned tally[3] = {0, 0, 0};
        for (int s = 0; s < SEATS; s++) {
            unsigned confidence = 0;
            const json_t *seat = json_array_get(seats, (size_t)s);
            tally[vote(rules_of(rules, seat), texts[p], seat, &confidence)]++;
            unsure += confidence < 70;
        }
        unsigned yes = tally[CHOICE_APPROVE], no = tally[CHOICE_REJECT];
        printf("# %-22s %2u approve %2u reject %2u abstain\n", proposals[p], yes, no,
               tally[CHOICE_ABSTAIN]);
        approved += yes >= threshold;
        near += yes + 2 >= threshold && yes <= threshold + 1;
        split += yes >= 4 && SEATS - yes >= 4;
        abstained += tally[CHOICE_ABSTAIN];
    }
    ok(approved >= 3 && approved <= 5, "about half are approved: %u", approved);
    ok(near >= 1, "at least one is close to the threshold");
    ok(split >= 5, "most split the council: %u", split);
    ok(abstained >= 10, "some seats abstain: %u", abstained);
    ok(unsure >= 40, "some seats are less sure than others: %u", unsure);
}

int main(void)
{
    struct rules *rules[FAMILIES];
    json_t *texts[PROPOSALS];
    unsigned of_class[4] = {0, 0, 0, 0};
    bool loaded = true;
    for (int f = 0; f < FAMILIES; f++) {
        struct complaint why = {""};
        int error = rules_load(demo_file("rules", families[f]), &rules[f], &why);
        if (!ok(error == 0 && strcmp(rules[f]->family, families[f]) == 0,
                "%s.rules is read", families[f])) {
            printf("# %s\n", why.text);
            loaded = false;
        }
    }
    for (int p = 0; p < PROPOSALS; p++) {
        texts[p] = json_load_file(demo_file("proposals", proposals[p]),
                                  JSON_DECODE_INT_AS_REAL | JSON_REJECT_DUPLICATES, NULL);
        const char *class = json_string_value(json_object_get(texts[p], "class"));
        for (int c = 0; c < 4; c++) {
            of_class[c] += class != NULL && strcmp(class, classes[c]) == 0;
        }
        loaded = ok(json_is_string(json_object_get(texts[p], "title")) &&
                        json_is_string(json_object_get(texts[p], "text")) &&
                        json_is_object(json_object_get(texts[p], "evidence")),
                    "%s.json is a proposal", proposals[p]) &&
                 loaded;
    }
    for (int c = 0; c < 4; c++) {
        is(of_class[c], 2, classes[c]);
    }
    (void)snprintf(path, sizeof(path), "%s/contrib/demo/seats.json", top_folder());
    json_t *seats = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
    is((int64_t)json_array_size(seats), SEATS, "the demo has 33 seats");
    for (size_t s = 0; s < json_array_size(seats); s++) {
        loaded = loaded && rules_of(rules, json_array_get(seats, s)) != NULL;
    }
    if (ok(loaded && json_array_size(seats) == SEATS, "each with a rule file")) {
        test_differ(rules, texts);
        test_council(rules, texts, seats);
    }
    json_decref(seats);
    for (int i = 0; i < FAMILIES; i++) {
        rules_free(rules[i]);
        json_decref(texts[i]);
    }
    return tap_done();
}
