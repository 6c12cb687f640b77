/* SPDX-License-Identifier: ISC */
/* What several reports for people are made of. */
#ifndef CONCLAVE_VERIFIER_REPORT_PARTS_H
#define CONCLAVE_VERIFIER_REPORT_PARTS_H

#include "conclave/lines.h"
#include "conclave/output.h"
#include "verifier/report.h"

/* A line, with the hash in hexadecimal. */
void say_hash(const char *label, const struct hash *h);
const char *seat_name(const struct charter *c, uint16_t seat);

/* Lines on a record. */
void say_outcome(const struct charter *c, const struct record *r);
void say_ballots(const struct record *r);
void say_moments(const struct record *r);
/* How many vendors, model families and jurisdictions the approvals are of. */
void say_approvals(const struct charter *c, const struct record *r);
/* The tables of all seats: what they did, and what they are. */
void say_seats(const struct charter *c, const struct record *r);
void say_who(const struct charter *c);

#endif
