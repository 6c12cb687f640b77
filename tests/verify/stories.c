/* SPDX-License-Identifier: ISC */
#include "stories.h"

/* Three proposals beside each other: approved, rejected because the threshold cannot be
 * reached, and approved with a ballot opened after the outcome. */
static const struct line three_of_four[] = {
    {"100: propose A 1; propose B 2", NULL},
    {"110: ballot A 1..3 approve; ballot A 4 reject; ballot B 1,2 approve", NULL},
    {"115: ballot B 3,4 reject; propose C 4", NULL},
    {"120: reveal A 1..4; ballot C 1..4 approve", NULL},
    {"130: reveal B 1..4; reveal C 1..3", NULL},
    {"140: reveal C 4", NULL},
    {"150:", NULL},
    {NULL, NULL},
};

/* Too few ballots, and a deadline that comes before the third opening. */
static const struct line deadlines[] = {
    {"100: propose A 1; propose B 3", NULL},
    {"200: ballot A 1,2 approve; ballot B 1..4 approve", NULL},
    {"210: reveal B 1,2", NULL},
    {"712:", NULL},
    {"720: reveal B 3", NULL},
    {"1100:", NULL},
    {"1101: ballot A 3 approve", NULL},
    {"1102: reveal A 1,2", NULL},
    {"1700:", NULL},
    {NULL, NULL},
};

/* All that a seat can be: 4 withholds, 5 is late, 6 misses, 7 is expelled. */
static const struct line seven_fates[] = {
    {"100: propose A 2", NULL},
    {"110: ballot A 1..4,7 approve", NULL},
    {"1100: evidence 7", NULL},
    {"1101: propose B 1; ballot B 1..6 reject", NULL},
    {"1102: ballot A 5 approve; reveal A 1,3", NULL},
    {"1103: reveal A 2", NULL},
    {"1104: reveal B 1..6", NULL},
    {"1610:", NULL},
    {"1611:", NULL},
    {NULL, NULL},
};

/* The council can no longer reach its threshold when three of its seats are convicted. */
static const struct line convicted[] = {
    {"100: propose A 1", NULL},
    {"110: ballot A 1,2 approve; ballot A 5,6 approve", NULL},
    {"120: evidence 5; evidence 6; evidence 7", NULL},
    {"130: ballot A 3,4 abstain", NULL},
    {"140: reveal A 1..4", NULL},
    {"150:", NULL},
    {NULL, NULL},
};

/* 23 approve, 3 reject, 2 abstain; 29 and 30 withhold, 31 is late, 32 misses, 33 is
 * expelled. */
static const struct line great_council[] = {
    {"100: propose A 7; propose B 8", NULL},
    {"110: ballot A 1..23 approve; ballot A 24..26 reject; ballot A 27,28 abstain", NULL},
    {"120: ballot A 29,30 approve; ballot A 33 reject; ballot B 1..33 reject", NULL},
    {"220: evidence 33", NULL},
    {"221: ballot A 31 approve; reveal A 1..21", NULL},
    {"222: reveal A 24..28", NULL},
    {"223: reveal A 22; reveal B 1..32", NULL},
    {"224: reveal A 23", NULL},
    {"740:", NULL},
    {"741:", NULL},
    {NULL, NULL},
};

const struct tale tales[] = {
    {"three of four", 4, three_of_four},      {"deadlines", 4, deadlines},
    {"seven fates", 7, seven_fates},          {"convicted", 7, convicted},
    {"the great council", 33, great_council}, {NULL, 0, NULL},
};
