/* SPDX-License-Identifier: ISC */
/* The text of a configuration file as libconfuse reads it without mistakes. */
#ifndef CONCLAVE_BASE_CONFIG_TEXT_H
#define CONCLAVE_BASE_CONFIG_TEXT_H

/* At most a megabyte, without comments; lines keep their numbers. The caller frees; NULL
 * with errno set. */
char *config_text_read(const char *path);

#endif
