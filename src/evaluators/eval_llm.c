/* SPDX-License-Identifier: ISC */
/* conclave-eval-llm(1): one question in, one model asked, one answer out. */
#define _GNU_SOURCE
#include "evaluators/eval_llm_ask.h"
#include "evaluators/eval_llm_vote.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "control/control.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    EXIT_USAGE = 2,
    MARGIN_MS = 500,  /* before the deadline of ballots, to hand the answer over */
    NOTES_MAX = 1024, /* bytes of what is said behind a rationale */
};

struct evaluation {
    struct llm_options options;
    struct llm_key key;
    struct buffer profile;
    json_t *question;
    struct llm_prompt prompt;
    struct llm_budget budget;
    struct llm_http *http;
};

/* --- what is needed --- */

static json_t *read_question(struct complaint *why)
{
    struct buffer text = {NULL, 0, 0};
    struct complaint detail = {""};
    json_t *question = NULL;
    buffer_reserve(&text, CONTROL_LINE_MAX + 1);
    text.size = fread(text.data, 1, CONTROL_LINE_MAX + 1, stdin);
    question = control_parse(buffer_slice(&text), &detail);
    if (question == NULL) {
        (void)complain(why, CONCLAVE_EFORMAT, "standard input: %s", detail.text);
    }
    buffer_free(&text);
    return question;
}

static int load_key(struct evaluation *e, struct complaint *why)
{
    const struct llm_options *o = &e->options;
    if (o->credential != NULL) {
        char *path = llm_key_credential(o->credential, why);
        int error = path != NULL ? llm_key_load(path, &e->key, why) : CONCLAVE_ENOENT;
        free(path);
        return error;
    }
    return o->key_file != NULL ? llm_key_load(o->key_file, &e->key, why) : 0;
}

/* All that the operator gave: what is wrong here is wrong for each question. */
static int prepare(struct evaluation *e, struct complaint *why)
{
    struct llm_options *o = &e->options;
    char *url = llm_http_url(o->endpoint, &o->place, o->allow_http, why);
    o->place.url = url;
    int error = url != NULL ? 0 : CONCLAVE_EFORMAT;
    error = error != 0 ? error : load_key(e, why);
    error = error != 0 ? error : llm_profile_load(o->profile_file, &e->profile, why);
    if (error == 0 && !o->print_request) {
        error = llm_budget_open(&e->budget, o->budget_file, &o->limits, why);
    }
    return error;
}

static int build_prompt(struct evaluation *e, struct complaint *why)
{
    uint8_t random[LLM_NONCE_BYTES];
    char nonce[LLM_NONCE_DIGITS + 1];
    e->question = read_question(why);
    if (e->question == NULL) {
        return CONCLAVE_EFORMAT;
    }
    if (getentropy(random, sizeof(random)) != 0) {
        return complain(why, CONCLAVE_EIO, "the system gives no random numbers");
    }
    hex_encode(nonce, slice_of(random, sizeof(random)));
    return llm_prompt_build(e->question, buffer_slice(&e->profile), e->options.data_max,
                            nonce, &e->prompt, why);
}

/* --- the answer --- */

/* The rationale and what is to be said behind it, within the limit of a ballot. */
static char *with_notes(const char *rationale, const char *notes)
{
    static const char cut[] = " ...";
    size_t room = ANSWER_RATIONALE_MAX - strlen(notes) - strlen(cut) - 2;
    struct slice text = slice_of_string(rationale);
    if (notes[0] == '\0') {
        return alloc_string(rationale);
    }
    bool is_cut = text.size > room;
    text.size = is_cut ? room : text.size;
    return alloc_printf("%.*s%s\n%s", (int)text_whole(text), rationale, is_cut ? cut : "",
                        notes);
}

static int write_answer(enum answer_choice choice, unsigned confidence,
                        const char *rationale, const struct buffer *cuts, const char *votes)
{
    char *notes = alloc_printf(
        "%s%s%.*s", votes, votes[0] != '\0' && cuts->size > 0 ? " " : "",
        (int)(cuts->size < NOTES_MAX ? cuts->size : NOTES_MAX), (const char *)cuts->data);
    char *whole = with_notes(rationale, notes);
    json_t *answer = json_pack("{s:s, s:i, s:s}", "choice", answer_choice_name(choice),
                               "confidence", (int)confidence, "rationale", whole);
    struct buffer line = {NULL, 0, 0};
    control_format(&line, answer);
    bool written =
        fwrite(line.data, 1, line.size, stdout) == line.size && fflush(stdout) == 0;
    buffer_free(&line);
    json_decref(answer);
    free(whole);
    free(notes);
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int abstain(const struct evaluation *e, const char *reason)
{
    char *text =
        alloc_printf("Abstained, since the language model gave no vote: %s.", reason);
    int status = write_answer(ANSWER_ABSTAIN, 0, text, &e->prompt.cuts, "");
    free(text);
    return status;
}

static int decide(const struct evaluation *e, const struct answer *answers, size_t count,
                  const char *reason)
{
    size_t asked = (size_t)e->options.samples;
    struct llm_vote v;
    if (count == 0) {
        return abstain(e, reason);
    }
    llm_vote(answers, count, asked, &v);
    char *split =
        alloc_printf("Of %zu samples %u approved, %u rejected, %u abstained and %zu "
                     "gave none",
                     asked, v.counts[ANSWER_APPROVE], v.counts[ANSWER_REJECT],
                     v.counts[ANSWER_ABSTAIN], asked - count);
    char *note = alloc_printf("(%s.)", split);
    int status = v.is_majority
                     ? write_answer(v.choice, v.confidence, answers[v.chosen].rationale,
                                    &e->prompt.cuts, asked > 1 ? note : "")
                     : abstain(e, split);
    free(note);
    free(split);
    return status;
}

/* --- asking --- */

/* When to be done, on the monotonic clock. */
static uint64_t until_ms(const struct evaluation *e)
{
    uint64_t now = clock_wall_ms(), most = e->options.timeout_ms;
    const json_t *v = json_object_get(e->question, "deadline_ms");
    json_int_t deadline = json_integer_value(v);
    if (json_is_integer(v) && deadline > 0) {
        uint64_t end = (uint64_t)deadline;
        uint64_t left = end > now + MARGIN_MS ? end - now - MARGIN_MS : 0;
        most = left < most ? left : most;
    }
    return clock_monotonic_ms() + most;
}

static int ask(struct evaluation *e)
{
    struct answer answers[LLM_SAMPLES_MAX];
    struct complaint why = {""};
    size_t count = 0;
    int error = 0, status = EXIT_USAGE;
    uint64_t begun_ms = clock_monotonic_ms();
    struct llm_ask a = {.options = &e->options,
                        .prompt = &e->prompt,
                        .key = &e->key,
                        .http = e->http,
                        .budget = &e->budget,
                        .until_ms = until_ms(e),
                        .request = e->options.request};
    size_t asked = (size_t)e->options.samples;
    e->budget.until_ms = a.until_ms;
    for (unsigned i = 0; error != CONCLAVE_EINVAL && i < asked &&
                         llm_vote_is_open(answers, count, asked - i, asked);
         i++) {
        error = llm_ask(&a, i, &answers[count], &why);
        count += error == 0;
    }
    if (error == CONCLAVE_EINVAL) {
        llm_say(&e->key, "%s", why.text);
    } else {
        llm_say(&e->key,
                "%s: %u requests, form %s, %" PRIu64 " + %" PRIu64 " tokens, %" PRIu64
                " ms",
                a.request.model, a.requests, llm_form_name(a.request.form), a.used.input,
                a.used.output, clock_monotonic_ms() - begun_ms);
        status = decide(e, answers, count, why.text);
    }
    for (size_t i = 0; i < count; i++) {
        answer_clear(&answers[i]);
    }
    return status;
}

static int print_request(const struct evaluation *e)
{
    struct buffer text = {NULL, 0, 0};
    llm_http_describe(&e->options.place, &e->key, &text);
    buffer_append(&text, "\n", 1);
    llm_request_write(&e->options.request, &e->prompt, &text);
    bool written =
        fwrite(text.data, 1, text.size, stdout) == text.size && fflush(stdout) == 0;
    buffer_free(&text);
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int evaluate(struct evaluation *e)
{
    struct complaint why = {""};
    int status = prepare(e, &why) != 0        ? EXIT_USAGE
                 : build_prompt(e, &why) != 0 ? EXIT_FAILURE
                                              : EXIT_SUCCESS;
    if (status != EXIT_SUCCESS) {
        llm_say(&e->key, "%s", why.text);
        return status;
    }
    if (e->options.print_request) {
        return print_request(e);
    }
    e->http = llm_http_new(&e->options.place, &e->key);
    if (e->http == NULL) {
        llm_say(&e->key, "libcurl does not start");
        return EXIT_FAILURE;
    }
    return ask(e);
}

int main(int argc, char **argv)
{
    int status = EXIT_USAGE;
    struct evaluation e = {.budget = {.fd = -1}};
    (void)signal(SIGPIPE, SIG_IGN);
    control_library_init();
    if (!llm_options_parse(&e.options, argc, argv, &status)) {
        return status;
    }
    status = evaluate(&e);
    llm_http_free(e.http);
    llm_budget_close(&e.budget);
    llm_prompt_free(&e.prompt);
    json_decref(e.question);
    buffer_free(&e.profile);
    llm_key_wipe(&e.key);
    free((char *)(uintptr_t)e.options.place.url);
    return status;
}
