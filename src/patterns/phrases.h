/* SPDX-License-Identifier: ISC */
/*
 * What instructions.c looks for: words by what they mean in an order to a machine, and the
 * phrases that such meanings make. Words are folded (fold.h) and of several languages;
 * phrases are of meanings, so that they hold in all of them and in mixtures.
 */
#ifndef CONCLAVE_PATTERNS_PHRASES_H
#define CONCLAVE_PATTERNS_PHRASES_H

#include <stddef.h>
#include <stdint.h>

/* A word has some, one bit each. */
typedef uint64_t meanings;
enum meaning {
    FORGET,     /* ignore, disregard */
    FORGET_SO,  /* the same at the end of its clause, as in Japanese */
    DROP,       /* delete, cancel */
    EARLIER,    /* previous, above */
    ABOVE,      /* above alone */
    ALL,        /* all, any */
    EVERYTHING, /* everything */
    RULES,      /* instructions, prompt */
    LAWS,       /* rules, guidelines: what people have, too */
    THESE,      /* these, following */
    TOLD,       /* told, given */
    YOU,        /* the reader */
    YOUR,       /* the reader's */
    ARE,        /* are, will be */
    A,          /* a, the, not */
    NOW,        /* now, no longer */
    FROM,       /* from ... on */
    ACT,        /* act, behave */
    AS,         /* as, like */
    PRETEND,    /* pretend, imagine */
    MACHINE,    /* an AI, a language model */
    MODEL,      /* a model, an agent */
    PERSONA,    /* what the reader is to be */
    READING,    /* reads or judges this */
    ENABLE,     /* enable, enter */
    SPECIAL,    /* developer, debug */
    MODE,       /* mode */
    SYSTEM,     /* whose word counts most */
    MESSAGE,    /* a prompt, an override */
    NEW,        /* new, updated */
    TASK,       /* task, role */
    PREVAIL,    /* supersede, take precedence */
    FOLLOW,     /* follow, obey */
    MUST,       /* must, have to */
    VOTE,       /* vote, approve: what one is told to do */
    CHOICE,     /* approve, yes: what one is told to choose */
    ANSWER,     /* answer, return, set */
    REPLY,      /* respond, output: never a noun */
    BALLOT,     /* vote, choice, confidence: what one gives */
    BLINDLY,    /* regardless */
    PLEASE,     /* please, simply: before an order */
    SHOW,       /* show, give, list */
    REVEAL,     /* print, repeat, reveal */
    TEXT,       /* text, words, conversation */
    SECRET,     /* password, key */
    WHAT,       /* what, which */
    DO,         /* do, before not and anything */
    NOT,        /* not, never, to: no order follows */
    TELL,       /* mention, tell */
    PEOPLE,     /* user, humans */
    ADDRESS,    /* attention, dear */
    IF,         /* if */
    AND,        /* and, then */
    ANYTHING,   /* anything */
    MENTION,    /* attack, injection: speaks of such a thing */
};
#define MEANS(m) (UINT64_C(1) << (m))

/* Rows of words with one meaning more, parted by spaces; a word may be in several. */
struct word_list {
    enum meaning meaning;
    const char *words;
};
extern const struct word_list word_lists[];
extern const size_t word_list_count;

enum phrase_place {
    PLACE_ORDER, /* where the first word can only be an order */
    PLACE_FIRST, /* where a sentence or a clause begins */
    PLACE_LABEL, /* where a line or a sentence begins, and a colon follows */
    PLACE_ANY,
};

enum { PHRASE_PARTS = 5 };
/* All parts in a row within a sentence, with at most that many other words between one and
 * the part before it. */
struct phrase {
    const char *what; /* for people */
    enum phrase_place place;
    struct {
        meanings any; /* one of these; 0: there are no more parts */
        uint8_t gap;
    } parts[PHRASE_PARTS];
};
extern const struct phrase phrases[];
extern const size_t phrase_count;

/* Marks that are found as they are, but for case, white space and what is hidden. */
struct mark {
    const char *what;
    const char *text; /* lower case, without white space */
};
extern const struct mark marks[];
extern const size_t mark_count;

#endif
