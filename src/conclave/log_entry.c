/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/log_entry.h"

#include "conclave/logfmt.h"
#include "conclave/node.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const rank_names[] = {"debug", "info", "warn", "error"};

const char *log_rank_name(enum log_rank rank)
{
    return rank_names[rank];
}

int log_rank_parse(const char *word)
{
    for (int i = 0; i < 4; i++) {
        if (strcmp(word, rank_names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

/* "2026-01-02T03:04:05.678Z"; 0 for anything else. */
static uint64_t parse_time(const char *text)
{
    struct tm tm = {0};
    unsigned ms = 0;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest == NULL || sscanf(rest, ".%3uZ", &ms) != 1) {
        return 0;
    }
    time_t seconds = timegm(&tm);
    return seconds > 0 ? (uint64_t)seconds * 1000 + ms : 0;
}

/* The value of "NAME=" at the beginning of *at, one bare word, which is passed over. */
static bool take_word(const char **at, const char *name, char *out, size_t size)
{
    size_t length = strlen(name);
    if (strncmp(*at, name, length) != 0 || (*at)[length] != '=') {
        return false;
    }
    const char *value = *at + length + 1;
    size_t end = strcspn(value, " ");
    if (end >= size) {
        return false;
    }
    memcpy(out, value, end);
    out[end] = '\0';
    *at = value + end + strspn(value + end, " ");
    return true;
}

/* The number of the field seat, which may stand anywhere in the fields. */
static unsigned find_seat(const char *text)
{
    bool quoted = false;
    for (const char *c = text; *c != '\0'; c++) {
        bool begins = !quoted && (c == text || c[-1] == ' ');
        if (begins && strncmp(c, "seat=", 5) == 0) {
            unsigned long seat = strtoul(c + 5, NULL, 10);
            return seat <= UINT16_MAX ? (unsigned)seat : 0;
        }
        if (*c == '\\' && c[1] != '\0') {
            c++;
        } else if (*c == '"') {
            quoted = !quoted;
        }
    }
    return 0;
}

/* {"ts":..., "level":..., "event":..., fields}: as the same line reads in logfmt. */
static bool parse_json(struct log_entry *e, const char *line)
{
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    int rank = log_rank_parse(member_text(object, "level"));
    const char *name;
    json_t *value;
    if (rank < 0 || !json_is_string(json_object_get(object, "event"))) {
        json_decref(object);
        return false;
    }
    struct buffer text = {NULL, 0, 0};
    uint64_t time_ms = parse_time(member_text(object, "ts"));
    e->rank = (enum log_rank)rank;
    e->event = alloc_string(member_text(object, "event"));
    e->time_ms = time_ms != 0 ? time_ms : e->time_ms;
    json_int_t seat = member_number(object, "seat");
    e->seat = seat > 0 && seat <= UINT16_MAX ? (unsigned)seat : 0;
    json_object_foreach(object, name, value)
    {
        if (strcmp(name, "ts") != 0 && strcmp(name, "level") != 0 &&
            strcmp(name, "event") != 0) {
            logfmt_add(&text, name, value);
        }
    }
    buffer_append(&text, "", 1);
    e->text = (char *)text.data;
    json_decref(object);
    return true;
}

static bool parse_logfmt(struct log_entry *e, const char *line)
{
    char time[40], level[8], event[64];
    const char *at = line;
    if (take_word(&at, "ts", time, sizeof(time)) && parse_time(time) != 0) {
        e->time_ms = parse_time(time);
    }
    if (!take_word(&at, "level", level, sizeof(level)) || log_rank_parse(level) < 0 ||
        !take_word(&at, "event", event, sizeof(event))) {
        return false;
    }
    e->rank = (enum log_rank)log_rank_parse(level);
    e->event = alloc_string(event);
    e->text = alloc_string(at);
    e->seat = find_seat(at);
    return true;
}

void log_entry_parse(struct log_entry *e, const char *line, uint64_t time_ms)
{
    *e = (struct log_entry){.time_ms = time_ms};
    if (line[0] == '{' ? parse_json(e, line) : parse_logfmt(e, line)) {
        return;
    }
    /* What a library or the kernel wrote there: worth seeing, and no event. */
    *e = (struct log_entry){.time_ms = time_ms,
                            .rank = LOG_RANK_ERROR,
                            .event = alloc_string(""),
                            .text = alloc_string(line)};
}

void log_entry_take(struct log_entry *e, const json_t *line)
{
    int rank = log_rank_parse(member_text(line, "level"));
    json_int_t seat = member_number(line, "seat"), time_ms = member_number(line, "time_ms");
    *e = (struct log_entry){
        .time_ms = time_ms > 0 ? (uint64_t)time_ms : 0,
        .rank = rank < 0 ? LOG_RANK_ERROR : (enum log_rank)rank,
        .event = alloc_string(member_text(line, "event")),
        .text = alloc_string(member_text(line, "text")),
        .seat = seat > 0 && seat <= UINT16_MAX ? (unsigned)seat : 0,
    };
}

void log_entry_clear(struct log_entry *e)
{
    free(e->event);
    free(e->text);
    memset(e, 0, sizeof(*e));
}
