/* SPDX-License-Identifier: ISC */
/* Where the lines of the log go: standard error, the journal behind it, syslog, a file. */
#ifndef CONCLAVE_BASE_LOG_PLACE_H
#define CONCLAVE_BASE_LOG_PLACE_H

#include "base/log.h"

int log_place_open(const char *destination, struct complaint *why);
int log_place_reopen(struct complaint *why);
void log_place_close(void);
/* Whether it wants lines with their times; the others have times of their own. */
bool log_place_wants_time(void);
bool log_place_is_journal(void);
bool log_place_is_file(void);
/* A line without its newline. False when it was lost, or only a part of it written: the
 * council does not wait for a full disk. */
bool log_place_write(enum log_level level, struct slice line);
/* What was wrong with the last line that was lost. */
const char *log_place_trouble(void);
/* Where lines go to a file: standard error, for what the file cannot be told. Its lines
 * have times unless it is the journal's. */
bool log_place_has_aside(bool *wants_time);
void log_place_write_aside(enum log_level level, struct slice line);

/* Whether standard error is the stream "device:inode" that the service manager says is the
 * journal's (systemd.exec(5)); NULL: it says nothing. */
bool log_place_is_stream(const char *journal_stream, int fd);

#endif
