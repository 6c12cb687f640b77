/* SPDX-License-Identifier: ISC */
/*
 * Remembers what each seat signed, and turns two conflicting statements of one seat into an
 * EVIDENCE operation: conclave-protocol(7) section 9. Pure and bounded: what is older than
 * its memory goes unnoticed here, and is noticed by others.
 */
#ifndef CONCLAVE_EVIDENCE_EVIDENCE_H
#define CONCLAVE_EVIDENCE_EVIDENCE_H

#include "wire/message.h"

enum {
    EVIDENCE_HEIGHTS = 64,   /* votes of so many heights, for each seat and phase */
    EVIDENCE_VIEWS = 8,      /* NEW-VIEWs of so many views */
    EVIDENCE_BALLOTS = 8192, /* BALLOTs, the latest ones */
};

struct evidence_memory;
struct evidence_memory *evidence_new(uint16_t seats);
void evidence_free(struct evidence_memory *m);

/*
 * Each takes an authentic statement, of a view that the caller has reason to believe in: a
 * vote of a view far ahead would push the present ones out. The first of its kind is kept.
 * Where it conflicts with the one kept, the encoding of an EVIDENCE operation is appended
 * to out (once for each pair that is offered) and true is returned.
 */
bool evidence_vote(struct evidence_memory *m, const struct vote *v, struct buffer *out);
bool evidence_new_view(struct evidence_memory *m, uint16_t primary,
                       const struct new_view *v, struct buffer *out);
/* The BALLOTs of a signed envelope about proposals that are open: about others nobody could
 * ever be led astray. Only the first conflict in it is told. */
bool evidence_envelope(struct evidence_memory *m, const struct envelope *e,
                       bool (*is_open)(void *context, const struct hash *proposal),
                       void *context, struct buffer *out);

/* The proposal is final: its BALLOTs are forgotten. */
void evidence_forget(struct evidence_memory *m, const struct hash *proposal);

/* Whichever of these the authentic message is about; a PRE-PREPARE is its primary's
 * PREPARE. Votes of views above highest_view are passed over. */
bool evidence_message(struct evidence_memory *m, const struct message *message,
                      uint64_t highest_view,
                      bool (*is_open)(void *context, const struct hash *proposal),
                      void *context, struct buffer *out);

/* Whether a vote would conflict, before anyone checks its signature. */
bool evidence_suspects(const struct evidence_memory *m, const struct vote *v);

#endif
