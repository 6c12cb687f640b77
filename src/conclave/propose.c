/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX_BYTES = 256 * 1024, TIMEOUT_MAX_S = 31 * 24 * 3600 };

/* --- what is proposed --- */

/* The whole of a file, or of standard input for "-". False after saying what is wrong. */
static bool read_text(const struct command_line *line, const char *path, struct buffer *out)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    if (file == NULL) {
        (void)command_fail(line, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    buffer_reserve(out, FILE_MAX_BYTES + 1);
    out->size = fread(out->data, 1, FILE_MAX_BYTES + 1, file);
    bool failed = ferror(file) != 0;
    int error = errno;
    if (!standard) {
        (void)fclose(file);
    }
    if (failed || out->size > FILE_MAX_BYTES) {
        (void)command_fail(line, "cannot read %s: %s", path,
                           failed ? strerror(error) : "it is too long for a proposal");
        return false;
    }
    return true;
}

/* Sets a parameter to the text of a file. False after saying what is wrong. */
static bool set_file(const struct command_line *line, json_t *params, const char *option)
{
    const char *path = command_value(line, option);
    struct buffer text = {NULL, 0, 0};
    if (path == NULL) {
        return true;
    }
    bool read = read_text(line, path, &text);
    json_t *value = read ? json_stringn((const char *)text.data, text.size) : NULL;
    buffer_free(&text);
    if (read && value == NULL) {
        (void)command_fail(line, "%s is not UTF-8 text", path);
    }
    return value != NULL && json_object_set_new(params, option, value) == 0;
}

static bool set_word(const struct command_line *line, json_t *params, const char *option)
{
    const char *value = command_value(line, option);
    if (value == NULL) {
        return true;
    }
    json_t *text = json_string(value);
    if (text == NULL) {
        (void)command_fail(line, "--%s is not UTF-8 text", option);
        return false;
    }
    return json_object_set_new(params, option, text) == 0;
}

static json_t *read_params(const struct command_line *line)
{
    json_t *params = json_object();
    bool read = set_word(line, params, "class") && set_word(line, params, "title") &&
                set_word(line, params, "nonce") && set_word(line, params, "payload") &&
                set_file(line, params, "text") && set_file(line, params, "evidence");
    if (!read) {
        json_decref(params);
        return NULL;
    }
    return params;
}

/* --- waiting for the outcome --- */

/* Whether the message may tell of an outcome of this proposal, or that there will be none.
 */
static bool is_news(const json_t *message, const char *id, bool *stopped)
{
    const json_t *params = json_object_get(message, "params");
    const char *event = member_text(params, "event");
    bool is_void = strcmp(event, "operation.void") == 0 &&
                   strcmp(member_text(params, "kind"), "propose") == 0;
    *stopped = strcmp(event, "node.stopped") == 0;
    bool about_it = strcmp(member_text(params, "proposal"), id) == 0;
    return *stopped || is_void ||
           (about_it && (strcmp(event, "proposal.decided") == 0 ||
                         strcmp(event, "proposal.final") == 0));
}

/* The proposal when it is decided; NULL after saying why not. The connection is subscribed
 * to its events since before it was made. */
static json_t *await_outcome(const struct command_line *line, struct control_client *c,
                             const char *id, uint64_t deadline)
{
    for (;;) {
        json_t *p = node_call(line, c, "proposal",
                              json_pack("{s:s,s:[]}", "id", id, "rationales_of"));
        if (p == NULL || json_is_string(json_object_get(p, "outcome"))) {
            return p;
        }
        json_decref(p);
        for (bool news = false, stopped = false; !news;) {
            uint64_t now = clock_monotonic_ms();
            uint64_t left = deadline > now ? deadline - now : 0;
            json_t *message = NULL;
            int error = control_next(c, &message, left > INT32_MAX ? -1 : (int)left);
            if (error == CONCLAVE_EAGAIN) {
                (void)command_fail(line, "it is not decided yet; see: conclave show %.*s",
                                   SHORT_ID, id);
                return NULL;
            }
            if (error == 0) {
                news = is_news(message, id, &stopped);
                json_decref(message);
            }
            if (error != 0 || stopped) {
                (void)command_fail(line,
                                   "the node stopped before the outcome; what it took it "
                                   "keeps: start it, and see conclave show %.*s",
                                   SHORT_ID, id);
                return NULL;
            }
        }
    }
}

static enum command_exit print_outcome(const struct command_line *line, const json_t *p,
                                       uint64_t took_ms)
{
    const char *outcome = member_text(p, "outcome");
    const char *reason = member_text(p, "reason");
    char took[32];
    if (line->json) {
        output_json(p);
    } else {
        output_duration(took, took_ms);
        output_text(describe_state_colour(outcome), outcome);
        (void)printf(
            "%s%s%s: %lld approve, %lld reject, %lld abstain of %zu; %lld approvals "
            "decide; %s\n",
            reason[0] != '\0' ? " (" : "", reason, reason[0] != '\0' ? ")" : "",
            (long long)member_number(p, "approve"), (long long)member_number(p, "reject"),
            (long long)member_number(p, "abstain"),
            json_array_size(json_object_get(p, "seats")),
            (long long)member_number(p, "threshold"), took);
    }
    return strcmp(outcome, "approved") == 0 ? COMMAND_DONE : COMMAND_REJECTED;
}

/* --- the command --- */

static enum command_exit propose(const struct command_line *line, struct control_client *c,
                                 json_t *params, uint64_t timeout_s)
{
    bool wait = command_flag(line, "wait");
    uint64_t begun = clock_monotonic_ms();
    uint64_t deadline = timeout_s > 0 ? begun + 1000 * timeout_s : UINT64_MAX;
    if (wait) {
        /* Before proposing, so that no event is missed. */
        json_t *snapshot =
            node_call(line, c, "subscribe",
                      json_pack("{s:[s,s,s,s]}", "events", "proposal.decided",
                                "proposal.final", "operation.void", "node.stopped"));
        if (snapshot == NULL) {
            json_decref(params);
            return COMMAND_FAILED;
        }
        json_decref(snapshot);
    }
    json_t *answer = node_call(line, c, "propose", params);
    if (answer == NULL) {
        return COMMAND_FAILED;
    }
    char *id = alloc_string(member_text(answer, "id"));
    if (!line->json) {
        (void)printf("%s\n", id);
        (void)output_flush();
    } else if (!wait) {
        output_json(answer);
    }
    json_decref(answer);
    enum command_exit status = COMMAND_DONE;
    if (wait) {
        json_t *p = await_outcome(line, c, id, deadline);
        status = p != NULL ? print_outcome(line, p, clock_monotonic_ms() - begun)
                           : COMMAND_FAILED;
        json_decref(p);
    }
    free(id);
    return status;
}

static enum command_exit run(const struct command_line *line)
{
    uint64_t timeout_s = 0;
    const char *text = command_value(line, "text");
    const char *evidence = command_value(line, "evidence");
    if (command_value(line, "class") == NULL || command_value(line, "title") == NULL) {
        return command_misuse(line, "--class and --title are needed");
    }
    if (text != NULL && evidence != NULL && strcmp(text, "-") == 0 &&
        strcmp(evidence, "-") == 0) {
        return command_misuse(line, "standard input cannot be both --text and --evidence");
    }
    if (!command_number(line, "timeout", 1, TIMEOUT_MAX_S, &timeout_s)) {
        return COMMAND_USAGE;
    }
    if (timeout_s > 0 && !command_flag(line, "wait")) {
        return command_misuse(line, "--timeout goes with --wait");
    }
    json_t *params = read_params(line);
    struct control_client *c;
    if (params == NULL || !node_open(line, &c)) {
        json_decref(params);
        return COMMAND_FAILED;
    }
    enum command_exit status = propose(line, c, params, timeout_s);
    control_disconnect(c);
    return status;
}

static const struct command_option options[] = {
    {"class", ARGUMENT_WORD, "CLASS", "the decision class, one of the charter's"},
    {"title", ARGUMENT_WORD, "TITLE", "one line, at most 200 bytes"},
    {"text", ARGUMENT_FILE, "FILE", "what is proposed; - is standard input"},
    {"evidence", ARGUMENT_FILE, "FILE", "a JSON object that the agents are given"},
    {"payload", ARGUMENT_WORD, "HEX", "the 32-byte digest of what it is about"},
    {"nonce", ARGUMENT_WORD, "HEX", "1 to 32 bytes: the same again is the same proposal"},
    {"wait", ARGUMENT_NONE, NULL, "return at the outcome: 0 approved, 3 rejected"},
    {"timeout", ARGUMENT_NUMBER, "SECONDS", "wait no longer than this"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_propose = {
    .name = "propose",
    .summary = "Put a proposal to the council",
    .operands = "",
    .socket = true,
    .options = options,
    .details = "Prints the proposal's id, and with --wait the outcome.\n",
    .run = run,
};
