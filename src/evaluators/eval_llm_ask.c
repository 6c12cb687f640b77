/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "evaluators/eval_llm_ask.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/retry.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum {
    BACKOFF_MOST_MS = 30000,
    STATUS_TIMEOUT = 408,
    STATUS_SERVER = 500,
    STATUS_GATEWAY_TIMEOUT = 504,
};

/* What comes after a request. */
enum next {
    NEXT_DONE,
    NEXT_LATER,   /* the endpoint failed: again, after a pause */
    NEXT_CHANGED, /* it does not know something of the request, which is changed: again */
    NEXT_CORRECT, /* the answer cannot be used: say why and ask again, once */
    NEXT_NEVER,   /* it will not answer this */
    NEXT_MISUSE,  /* key, URL, model or a file is wrong */
};

void llm_say(const struct llm_key *key, const char *format, ...)
{
    va_list args;
    char *line = NULL;
    struct buffer safe = {NULL, 0, 0};
    va_start(args, format);
    if (vasprintf(&line, format, args) < 0) {
        alloc_exhausted();
    }
    va_end(args);
    llm_key_hide(key, line);
    text_escape(&safe, slice_of_string(line), "");
    (void)fprintf(stderr, "conclave-eval-llm: %.*s\n", (int)safe.size,
                  (const char *)safe.data);
    buffer_free(&safe);
    free(line);
}

/* --- what a status means --- */

static bool is_transient(long status)
{
    static const long some[] = {408, 409, 425, 429};
    for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
        if (status == some[i]) {
            return true;
        }
    }
    return status >= STATUS_SERVER;
}

static bool is_of_operator(long status)
{
    return status / 100 == 3 || status == 401 || status == 403 || status == 404 ||
           status == 405;
}

/* Some endpoints know no schema, some no response_format, some the other name of a limit;
 * each says so with one of these. */
static bool change_request(struct llm_request *r, const struct llm_reply *reply)
{
    static const char new_name[] = "max_completion_tokens";
    if (reply->status != 400 && reply->status != 422) {
        return false;
    }
    if (!r->new_name && reply->body.size > 0 &&
        memmem(reply->body.data, reply->body.size, new_name, strlen(new_name)) != NULL) {
        r->new_name = true;
        return true;
    }
    if (r->form == LLM_FORM_TEXT) {
        return false;
    }
    r->form = r->form == LLM_FORM_SCHEMA ? LLM_FORM_OBJECT : LLM_FORM_TEXT;
    return true;
}

static void tell_refusal(const struct llm_ask *a, const struct llm_reply *reply)
{
    struct buffer text = {NULL, 0, 0};
    llm_error_text(buffer_slice(&reply->body), a->key, &text);
    llm_say(a->key, "request %u: status %ld%s%.*s", a->requests, reply->status,
            text.size > 0 ? ": " : "", (int)text.size, (const char *)text.data);
    buffer_free(&text);
}

static enum next judge_status(struct llm_ask *a, const struct llm_reply *reply,
                              struct complaint *why)
{
    tell_refusal(a, reply);
    if (is_of_operator(reply->status)) {
        (void)complain(why, CONCLAVE_EINVAL,
                       "the endpoint answers %ld: %s; try the command line with "
                       "--print-request",
                       reply->status,
                       reply->status / 100 == 3 ? "a redirect, which is not followed; name "
                                                  "where it leads"
                       : reply->status == 404 || reply->status == 405
                           ? "there is no such URL or model"
                           : "the key is wrong or missing, or may not use this model");
        return NEXT_MISUSE;
    }
    if (change_request(&a->request, reply)) {
        llm_say(a->key, "going on with the form %s%s", llm_form_name(a->request.form),
                a->request.new_name ? " and max_completion_tokens" : "");
        return NEXT_CHANGED;
    }
    (void)complain(why, CONCLAVE_EAGAIN, "the endpoint answered with status %ld",
                   reply->status);
    return is_transient(reply->status) ? NEXT_LATER : NEXT_NEVER;
}

/* --- what an answer is worth --- */

static enum next judge_vote(struct llm_ask *a, const struct llm_completion *c,
                            struct answer *out, struct complaint *why)
{
    struct complaint wrong = {""};
    if (llm_vote_parse(c->content, out, &wrong) != 0) {
        (void)complain(why, CONCLAVE_EAGAIN, "%s", wrong.text);
        return NEXT_CORRECT;
    }
    if (llm_key_is_in(a->key, slice_of_string(out->rationale))) {
        answer_clear(out);
        (void)complain(why, CONCLAVE_EAGAIN, "its rationale gives away a secret");
        return NEXT_NEVER;
    }
    return NEXT_DONE;
}

static enum next judge_end(struct llm_ask *a, const struct llm_reply *reply,
                           struct complaint *why)
{
    llm_say(a->key, "request %u: %s", a->requests,
            reply->end == LLM_END_TOO_LONG ? "the response is too long" : reply->error);
    switch (reply->end) {
    case LLM_END_ANSWERED:
        break;
    case LLM_END_LATE:
        (void)complain(why, CONCLAVE_EAGAIN, "the endpoint did not answer in time");
        break;
    case LLM_END_FAILED:
        (void)complain(why, CONCLAVE_EAGAIN,
                       "the endpoint could not be reached, or the connection broke");
        break;
    case LLM_END_TOO_LONG:
        (void)complain(why, CONCLAVE_EAGAIN, "the response is longer than is allowed");
        return NEXT_CORRECT;
    case LLM_END_UNUSABLE:
        (void)complain(why, CONCLAVE_EINVAL, "--ca-file or --endpoint is of no use: %s",
                       reply->error);
        return NEXT_MISUSE;
    }
    return NEXT_LATER;
}

/* --- one request --- */

static uint64_t left_ms(const struct llm_ask *a)
{
    uint64_t now = clock_monotonic_ms();
    return a->until_ms > now ? a->until_ms - now : 0;
}

/* No token has less than a byte, whatever a proposer wrote to make many of them. */
static struct llm_usage most_of(const struct llm_ask *a, size_t sent)
{
    return (struct llm_usage){sent, a->request.tokens_max};
}

static void settle(struct llm_ask *a, size_t sent, struct llm_usage used)
{
    struct complaint why = {""};
    if (llm_budget_settle(a->budget, most_of(a, sent), used, clock_wall_ms(), &why) != 0) {
        llm_say(a->key, "%s", why.text);
    }
}

/* What broke, or a gateway gave up on, may have been worked on to the end. */
static bool may_have_cost(const struct llm_reply *reply)
{
    return reply->end == LLM_END_ANSWERED
               ? reply->status == STATUS_TIMEOUT || reply->status == STATUS_GATEWAY_TIMEOUT
               : reply->is_sent;
}

/* What the endpoint refused costs nothing. */
static void account(struct llm_ask *a, const struct llm_reply *reply,
                    const struct llm_completion *c, size_t sent)
{
    struct llm_usage used = {0, 0};
    if (reply->end == LLM_END_ANSWERED && reply->status == 200) {
        used = llm_usage_judged(c, sent, most_of(a, sent));
    } else if (may_have_cost(reply)) {
        used = most_of(a, sent);
    }
    a->used.input += used.input;
    a->used.output += used.output;
    settle(a, sent, used);
}

static enum next judge(struct llm_ask *a, const struct llm_reply *reply, size_t sent,
                       struct answer *out, struct complaint *why)
{
    struct llm_completion c = {NULL, false, {0, 0}};
    enum next next;
    if (reply->end != LLM_END_ANSWERED) {
        account(a, reply, &c, sent);
        return judge_end(a, reply, why);
    }
    if (reply->status != 200) {
        account(a, reply, &c, sent);
        return judge_status(a, reply, why);
    }
    int error = llm_completion_parse(buffer_slice(&reply->body), &c, why);
    account(a, reply, &c, sent);
    if (error == 0) {
        next = judge_vote(a, &c, out, why);
    } else {
        next = error == CONCLAVE_EFORMAT ? NEXT_LATER : NEXT_CORRECT;
    }
    if (next != NEXT_DONE) {
        llm_say(a->key, "request %u: %s", a->requests, why->text);
    }
    llm_completion_free(&c);
    return next;
}

static enum next request(struct llm_ask *a, struct answer *out, uint64_t *retry_after_ms,
                         struct complaint *why)
{
    struct buffer body = {NULL, 0, 0};
    struct llm_reply reply;
    llm_request_write(&a->request, a->prompt, &body);
    int error = llm_budget_reserve(a->budget, most_of(a, body.size), clock_wall_ms(), why);
    enum next next = error == CONCLAVE_EFULL ? NEXT_NEVER : NEXT_MISUSE;
    uint64_t left = left_ms(a); /* the budget may have been waited for */
    if (error == 0 && left == 0) {
        settle(a, body.size, (struct llm_usage){0, 0});
        (void)complain(why, CONCLAVE_EAGAIN, "there was no time to ask");
        next = NEXT_NEVER;
    } else if (error == 0) {
        a->requests++;
        llm_http_post(a->http, buffer_slice(&body), left, &reply);
        next = judge(a, &reply, body.size, out, why);
        *retry_after_ms = reply.retry_after_ms;
        llm_reply_free(&reply);
    }
    buffer_free(&body);
    return next;
}

/* --- until there is an answer --- */

/* Whether there is time for another after the pause. */
static bool pause_before_next(const struct llm_ask *a, unsigned failures, uint64_t asked_ms)
{
    uint32_t chance = 0;
    if (getentropy(&chance, sizeof(chance)) != 0) {
        chance = (uint32_t)clock_monotonic_ms();
    }
    /* What it asks for is waited for, as long as there is time. */
    uint64_t pause = retry_delay_ms(failures, 0, BACKOFF_MOST_MS, chance);
    pause = asked_ms > pause ? asked_ms : pause;
    if (pause >= left_ms(a)) {
        llm_say(a->key, "no time is left for a pause of %" PRIu64 " ms", pause);
        return false;
    }
    llm_say(a->key, "again in %" PRIu64 " ms", pause);
    struct timespec t = {(time_t)(pause / 1000), (long)(pause % 1000) * 1000000};
    (void)nanosleep(&t, NULL);
    return true;
}

int llm_ask(struct llm_ask *a, unsigned sample, struct answer *out, struct complaint *why)
{
    struct complaint correction = {""};
    unsigned failures = 0;
    a->request.correction = NULL;
    a->request.seed = a->options->request.seed + sample;
    if (why->text[0] == '\0') {
        (void)complain(why, CONCLAVE_EAGAIN, "there was no time to ask");
    }
    while (left_ms(a) > 0) {
        uint64_t retry_after_ms = 0;
        switch (request(a, out, &retry_after_ms, why)) {
        case NEXT_DONE:
            return 0;
        case NEXT_MISUSE:
            return CONCLAVE_EINVAL;
        case NEXT_NEVER:
            return CONCLAVE_EAGAIN;
        case NEXT_CHANGED:
            continue;
        case NEXT_CORRECT:
            if (a->request.correction != NULL) {
                return complain(why, CONCLAVE_EAGAIN,
                                "its answer could not be used, twice");
            }
            correction = *why;
            a->request.correction = correction.text;
            continue;
        case NEXT_LATER:
            if (++failures > a->options->retries ||
                !pause_before_next(a, failures, retry_after_ms)) {
                return CONCLAVE_EAGAIN;
            }
            continue;
        }
    }
    return CONCLAVE_EAGAIN;
}
