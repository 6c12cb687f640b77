/* SPDX-License-Identifier: ISC */
/* The council, its seats, and who of them is there. */
#include "fixture.h"

#include "base/quorum.h"

#include <stdio.h>
#include <string.h>

enum { VIEW = 12, HEIGHT = 48212, BEAT_MS = 1000, TIMEOUT_MS = 10000 };

/* --- the charter --- */

static const char *const trees[][5] = {
    {"alder", "DE", "constitutional law", "Northwind", "boreal-3"},
    {"ash", "US", "product safety", "Tessera", "mosaic-xl"},
    {"aspen", "JP", "industrial policy", "Orchard", "pome-2"},
    {"beech", "BR", "public health", "Basalt", "strata-9"},
    {"birch", "FR", "data protection", "Meridian", "azimuth"},
    {"cedar", "KE", "development economics", "Halcyon", "halcyon-4"},
    {"cherry", "UK", "administrative law", "Quillon", "quill-large"},
    {"chestnut", "IN", "digital identity", "Ostara", "dawn-7"},
    {"cypress", "SE", "labour law", "Kestrel", "hover-5"},
    {"elm", "SG", "trade law", "Lumen Works", "lumen-2"},
    {"fir", "CL", "consumer protection", "Varda", "varda-mix"},
    {"hawthorn", "NL", "competition", "Northwind", "boreal-mini"},
    {"hazel", "KR", "semiconductors", "Tessera", "mosaic-law"},
    {"holly", "ZA", "access to justice", "Orchard", "commons-70b"},
    {"hornbeam", "ES", "elections and media", "Basalt", "strata-9"},
    {"juniper", "CA", "indigenous rights", "Meridian", "azimuth"},
    {"larch", "EE", "public registers", "Halcyon", "openhand-2"},
    {"laurel", "MX", "financial supervision", "Quillon", "quill-large"},
    {"linden", "CH", "international law", "Ostara", "dawn-7"},
    {"maple", "NG", "education", "Kestrel", "openhand-2"},
    {"oak", "IT", "cultural heritage", "Lumen Works", "lumen-2"},
    {"olive", "AE", "energy", "Varda", "commons-70b"},
    {"palm", "PL", "cyber security", "Northwind", "commons-70b"},
    {"pear", "ID", "disaster response", "Tessera", "mosaic-xl"},
    {"pine", "NO", "ocean and fisheries", "Orchard", "pome-2"},
    {"plane", "GH", "agriculture", "Basalt", "openhand-2"},
    {"poplar", "IE", "audit", "Meridian", "azimuth-lite"},
    {"rowan", "AR", "human rights", "Halcyon", "halcyon-4"},
    {"spruce", "RW", "space and climate", "Quillon", "commons-70b"},
    {"tamarisk", "NZ", "standards", "Ostara", "dawn-7"},
    {"walnut", "TR", "migration", "Kestrel", "hover-5"},
    {"willow", "CO", "public procurement", "Lumen Works", "lumen-2"},
    {"yew", "IL", "defence and dual use", "Varda", "varda-mix"},
};
enum { TREES = sizeof(trees) / sizeof(trees[0]) };

static const struct seat_card *make_cards(unsigned seats)
{
    static struct seat_card cards[UI_SEATS_MAX];
    memset(cards, 0, sizeof(cards));
    for (unsigned i = 0; i < seats; i++) {
        const char *const *tree = trees[i % TREES];
        struct seat_card *c = &cards[i];
        if (i < TREES) {
            (void)snprintf(c->name, sizeof(c->name), "%s", tree[0]);
        } else {
            (void)snprintf(c->name, sizeof(c->name), "seat-%03u", i + 1);
        }
        (void)snprintf(c->jurisdiction, sizeof(c->jurisdiction), "%s", tree[1]);
        (void)snprintf(c->speciality, sizeof(c->speciality), "%s", tree[2]);
        (void)snprintf(c->vendor, sizeof(c->vendor), "%s", tree[3]);
        (void)snprintf(c->model_family, sizeof(c->model_family), "%s", tree[4]);
        (void)snprintf(c->address, sizeof(c->address), "10.0.%u.%u:7000", i / 250,
                       i % 250 + 1);
    }
    return cards;
}

void fixture_council(struct scene *s, unsigned seats)
{
    s->known = true;
    s->seats = (uint16_t)seats;
    s->faulty = (uint16_t)quorum_faulty(seats);
    s->quorum = (uint16_t)quorum_size(seats);
    s->own = FIXTURE_OWN;
    s->heartbeat_ms = BEAT_MS;
    s->timeout_ms = TIMEOUT_MS;
    s->cards = make_cards(seats);
    s->events = 481516;
    (void)snprintf(s->council, sizeof(s->council), "council-a");
    memset(s->council_id, 'c', UI_ID_BYTES - 1);
}

/* --- who is there, and what each has said --- */

uint16_t fixture_liar(const struct scene *s)
{
    return s->seats > 13 ? 14 : 3;
}

bool fixture_is_dead(const struct scene *s, enum fixture_state state, uint16_t seat)
{
    unsigned dead = 0;
    switch (state) {
    case FIXTURE_IDLE:
    case FIXTURE_PAST:
    case FIXTURE_EMPTY:
        return false;
    case FIXTURE_BALLOTS:
    case FIXTURE_DECIDING:
    case FIXTURE_EQUIVOCATION:
    case FIXTURE_LOST:
    case FIXTURE_FROZEN:
        return s->seats > 7 && seat == 3;
    case FIXTURE_VIEW_CHANGE:
        return seat == quorum_primary(s->seats, VIEW) || (s->seats > 7 && seat == 3);
    case FIXTURE_DEAD:
        dead = s->faulty;
        break;
    case FIXTURE_STALLED:
        dead = s->seats - s->quorum + 1U;
        break;
    case FIXTURE_STATES:
        break;
    }
    /* The last ones, but neither this node nor the primary. */
    for (uint16_t at = s->seats; at > 0 && dead > 0; at--) {
        if (at != s->own && at != s->order.primary) {
            dead--;
            if (at == seat) {
                return true;
            }
        }
    }
    return false;
}

static void make_beats(struct scene_seat *seat, uint16_t number, unsigned silent)
{
    for (unsigned i = 0; i < UI_BEATS; i++) {
        unsigned chance = fixture_random(number, i, 100);
        seat->beats[i] = (uint8_t)(chance < 70 ? 1 : chance < 95 ? 2 : chance < 99 ? 3 : 7);
        if (i >= UI_BEATS - silent || (chance == 99 && number % 5 == 0)) {
            seat->beats[i] = BEAT_MISSED;
        }
    }
}

void fixture_seat(struct scene *s, enum fixture_state state, uint16_t number)
{
    struct scene_seat *seat = &s->seat[number - 1];
    bool dead = fixture_is_dead(s, state, number);
    uint64_t silence = dead ? 14200 : fixture_random(number, 1, BEAT_MS - 40);
    seat->told = true;
    seat->self = number == s->own;
    seat->primary = number == s->order.primary;
    seat->connected = !dead;
    seat->view = VIEW;
    seat->height = s->order.height - fixture_random(number, 2, 12) / 11;
    seat->heard_ms = s->at_ms - (seat->self ? 0 : silence);
    seat->round_trip_ms = dead         ? UNKNOWN
                          : seat->self ? 0
                                       : 8 + fixture_random(number, 3, 40);
    seat->clock_offset_ms = dead         ? INT64_MIN
                            : seat->self ? 0
                                         : (int64_t)fixture_random(number, 4, 60) - 30;
    seat->life = dead ? LIFE_DOWN : seat->self ? LIFE_UNKNOWN : LIFE_ALIVE;
    seat->phi_tenths = dead ? 127 : seat->self ? UNKNOWN : fixture_random(number, 8, 14);
    seat->lag_height = dead || seat->self ? INT64_MIN : (int64_t)(HEIGHT - seat->height);
    seat->lag_view = dead || seat->self ? INT64_MIN : 0;
    seat->asked_view = UNKNOWN;
    seat->bytes_in = 1000 * (uint64_t)fixture_random(number, 5, 900000);
    seat->bytes_out = 1000 * (uint64_t)fixture_random(number, 6, 900000);
    seat->bad_frames = 0;
    (void)snprintf(seat->version, sizeof(seat->version), "1.0");
    make_beats(seat, number, dead ? 14 : 0);
    if (seat->self) {
        memset(seat->beats, 1, sizeof(seat->beats));
    }
    if (number == 8) {
        (void)snprintf(seat->hints, sizeof(seat->hints), "evaluator-down");
    }
}

void fixture_order(struct scene *s, enum fixture_state state)
{
    struct scene_order *o = &s->order;
    /* A node that wants a view is in it already. */
    o->view = state == FIXTURE_VIEW_CHANGE ? VIEW + 1 : VIEW;
    o->height = HEIGHT;
    s->usual_height = HEIGHT;
    o->primary = quorum_primary(s->seats, o->view);
    (void)snprintf(o->standing, sizeof(o->standing), "sound");
    o->epoch = 188;
    o->epoch_left = 44;
    o->decisions = 1430;
    o->timer_ms = UNKNOWN;
    o->block_time_ms = s->at_ms - 900;
    o->started_ms = s->at_ms - 9 * UINT64_C(86400000);
    o->waiting_envelopes = state == FIXTURE_IDLE ? 0 : 7;
    o->store_bytes = 311427072;
    o->free_disk_bytes = UINT64_C(82463372083);
    o->agents = 1;
    memset(o->state_root, 'a', UI_ID_BYTES - 1);
    memset(o->tip, 'b', UI_ID_BYTES - 1);
    (void)snprintf(o->version, sizeof(o->version), "1.0");
    (void)snprintf(o->role, sizeof(o->role), "operate");
}
