/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "evaluators/eval_llm_data.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/*
 * Characters that a person does not see and a tokenizer does: spaces of no width, the
 * separators that break lines, and the tags, which spell ASCII out of sight. The joiners
 * U+200C and U+200D stay, since some languages need them.
 */
static bool is_unseen(uint32_t c)
{
    return c == 0x00ad || c == 0x034f || c == 0x180e || c == 0x200b || c == 0x2028 ||
           c == 0x2029 || (c >= 0x2060 && c <= 0x2065) || c == 0xfeff ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

/*
 * Control tokens are <|im_start|>, <start_of_turn>, </s>, <<SYS>>, [INST], [gMASK],
 * [|system|], ]~b] and others of that kind; some servers take them for what they say
 * wherever they stand.
 */
static bool opens_token(struct slice text, size_t at)
{
    uint8_t c = text.data[at], next = at + 1 < text.size ? text.data[at + 1] : ' ';
    bool plain = isspace(next) || isdigit(next);
    return (c == '<' && !plain && next != '=') ||
           (c == '[' && (isalpha(next) || next == '/' || next == '|')) ||
           (c == ']' && (next == '~' || next == '!'));
}

static void append_string(struct buffer *out, const char *s)
{
    buffer_append(out, s, strlen(s));
}

static size_t append_character(struct buffer *out, struct slice text, size_t at)
{
    uint32_t c = 0;
    size_t length = text_decode(text, at, &c);
    if (length != 0 && !is_unseen(c) && (!text_is_harmful(c) || c == '\t')) {
        buffer_append(out, text.data + at, length);
    } else if (length != 0 && is_unseen(c)) {
        char escaped[16];
        (void)snprintf(escaped, sizeof(escaped), "\\u{%x}", (unsigned)c);
        append_string(out, escaped);
    } else {
        length = length != 0 ? length : 1;
        text_escape(out, slice_of(text.data + at, length), "");
    }
    if (opens_token(text, at)) {
        append_string(out, " ");
    }
    return length;
}

static bool is_nonce(struct slice text, size_t at, const char *nonce)
{
    return text.size - at >= LLM_NONCE_DIGITS &&
           strncasecmp((const char *)text.data + at, nonce, LLM_NONCE_DIGITS) == 0;
}

size_t llm_data_append(struct buffer *out, struct slice text, size_t most,
                       const char *nonce)
{
    struct slice shown = text.size > most ? slice_of(text.data, most) : text;
    shown.size = text.size > most ? text_whole(shown) : shown.size;
    append_string(out, LLM_DATA_MARK);
    for (size_t at = 0; at < shown.size;) {
        if (is_nonce(shown, at, nonce)) {
            append_string(out, "(removed)");
            at += LLM_NONCE_DIGITS;
        } else if (shown.data[at] == '\n') {
            append_string(out, "\n" LLM_DATA_MARK);
            at++;
        } else {
            at += append_character(out, shown, at);
        }
    }
    append_string(out, "\n");
    return text.size - shown.size;
}

void llm_data_word(struct buffer *out, struct slice text, size_t most)
{
    struct slice shown = text.size > most ? slice_of(text.data, most) : text;
    shown.size = text.size > most ? text_whole(shown) : shown.size;
    for (size_t at = 0; at < shown.size;) {
        if (shown.data[at] == '\n') {
            append_string(out, " ");
            at++;
        } else {
            at += append_character(out, shown, at);
        }
    }
}
