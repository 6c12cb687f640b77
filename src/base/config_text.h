/* SPDX-License-Identifier: ISC */
/* The text of a configuration file as libconfuse reads it without mistakes, and what is
 * said of those that are in it. */
#ifndef CONCLAVE_BASE_CONFIG_TEXT_H
#define CONCLAVE_BASE_CONFIG_TEXT_H

#include "base/error.h"

#include <stdarg.h>

/* At most a megabyte, without comments; lines keep their numbers. The caller frees; NULL
 * with errno set. */
char *config_text_read(const char *path);

/* A path that it names, relative ones from the folder of the file; NULL for NULL. The
 * caller frees. */
char *config_text_path(const char *folder, const char *path);

/* For libconfuse's error function, which has the line: its words with the place before them
 * and a cure behind, which names the page of the manual. The first complaint stands. */
void config_text_complain(struct complaint *why, const char *path, int line,
                          const char *page, const char *format, va_list args);

#endif
