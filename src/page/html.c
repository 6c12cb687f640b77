/* SPDX-License-Identifier: ISC */
#include "page/html.h"
#include "page/style.h"

#include "base/text.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void html_put(struct buffer *out, const char *markup)
{
    buffer_append(out, markup, strlen(markup));
}

void html_format(struct buffer *out, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof(text)) {
        abort();
    }
    buffer_append(out, text, (size_t)length);
}

/* A character of a text from outside. U+0338 would make one character with the > of a tag
 * before it, were the page normalised; XML refuses some of those that are none. */
static void put_character(struct buffer *out, uint32_t c)
{
    char text[TEXT_CHARACTER_MAX];
    if (c == '&') {
        html_put(out, "&amp;");
    } else if (c == '<') {
        html_put(out, "&lt;");
    } else if (c == '>') {
        html_put(out, "&gt;");
    } else if (c == '"') {
        html_put(out, "&quot;");
    } else if (c == '\'') {
        html_put(out, "&#39;");
    } else if (c == 0x338) {
        html_put(out, "&#x338;");
    } else if ((c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef)) {
        html_format(out, "\\u{%x}", (unsigned)c);
    } else {
        buffer_append(out, text, text_encode(c, text));
    }
}

void html_text(struct buffer *out, struct slice text, bool multiline)
{
    for (size_t at = 0, length; at < text.size; at += length) {
        uint32_t c = 0;
        length = text_decode(text, at, &c);
        if (multiline && (c == '\n' || c == '\t')) {
            buffer_append(out, text.data + at, 1);
        } else if (length == 0 || text_is_harmful(c)) {
            length += length == 0;
            text_escape(out, slice_of(text.data + at, length), "");
        } else {
            put_character(out, c);
        }
    }
}

void html_name(struct buffer *out, const char *text)
{
    html_put(out, "<bdi>");
    html_text(out, slice_of_string(text), false);
    html_put(out, "</bdi>");
}

void html_hash(struct buffer *out, const struct hash *hash)
{
    char hex[2 * HASH_BYTES + 1];
    hex_encode(hex, slice_of(hash->bytes, HASH_BYTES));
    html_put(out, hex);
}

/* The sheet is named by its hash, so that no other style and no script ever counts. */
static void write_policy(struct buffer *out)
{
    uint8_t sum[crypto_hash_sha256_BYTES];
    char text[sodium_base64_ENCODED_LEN(sizeof(sum), sodium_base64_VARIANT_ORIGINAL)];
    (void)crypto_hash_sha256(sum, (const unsigned char *)page_style, strlen(page_style));
    (void)sodium_bin2base64(text, sizeof(text), sum, sizeof(sum),
                            sodium_base64_VARIANT_ORIGINAL);
    html_format(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\"/>\n",
        text);
}

void html_begin(struct buffer *out, struct slice title, const char *council)
{
    html_put(out,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    write_policy(out);
    html_put(out,
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
             "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
             "<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>");
    if (title.size > 0) {
        html_text(out, title, false);
        html_put(out, " \xe2\x80\x93 ");
    }
    html_text(out, slice_of_string(council), false);
    html_put(out, "</title>\n<style>");
    html_put(out, page_style);
    html_put(out, "</style>\n</head>\n<body>\n");
    html_put(out, page_symbols);
}

void html_end(struct buffer *out)
{
    html_put(out, "</body>\n</html>\n");
}
