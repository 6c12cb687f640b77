/* SPDX-License-Identifier: ISC */
/* Lines of the log as text: logfmt and JSON. Everything appends to out. */
#ifndef CONCLAVE_BASE_LOG_TEXT_H
#define CONCLAVE_BASE_LOG_TEXT_H

#include "base/log.h"

enum { LOG_TIME_BYTES = 32 };
/* 2026-01-02T03:04:05.678Z */
void log_time(char out[LOG_TIME_BYTES], uint64_t time_ms);

/* level=info event=view.changed view=3; returns where in out the event's name ends. */
size_t log_text_logfmt(struct buffer *out, enum log_level level,
                       const struct log_field *fields);
/* {"ts":"...","level":"info","event":"view.changed","view":3}; time NULL: without it. */
void log_text_json(struct buffer *out, const char *time, enum log_level level,
                   const struct log_field *fields);
/* " key=value" */
void log_text_field(struct buffer *out, const struct log_field *f);

#endif
