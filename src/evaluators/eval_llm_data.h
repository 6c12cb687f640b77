/* SPDX-License-Identifier: ISC */
/*
 * Text of other seats as data of a prompt: nothing in it can look like the end of the data,
 * like a control token of a model's chat template, or be there and not be seen. Pure.
 */
#ifndef CONCLAVE_EVALUATORS_EVAL_LLM_DATA_H
#define CONCLAVE_EVALUATORS_EVAL_LLM_DATA_H

#include "base/bytes.h"

enum {
    LLM_NONCE_BYTES = 16,
    LLM_NONCE_DIGITS = 2 * LLM_NONCE_BYTES, /* hexadecimal, in lower case */
};

/* What each line of data begins with, and no other line of a prompt. */
#define LLM_DATA_MARK "| "

/*
 * Appends the first `most` bytes of the text, cut between characters, as lines that each
 * begin with LLM_DATA_MARK and end with a line feed. Characters that are harmful or are not
 * seen are written as \u{N}, bytes that are no UTF-8 as \xNN; '<', '[' and ']' are kept
 * apart from what would make a control token of them; the nonce, should it occur, is
 * replaced. Returns how many bytes of the text were left out.
 */
size_t llm_data_append(struct buffer *out, struct slice text, size_t most,
                       const char *nonce);

/* Appends the text on one line, without the mark, cut at `most` bytes. */
void llm_data_word(struct buffer *out, struct slice text, size_t most);

#endif
