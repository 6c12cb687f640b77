/* SPDX-License-Identifier: ISC */
/*
 * The ordering rules of conclave-protocol(7) section 6, for n = 4, f = 1, q = 3, w = 2:
 * three correct seats A, B, C, and one that lies. spin looks at every run within VIEWS
 * views and HEIGHTS heights, whatever the network delays, repeats, reorders or loses.
 *
 * Checked, by assertions:
 *   agreement   one committed block per height, whoever committed it and in which view;
 *   survival    a NEW-VIEW that a correct seat follows leads to every block that a lower
 *               view commits, also when that commit becomes certain only later (LEMMAS);
 *   uniqueness  (view, height) has at most one certified block (LEMMAS);
 *   one word    a correct seat never votes for two blocks of one (view, height) in one
 *               phase, restored seats included (LEMMAS).
 *
 * What is abstracted, and why nothing is lost by it:
 *
 * Messages are knowledge that only grows. There are no channels: a seat acts upon a
 * message by looking whether its sender has signed it. Any seat may look at any later time,
 * or never, which is all that a network can do. A certificate exists as soon as its votes
 * do, even if nobody has put them together, which makes agreement harder, not easier.
 *
 * The liar is not a process. Its signature is on everything, so a certificate exists as
 * soon as q - 1 correct seats voted; its VIEW-CHANGE may claim any certificate that exists,
 * to each seat another, which leaves one condition of a NEW-VIEW: q - 1 correct seats sent
 * VIEW-CHANGEs whose best is no higher than its tip. (With three correct ones among the q
 * the tip is their highest, which that condition allows as well.)
 *
 * A primary has no state. One that lies sends every seat the NEW-VIEW and the blocks it
 * likes; that is the case for the views in the bit mask LYING, by default for all of them,
 * though with one liar only every fourth primary is: agreement rests on no primary. In
 * other views all follow one NEW-VIEW and there is one block for each height; which, is
 * chosen when it is first needed, since what justifies it never ceases to hold.
 *
 * Two blocks, a and b, for each (view, height), with any parents. Of three correct seats
 * at most two can vote for a third one, and no certificate could stand on the other. A
 * block that a single correct seat votes for is never certified, nor is what extends it,
 * so that its vote is as good as none.
 *
 * Writing and sending are one step, since a vote that is stored and not sent is one that
 * nobody looks at. All that a seat decides by here is what section 6 calls durable (its
 * view, its NEW-VIEW, its votes, its best certificate; its tip follows from them), so a
 * crash and restart of a seat that keeps its store changes nothing and is not a step. What
 * it means not to keep them is shown by the variants FORGETS_VOTES and FORGETS_NEW_VIEW.
 *
 * A seat's best is never below any certificate that it must have held: of its COMMITs, its
 * VIEW-CHANGEs and its NEW-VIEW. How much more it knows is chosen when it matters.
 * The kind of a certificate is left out: only (view, height) is ever compared.
 *
 * A seat may COMMIT any prepared block of its view, though it has accepted another one: the
 * rules do not need that check, and an implementation is free to have it. (The story of
 * FORGETS_NEW_VIEW makes use of it.)
 *
 * Timers are left out: a seat may give up a view at any time. It keeps the rule about
 * not moving on before it holds q VIEW-CHANGEs, but these are counted as seats whose view
 * is as high, which allows a little more. Content, time, state roots, the window and
 * fetching are left out: they only ever make a replica refuse or wait. So is the check
 * against the chain that a seat itself has committed (`consensus.fork` in the log).
 *
 * Seats that lose their state (LOSSES of them): see lose() below. That is beyond f, since
 * the liar is there too; the rules keep agreement all the same.
 *
 * Reductions, which change what is stored, never what can happen: correct seats are
 * interchangeable here and kept in a sorted order (not with NAMED); what no seat can
 * look at any more is wiped (tidy). With ROUNDS, views happen one after another: an act
 * in view v looks only at acts in views up to v, and once a seat has acted in a view it
 * never acts in a lower one, so that every run can be put into that order without a
 * change to who signed what. (The counts in may_leave() look at no later view either: the
 * first correct seat that gets to a view or past it gets to that view, since nothing
 * carries it further.) Without ROUNDS any interleaving is looked at.
 *
 * Not shown: more views or heights than the bounds, more seats, liveness.
 */
#ifndef VIEWS
#define VIEWS 3
#endif
#ifndef HEIGHTS
#define HEIGHTS 2
#endif
#ifndef QUORUM /* variant: 2 */
#define QUORUM 3
#endif
#ifndef LYING
#define LYING 255
#endif
#ifndef LOSSES
#define LOSSES 0
#endif

#define CORRECT 3
#define NEED (QUORUM - 1) /* correct seats without which there is no quorum */
#define CELLS (VIEWS * HEIGHTS)
#define UNKNOWN 255

/* Blocks are numbered so that a higher (view, height) has the higher number. */
#define NOTHING 0
#define GENESIS 1
#define LAST (1 + 2 * CELLS)
#define CELL(v, h) ((v) * HEIGHTS + (h) - 1)
#define BLOCK(cell, slot) (2 + 2 * (cell) + (slot))
#define CELL_OF(b) (((b) - 2) / 2)
#define SLOT_OF(b) ((b) & 1)
#define VIEW_OF(b) ((b) <= GENESIS -> 0 : CELL_OF(b) / HEIGHTS)
#define HEIGHT_OF(b) ((b) <= GENESIS -> 0 : CELL_OF(b) % HEIGHTS + 1)
#define RANK(b) ((b) / 2) /* of (view, height) */

/* One byte says what a seat signed for a (view, height). */
#define BIT(b) (1 << SLOT_OF(b))
#define PREPARE(b) BIT(b)
#define COMMIT(b) (BIT(b) << 2)
#define PREPARES 3
#define COMMITS 12

typedef seat_state {
    byte view;
    byte base; /* the tip of the NEW-VIEW followed; NOTHING: not in the view */
    byte best;
    byte change[VIEWS]; /* the best in its VIEW-CHANGE for a view; NOTHING: none sent */
    byte vote[CELLS];
    byte before[CELLS]; /* votes that it made and does not remember */
    bool lost;          /* has lost its state, and waits */
    byte limit;         /* V; UNKNOWN: has not got the reports */
};

seat_state seat[CORRECT];
byte parent[2 * CELLS + 2]; /* NOTHING: there is no such block yet */
byte certified[CELLS];      /* slots with a prepared certificate */
byte chain[HEIGHTS + 1];    /* committed blocks, and the lowest view that commits each */
byte chain_view[HEIGHTS + 1];
byte announced[VIEWS]; /* the tip in the NEW-VIEW of a primary that does not lie */
byte losses;
byte round;
byte wiped; /* views of which only the certificates are kept */

#define S seat[s]
#define LIES(v) ((LYING >> (v)) & 1)
#define CERTIFIED(b) ((b) == GENESIS || (certified[CELL_OF(b)] & BIT(b)))
#define LETTER(b) ((b) <= GENESIS -> '-' : 'a' + SLOT_OF(b))

#define SIGNED(x, cell, bits) (((seat[x].vote[cell] | seat[x].before[cell]) & (bits)) != 0)
#define VOTES(cell, bits) \
    (SIGNED(0, cell, bits) + SIGNED(1, cell, bits) + SIGNED(2, cell, bits))

#ifdef ROUNDS
#define NOW(v) ((v) == round)
#define DEAD(v) ((v) < round)
#else
#define NOW(v) true
#define DEAD(v) (SEATS_IN(v + 1) == CORRECT)
#endif

/* Correct seats in a view or above it. */
#define SEATS_IN(v) \
    ((seat[0].view >= (v)) + (seat[1].view >= (v)) + (seat[2].view >= (v)))

/* From a view that it has entered, or for which q seats have asked, a seat may go one
 * further; and it joins w others, of which one is correct, in any view up to that one's. */
#define MAY_LEAVE(v) \
    (((v) == S.view + 1 && (S.base != NOTHING || SEATS_IN(S.view) >= NEED)) || \
     SEATS_IN(v) >= 1)

#ifdef ANY_TIP /* variant: the tip need not be the highest certificate */
#define NOT_ABOVE(b, tip) true
#else
#define NOT_ABOVE(b, tip) (RANK(b) <= RANK(tip))
#endif
#ifdef FEW_CHANGES /* variant: q - 1 VIEW-CHANGEs are enough */
#define NEED_CHANGES (NEED - 1)
#else
#define NEED_CHANGES NEED
#endif
#define ASKED(x, v, tip) (seat[x].change[v] != NOTHING && NOT_ABOVE(seat[x].change[v], tip))
#define NEW_VIEW(v, tip) \
    (CERTIFIED(tip) && VIEW_OF(tip) < (v) && \
     ASKED(0, v, tip) + ASKED(1, v, tip) + ASKED(2, v, tip) >= NEED_CHANGES && \
     (LIES(v) || announced[v] == NOTHING || announced[v] == (tip)))

#ifdef STALE_CHANGE /* variant: who lost state still asks for views */
#define MAY_ASK(x) true
#else
#define MAY_ASK(x) (!seat[x].lost)
#endif

#ifdef AT_LIMIT /* variant: a certificate of V itself is enough */
#define FREES(v) ((v) >= S.limit)
#else
#define FREES(v) ((v) > S.limit)
#endif
#define MOVES(v) ((S.lost -> (S.limit != UNKNOWN && FREES(v)) : (v) > S.view))

#ifdef UNPREPARED /* variant: COMMIT follows PREPARE without a prepared certificate */
#define MAY_COMMIT(b) (S.vote[CELL_OF(b)] & PREPARE(b))
#else
#define MAY_COMMIT(b) CERTIFIED(b)
#endif

#ifdef LEMMAS
#define LEMMA(x) assert(x)
#else
#define LEMMA(x) skip
#endif

inline raise_best(b)
{
    if
    :: RANK(b) > RANK(S.best) -> S.best = b
    :: else
    fi
}

/* x becomes the ancestor of a block at a height, or the block itself if it is no higher. */
inline descend(from, to)
{
    x = from;
    do
    :: HEIGHT_OF(x) > to -> x = parent[x]
    :: else -> break
    od
}

/* q COMMITs for b: it is committed, and by the chain its ancestors. */
inline commit_chain(b)
{
    printf("* %d.%d%c is committed\n", VIEW_OF(b), HEIGHT_OF(b), LETTER(b));
    x = b;
    do
    :: x > GENESIS ->
        i = HEIGHT_OF(x);
        assert(chain[i] == NOTHING || chain[i] == x); /* agreement */
        if
        :: chain[i] == NOTHING || chain_view[i] > VIEW_OF(b) ->
            chain[i] = x;
            chain_view[i] = VIEW_OF(b)
        :: else
        fi;
        x = parent[x]
    :: else -> break
    od;
#ifdef LEMMAS
    i = 0;
    do
    :: i < CORRECT ->
        if
        :: seat[i].base != NOTHING && seat[i].view > VIEW_OF(b) && !DEAD(seat[i].view) ->
            descend(seat[i].base, HEIGHT_OF(b));
            assert(x == b) /* survival */
        :: else
        fi;
        i++
    :: else -> break
    od;
#endif
    x = 0;
    i = 0
}

inline check_survival(tip, v)
{
#ifdef LEMMAS
    i = 1;
    do
    :: i <= HEIGHTS ->
        if
        :: chain[i] != NOTHING && chain_view[i] < v ->
            descend(tip, i);
            assert(x == chain[i]) /* survival */
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0;
    x = 0;
#endif
    skip
}

/* The tip of the seat's chain, into t, and the height above it, into h. */
inline find_tip()
{
    t = S.base;
    h = HEIGHT_OF(t) + 1;
    do
    :: h <= HEIGHTS ->
        c = CELL(S.view, h);
        if
        :: (S.vote[c] & PREPARES) == 0 -> break
        :: else
        fi;
        b = BLOCK(c, ((S.vote[c] & 1) -> 0 : 1));
        if
        :: parent[b] == t -> t = b; h++
        :: else -> h = HEIGHTS + 1 /* it voted for another chain: nothing to add */
        fi
    :: else -> break
    od;
    c = (h <= HEIGHTS -> CELL(S.view, h) : 0);
    b = NOTHING
}

/* --- what a correct seat does --- */

inline prepare(b, tip)
{
    printf("%c PREPAREs %d.%d%c after %d.%d%c\n", 'A' + s, VIEW_OF(b), HEIGHT_OF(b),
        LETTER(b), VIEW_OF(tip), HEIGHT_OF(tip), LETTER(tip));
    parent[b] = tip;
    c = CELL_OF(b);
    LEMMA(!SIGNED(s, c, PREPARES & ~PREPARE(b))); /* one word */
    S.vote[c] = S.vote[c] | PREPARE(b);
    if
    :: VOTES(c, PREPARE(b)) >= NEED ->
        certified[c] = certified[c] | BIT(b);
        LEMMA(certified[c] != 3) /* uniqueness */
    :: else
    fi
}

inline commit(b)
{
    printf("%c COMMITs %d.%d%c\n", 'A' + s, VIEW_OF(b), HEIGHT_OF(b), LETTER(b));
    c = CELL_OF(b);
    LEMMA(!SIGNED(s, c, COMMITS & ~COMMIT(b))); /* one word */
    S.vote[c] = S.vote[c] | COMMIT(b);
    if
    :: CERTIFIED(b) -> raise_best(b)
    :: else
    fi;
    if
    :: VOTES(c, COMMIT(b)) >= NEED -> commit_chain(b)
    :: else
    fi;
    c = 0
}

inline ask(v, b)
{
    printf("%c sends VIEW-CHANGE %d, its best %d.%d%c\n", 'A' + s, v, VIEW_OF(b),
        HEIGHT_OF(b), LETTER(b));
    S.change[v] = b;
    S.best = b;
#ifndef LINGERS /* variant: goes on voting in the view that it asked to leave */
    S.view = v;
    S.base = NOTHING
#endif
}

inline enter(v, tip)
{
    printf("%c follows NEW-VIEW %d from %d.%d%c\n", 'A' + s, v, VIEW_OF(tip),
        HEIGHT_OF(tip), LETTER(tip));
    check_survival(tip, v);
    S.view = v;
    S.base = tip;
    raise_best(tip);
    announced[v] = (LIES(v) -> NOTHING : tip)
}

/* A certificate of a higher view; for who lost state, the one that frees it. */
inline move(b)
{
    printf("%c holds a certificate of %d.%d%c\n", 'A' + s, VIEW_OF(b), HEIGHT_OF(b),
        LETTER(b));
    S.view = VIEW_OF(b);
    S.base = NOTHING;
    raise_best(b);
    S.lost = false;
    S.limit = 0
}

/* V: the highest view that q others report. With n = 4 these are all others; who has lost
 * state reports nothing. A lie can only make V higher, which binds the seat longer. */
#define OTHER1 (s == 0 -> 1 : 0)
#define OTHER2 (s == 2 -> 1 : 2)
#define VIEW1 seat[OTHER1].view
#define VIEW2 seat[OTHER2].view
#define REPORTS (!seat[OTHER1].lost && !seat[OTHER2].lost)
#ifdef FEW_REPORTS /* variant: q - 1 reports, one of which is the liar's, are enough */
#define REPORTED (VIEW1 < VIEW2 -> VIEW1 : VIEW2)
#else
#define REPORTED (VIEW1 > VIEW2 -> VIEW1 : VIEW2)
#endif

inline take_reports()
{
    printf("%c takes V = %d\n", 'A' + s, REPORTED);
    S.limit = REPORTED
}

/* A disk is replaced or an old copy restored. What the seat said stays said, and it
 * remembers nothing of it; to remember a part would only help. */
inline lose()
{
    printf("%c loses its state\n", 'A' + s);
    losses++;
    i = 0;
    do
    :: i < CELLS ->
        S.before[i] = S.before[i] | S.vote[i];
        S.vote[i] = 0;
        i++
    :: else -> break
    od;
    i = 0;
    S.best = GENESIS;
#ifdef AT_ONCE /* variant: goes on as a fresh seat does */
    S.view = 0;
    S.base = GENESIS;
#else
    S.base = NOTHING;
    S.lost = true;
    S.limit = UNKNOWN;
    if
    :: REPORTS -> take_reports()
    :: else
    fi;
#endif
    skip
}

/* Variants: a crash, and something was sent that was not durable yet. */
inline crash()
{
    printf("%c crashes and starts again\n", 'A' + s);
    losses++;
#ifdef FORGETS_NEW_VIEW
    S.base = NOTHING;
#endif
#ifdef FORGETS_VOTES
    i = 0;
    do
    :: i < CELLS ->
        S.before[i] = S.before[i] | S.vote[i];
        S.vote[i] = 0;
        i++
    :: else -> break
    od;
    i = 0;
#endif
    skip
}

/* --- reductions --- */

#define COMPARE(a, b) \
    if \
    :: d == 0 && (a) != (b) -> d = ((a) > (b) -> 1 : 2) \
    :: else \
    fi
#define SWAP(a, b) x = a; a = b; b = x

inline sort(p, q)
{
    COMPARE(seat[p].view, seat[q].view);
    COMPARE(seat[p].base, seat[q].base);
    COMPARE(seat[p].best, seat[q].best);
    COMPARE(seat[p].limit, seat[q].limit);
    i = 0;
    do
    :: d == 0 && i < CELLS ->
        COMPARE(seat[p].vote[i], seat[q].vote[i]);
        COMPARE(seat[p].before[i], seat[q].before[i]);
        i++
    :: else -> break
    od;
    i = 0;
    do
    :: d == 0 && i < VIEWS -> COMPARE(seat[p].change[i], seat[q].change[i]); i++
    :: else -> break
    od;
    i = 0;
    if
    :: d == 1 ->
        SWAP(seat[p].view, seat[q].view);
        SWAP(seat[p].base, seat[q].base);
        SWAP(seat[p].best, seat[q].best);
        SWAP(seat[p].lost, seat[q].lost);
        SWAP(seat[p].limit, seat[q].limit);
        do
        :: i < CELLS ->
            SWAP(seat[p].vote[i], seat[q].vote[i]);
            SWAP(seat[p].before[i], seat[q].before[i]);
            i++
        :: else -> break
        od;
        i = 0;
        do
        :: i < VIEWS -> SWAP(seat[p].change[i], seat[q].change[i]); i++
        :: else -> break
        od;
        i = 0;
        x = 0
    :: else
    fi;
    d = 0
}

/* Of a view in which no seat can act any more only the certificates matter. */
inline forget_view(v)
{
    x = 0;
    do
    :: x < CORRECT ->
        seat[x].change[v] = NOTHING;
        i = v * HEIGHTS;
        do
        :: i < (v + 1) * HEIGHTS ->
            seat[x].vote[i] = 0;
            seat[x].before[i] = 0;
            i++
        :: else -> break
        od;
        if
        :: seat[x].view <= v && seat[x].base != NOTHING -> seat[x].base = GENESIS
        :: else
        fi;
        x++
    :: else -> break
    od;
    i = BLOCK(v * HEIGHTS, 0);
    do
    :: i <= BLOCK(CELL(v, HEIGHTS), 1) ->
        if
        :: !CERTIFIED(i) -> parent[i] = NOTHING
        :: else
        fi;
        i++
    :: else -> break
    od;
    announced[v] = NOTHING;
    x = 0;
    i = 0
}

inline tidy()
{
#ifndef AT_ONCE
    do
    :: wiped < VIEWS && DEAD(wiped) -> forget_view(wiped); wiped++
    :: else -> break
    od;
#endif
#ifndef NAMED
    sort(0, 1);
    sort(1, 2);
    sort(0, 1);
#endif
    s = 0
}

/* --- all that can happen ---
 * A seat is chosen, then an act, then what it is about: the loops count up and stop where
 * they like, or reach the end and do nothing. */
init {
    byte s, b, c, t, h, v, i, x, d;
    d_step {
        do
        :: s < CORRECT -> S.base = GENESIS; S.best = GENESIS; s++
        :: else -> break
        od;
        s = 0
    }
    do
#ifdef ROUNDS
    :: atomic { round < VIEWS - 1 -> d_step { round++; tidy() } }
#endif
    :: atomic {
        if
        :: s = 0
        :: s = 1
        :: s = 2
        fi;
        if
        /* PREPARE: the next block of the view, after the seat's own tip */
        :: S.base != NOTHING && NOW(S.view) && !S.lost ->
            d_step { find_tip() }
            if
            :: h <= HEIGHTS && (parent[BLOCK(c, 0)] == t || parent[BLOCK(c, 0)] == NOTHING) ->
                b = BLOCK(c, 0)
            :: h <= HEIGHTS && LIES(S.view) && parent[BLOCK(c, 0)] != NOTHING &&
                (parent[BLOCK(c, 1)] == t || parent[BLOCK(c, 1)] == NOTHING) ->
                b = BLOCK(c, 1)
            :: else
            fi;
            d_step {
                if
                :: b != NOTHING -> prepare(b, t)
                :: else
                fi;
                h = 0; c = 0; t = 0; b = 0;
                tidy()
            }
        /* COMMIT: any prepared block of the view */
        :: S.base != NOTHING && NOW(S.view) && !S.lost ->
            b = BLOCK(CELL(S.view, 1), 0);
            do
            :: b < BLOCK(CELL(S.view, HEIGHTS), 1) -> b++
            :: (S.vote[CELL_OF(b)] & COMMITS) == 0 && MAY_COMMIT(b) ->
                d_step { commit(b); tidy() }
                break
            :: b == BLOCK(CELL(S.view, HEIGHTS), 1) -> break
            od;
            b = 0; s = 0
        /* VIEW-CHANGE: with the best that it knows */
        :: S.view < VIEWS - 1 && MAY_ASK(s) ->
            v = S.view + 1;
            b = GENESIS;
            do
            :: b < LAST -> b++
            :: b == LAST && v < VIEWS - 1 -> b = GENESIS; v++
            :: NOW(v) && MAY_LEAVE(v) && S.change[v] == NOTHING && CERTIFIED(b) &&
                RANK(b) >= RANK(S.best) && VIEW_OF(b) <= S.view ->
                d_step { ask(v, b); tidy() }
                break
            :: b == LAST && v == VIEWS - 1 -> break
            od;
            b = 0; v = 0; s = 0
        /* NEW-VIEW: of the present view or a higher one */
        :: !S.lost && (S.base == NOTHING || S.view < VIEWS - 1) ->
            v = (S.base == NOTHING -> S.view : S.view + 1);
            b = GENESIS;
            do
            :: b < LAST -> b++
            :: b == LAST && v < VIEWS - 1 -> b = GENESIS; v++
            :: NOW(v) && NEW_VIEW(v, b) ->
                d_step { enter(v, b); tidy() }
                break
            :: b == LAST && v == VIEWS - 1 -> break
            od;
            b = 0; v = 0; s = 0
        /* a certificate of a higher view */
        :: true ->
            b = BLOCK(0, 0);
            do
            :: b < LAST -> b++
            :: NOW(VIEW_OF(b)) && CERTIFIED(b) && MOVES(VIEW_OF(b)) ->
                d_step { move(b); tidy() }
                break
            :: b == LAST -> break
            od;
            b = 0; s = 0
#if LOSSES > 0
#if defined(FORGETS_VOTES) || defined(FORGETS_NEW_VIEW)
        :: losses < LOSSES -> d_step { crash(); tidy() }
#else
        :: !S.lost && losses < LOSSES -> d_step { lose(); tidy() }
        :: S.lost && S.limit == UNKNOWN && REPORTS -> d_step { take_reports(); tidy() }
#endif
#endif
        fi
       }
    od
}
