/* SPDX-License-Identifier: ISC */
/*
 * What a piece of the screen means. Views write roles; a theme turns them into colours and
 * attributes, and letters carry the meaning where there are none.
 */
#ifndef CONCLAVE_UI_SCREEN_ROLE_H
#define CONCLAVE_UI_SCREEN_ROLE_H

enum role {
    ROLE_TEXT,  /* what is neither of the others */
    ROLE_QUIET, /* of little weight: units, separators, what is at rest */
    ROLE_STRONG,
    ROLE_TITLE,    /* the head of a table or a part */
    ROLE_HEADER,   /* the line on top */
    ROLE_TAB,      /* the line of views */
    ROLE_TAB_HERE, /* and the one that is shown */
    ROLE_KEY,      /* in the line of keys: F1 */
    ROLE_KEY_TEXT, /* Help */
    ROLE_LIVE,     /* the badges */
    ROLE_STALE,
    ROLE_FROZEN,
    ROLE_REPLAY,
    ROLE_GOOD, /* as it should be */
    ROLE_BAD,  /* not */
    ROLE_BAR,  /* the part of a bar that is reached */
    ROLE_BAR_REST,
    ROLE_BAR_MARK, /* where it must come to */
    ROLE_BEAT,     /* a heartbeat in time */
    ROLE_BEAT_LATE,
    ROLE_APPROVE,
    ROLE_REJECT,
    ROLE_ABSTAIN,
    ROLE_SEALED,  /* a ballot that nobody can read yet */
    ROLE_NOTHING, /* no ballot, no vote */
    ROLE_UNKNOWN, /* this node has not said */
    ROLE_NOTICE,  /* severities */
    ROLE_WARNING,
    ROLE_CRITICAL,
    ROLE_FOUND,  /* what a search matches */
    ROLE_PROMPT, /* the line in which the operator types */
    ROLE_COUNT
};

/* "text", "quiet", ...: in themes and in the JSON of a screen. */
const char *role_name(enum role r);

#endif
