/* SPDX-License-Identifier: ISC */
/*
 * What the synthetic councils are like: temperaments of honest ones, and kinds of faulty
 * seats with the kinds of finding that tell them.
 */
#ifndef CONCLAVE_TESTS_DETECT_KINDS_H
#define CONCLAVE_TESTS_DETECT_KINDS_H

#include "watch/flag.h"

/* Merits and errors are in standard deviations of the merit of proposals. */
struct temperament {
    const char *name;
    double clear;    /* share of decisions whose evidence is clear */
    double merit;    /* of proposals in the mean; 0 is as good as bad */
    double classes;  /* spread of that between classes */
    double leniency; /* spread between seats */
    double noise;    /* of a seat's own judgement, where the evidence is not clear */
    double shared;   /* share of the errors' variance that a model family has in common */
    double outages;  /* that begin, of a seat and decision */
    double late;     /* share of ballots */
    uint32_t regime; /* the decision from which merits are of another kind; 0: none */
    bool is_mix_moving; /* classes come at other rates over time */
    bool is_rules;      /* rationales are those of conclave-eval-rules */
};
extern const struct temperament temperaments[];
extern const unsigned temperament_count;

enum fault {
    FAULT_NONE,
    FAULT_CONTRARIAN,   /* votes against what it sees */
    FAULT_RANDOM,       /* tosses a coin */
    FAULT_RUBBER_STAMP, /* approves everything */
    FAULT_BOUGHT,       /* approves everything of one class, else honest */
    FAULT_COLLUDING,    /* in three decisions of ten together, against their merit */
    FAULT_VENDOR,       /* a model family that errs as one */
    FAULT_COPYCAT,      /* gives another seat's vote and rationale as its own */
    FAULT_DRIFTING,     /* turns lenient or harsh over 250 decisions */
    FAULT_CHANGED,      /* another model at once */
    FAULT_SLOW,         /* ballots take four times as long, a quarter comes late */
    FAULT_SILENT,       /* takes no part */
    FAULT_WITHHOLDING,  /* keeps ballots closed that would lose */
    FAULT_CARELESS,     /* reveals early, or what does not open the ballot */
    FAULT_INJECTED,     /* a tenth of its rationales carry instructions */
    FAULT_COUNT
};

struct fault_kind {
    const char *name;
    uint32_t onset;    /* decisions before which the seat is honest */
    uint32_t right;    /* bits of the kinds of finding that tell it */
    uint8_t counts[6]; /* of faulty seats among 33, in the table; 0 ends them */
};
extern const struct fault_kind fault_kinds[FAULT_COUNT];

enum { FAULT_TOPIC = 1 }; /* the class of those that are bought */

bool fault_is_told_by(enum fault f, enum flag_kind k);

/* The charter's council has these classes. */
enum { DETECT_CLASSES = 4 };

/* A statement of what happened rather than a judgement: true, whoever is honest. */
bool flag_is_fact(enum flag_kind k);
/* It judges rationales. */
bool flag_is_of_texts(enum flag_kind k);
/* It judges somebody, and is worth a warning or more. */
bool flag_is_alarm(enum flag_kind k);

#endif
