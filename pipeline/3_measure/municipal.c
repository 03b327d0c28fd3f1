/* Municipalities as polygons: see municipal.h. */
#include "municipal.h"

#include "technopolis/plan.h"
#include "technopolis/polygon_index.h"
#include "technopolis/schema.h"

#include <stdlib.h>
#include <string.h>

enum { NEIGHBOURS_GUESS = 32, CODE_DIGITS = 5 };

static void *array_of(int64_t n, size_t item) {
    return calloc((size_t)(n > 0 ? n : 1), item);
}

void tp_municipal_free(tp_municipal *municipal) {
    if (municipal == NULL) {
        return;
    }
    free(municipal->own);
    free(municipal->near_first);
    free(municipal->near);
    free(municipal->city_first);
    free(municipal->city);
    free(municipal);
}

/* ---- own and touching polygons ---- */

static tp_code find_own(tp_municipal *municipal, const tp_polygon_index *index, const tp_layer *of, tp_error *error) {
    municipal->own = array_of(of->n_rows, sizeof *municipal->own);
    if (municipal->own == NULL) {
        return tp_error_memory(error);
    }
#pragma omp parallel for schedule(dynamic, 256)
    for (int64_t row = 0; row < of->n_rows; row++) {
        municipal->own[row] = tp_polygon_index_find(index, of->lon_deg[row], of->lat_deg[row]);
    }
    return TP_OK;
}

/* The polygons that hold a point, ascending, each once. */
static tp_code list_holders(const tp_municipal *municipal, const tp_layer *of, int64_t **holders, int64_t *n_holders,
                            tp_error *error) {
    int64_t n_polygons = municipal->polygons->n_rows, n = 0;
    uint8_t *holds = array_of(n_polygons, 1);
    int64_t *list = array_of(n_polygons, sizeof *list);
    *holders = list;
    if (holds == NULL || list == NULL) {
        free(holds);
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < of->n_rows; row++) {
        if (municipal->own[row] >= 0) {
            holds[municipal->own[row]] = 1;
        }
    }
    for (int64_t polygon = 0; polygon < n_polygons; polygon++) {
        if (holds[polygon]) {
            list[n++] = polygon;
        }
    }
    *n_holders = n;
    free(holds);
    return TP_OK;
}

/* Packs the neighbours; the few polygons with more than were guessed are asked again, straight into their place. */
static tp_code pack_near(tp_municipal *municipal, const tp_polygon_index *index, const int64_t *holders, int64_t n,
                         const int64_t *count, const int64_t *guessed, tp_error *error) {
    int64_t total = 0, polygon = 0;
    for (int64_t i = 0; i < n; i++) {
        for (; polygon <= holders[i]; polygon++) {
            municipal->near_first[polygon] = total;
        }
        total += count[i];
    }
    for (; polygon <= municipal->polygons->n_rows; polygon++) {
        municipal->near_first[polygon] = total;
    }
    municipal->near = array_of(total, sizeof *municipal->near);
    if (municipal->near == NULL) {
        return tp_error_memory(error);
    }
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t i = 0; i < n; i++) {
        int64_t *place = municipal->near + municipal->near_first[holders[i]];
        if (count[i] <= NEIGHBOURS_GUESS) {
            memcpy(place, guessed + i * NEIGHBOURS_GUESS, sizeof *place * (size_t)count[i]);
        } else {
            (void)tp_polygon_index_touching(index, holders[i], place, count[i]);
        }
    }
    return TP_OK;
}

static tp_code find_near(tp_municipal *municipal, const tp_polygon_index *index, const tp_layer *of, tp_error *error) {
    int64_t *holders = NULL, *count = NULL, *guessed = NULL;
    int64_t n = 0;
    municipal->near_first = array_of(municipal->polygons->n_rows + 1, sizeof *municipal->near_first);
    tp_code code =
        municipal->near_first == NULL ? tp_error_memory(error) : list_holders(municipal, of, &holders, &n, error);
    if (code != TP_OK) {
        goto done;
    }
    count = array_of(n, sizeof *count);
    guessed = array_of(n * NEIGHBOURS_GUESS, sizeof *guessed);
    if (count == NULL || guessed == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t i = 0; i < n; i++) {
        count[i] =
            tp_polygon_index_touching(index, holders[i], guessed + i * NEIGHBOURS_GUESS, (int64_t)NEIGHBOURS_GUESS);
    }
    code = pack_near(municipal, index, holders, n, count, guessed, error);
done:
    free(holders);
    free(count);
    free(guessed);
    return code;
}

/* ---- polygons and cities ---- */

/* An id with its row, to be sorted and searched. */
typedef struct coded {
    const char *id;
    int64_t row;
} coded;

static int compare_ids(const void *a, const void *b) {
    return strcmp(((const coded *)a)->id, ((const coded *)b)->id);
}

static int compare_coded(const void *a, const void *b) {
    const coded *left = a, *right = b;
    int order = compare_ids(a, b);
    return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

/* The code of a designated city, of a ward of one, or of a special ward of Tokyo. */
static bool is_ward_code(const char *id) {
    return strlen(id) == CODE_DIGITS && strspn(id, "0123456789") == CODE_DIGITS && id[2] == '1';
}

/* A polygon that belongs to a facility. */
typedef struct member {
    int64_t polygon, facility;
    bool unproven;
} member;

typedef struct membership {
    const tp_facilities *facilities;
    const tp_polygon_index *index;
    const coded *polygons; /* sorted; ward codes of one prefecture stand together */
    int64_t n_polygons;
    coded *rows; /* those of one `to` layer that bear a code of that kind, sorted */
    int64_t n_rows;
    member *members;
    int64_t n_members, capacity;
} membership;

static tp_code add_member(membership *m, int64_t polygon, int64_t facility, bool unproven, tp_error *error) {
    if (m->n_members == m->capacity) {
        int64_t capacity = m->capacity == 0 ? 256 : m->capacity * 2;
        member *members = realloc(m->members, sizeof *members * (size_t)capacity);
        if (members == NULL) {
            return tp_error_memory(error);
        }
        m->members = members;
        m->capacity = capacity;
    }
    m->members[m->n_members++] = (member){polygon, facility, unproven};
    return TP_OK;
}

/* The row of an id in a sorted list, or -1. */
static int64_t row_of(const coded *list, int64_t n, const char *id) {
    coded key = {id, 0};
    const coded *found = bsearch(&key, list, (size_t)n, sizeof key, compare_ids);
    return found == NULL ? -1 : found->row;
}

/* The number of entries of a sorted list whose ids do not stand after `id`. */
static int64_t place_after(const coded *list, int64_t n, const char *id) {
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (strcmp(list[middle].id, id) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The city itself, not one of its wards: a full ten whose number before is nobody's (14110 is a ward, after 14109). */
static bool is_city_code(const membership *m, const char *id) {
    if (!is_ward_code(id) || id[CODE_DIGITS - 1] != '0') {
        return false;
    }
    char before[CODE_DIGITS + 1];
    memcpy(before, id, sizeof before);
    before[CODE_DIGITS - 1] = '9';
    before[CODE_DIGITS - 2]--; /* of 14100 this makes no code that there is, as it should */
    return row_of(m->polygons, m->n_polygons, before) < 0 && row_of(m->rows, m->n_rows, before) < 0;
}

/* A stretch of the sorted polygons: the wards numbered after the city, up to the next city or prefecture. */
static void find_wards(const membership *m, const char *city, int64_t *first, int64_t *end) {
    int64_t next = place_after(m->rows, m->n_rows, city);
    while (next < m->n_rows && !is_city_code(m, m->rows[next].id)) {
        next++;
    }
    *first = place_after(m->polygons, m->n_polygons, city);
    *end = *first;
    while (*end < m->n_polygons && strncmp(m->polygons[*end].id, city, 2) == 0 &&
           !is_city_code(m, m->polygons[*end].id) &&
           (next == m->n_rows || strcmp(m->polygons[*end].id, m->rows[next].id) < 0)) {
        ++*end;
    }
}

static tp_code add_city(membership *m, const tp_layer *layer, int64_t facility, tp_error *error) {
    const char *id = tp_layer_id(layer, m->facilities->row[facility]);
    int64_t polygon = row_of(m->polygons, m->n_polygons, id);
    if (polygon >= 0) {
        return add_member(m, polygon, facility, false, error);
    }
    int64_t hall = tp_polygon_index_find(m->index, m->facilities->lon_deg[facility], m->facilities->lat_deg[facility]);
    int64_t first = 0, end = 0;
    if (is_city_code(m, id)) {
        find_wards(m, id, &first, &end);
    }
    bool proven = false;
    for (int64_t i = first; i < end; i++) {
        proven = proven || (m->polygons[i].row == hall && is_ward_code(m->polygons[i].id));
    }
    tp_code code = proven || hall < 0 ? TP_OK : add_member(m, hall, facility, true, error);
    for (int64_t i = first; i < end && code == TP_OK; i++) {
        if (is_ward_code(m->polygons[i].id)) {
            code = add_member(m, m->polygons[i].row, facility, !proven, error);
        }
    }
    return code;
}

/* The facilities of one `to` layer stand together; `*facility` moves past them. */
static tp_code add_layer(membership *m, const tp_layer *layer, int32_t number, int64_t *facility, tp_error *error) {
    m->rows = array_of(layer->n_rows, sizeof *m->rows);
    m->n_rows = 0;
    if (m->rows == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < layer->n_rows; row++) {
        const char *id = tp_layer_id(layer, row);
        if (is_ward_code(id)) {
            m->rows[m->n_rows++] = (coded){id, row};
        }
    }
    qsort(m->rows, (size_t)m->n_rows, sizeof *m->rows, compare_coded);
    tp_code code = TP_OK;
    for (; code == TP_OK && *facility < m->facilities->n && m->facilities->layer[*facility] == number; ++*facility) {
        code = add_city(m, layer, *facility, error);
    }
    free(m->rows);
    m->rows = NULL;
    return code;
}

/* A member with the place of its city's id, to be sorted. */
typedef struct ranked_member {
    member member;
    int64_t rank;
} ranked_member;

static int compare_members(const void *a, const void *b) {
    const ranked_member *left = a, *right = b;
    int64_t x = left->member.polygon, y = right->member.polygon;
    if (x == y) {
        x = left->rank;
        y = right->rank;
    }
    return (x > y) - (x < y);
}

static tp_code pack_cities(tp_municipal *municipal, const membership *m, tp_error *error) {
    int64_t n_polygons = municipal->polygons->n_rows, polygon = 0;
    ranked_member *order = array_of(m->n_members, sizeof *order);
    municipal->city_first = array_of(n_polygons + 1, sizeof *municipal->city_first);
    municipal->city = array_of(m->n_members, sizeof *municipal->city);
    if (order == NULL || municipal->city_first == NULL || municipal->city == NULL) {
        free(order);
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < m->n_members; i++) {
        order[i] = (ranked_member){m->members[i], m->facilities->rank[m->members[i].facility]};
    }
    qsort(order, (size_t)m->n_members, sizeof *order, compare_members);
    for (int64_t i = 0; i < m->n_members; i++) {
        for (; polygon <= order[i].member.polygon; polygon++) {
            municipal->city_first[polygon] = i;
        }
        municipal->city[i] = (tp_municipal_city){order[i].member.facility, order[i].member.unproven};
    }
    for (; polygon <= n_polygons; polygon++) {
        municipal->city_first[polygon] = m->n_members;
    }
    free(order);
    return TP_OK;
}

static tp_code find_cities(tp_municipal *municipal, const tp_polygon_index *index, const tp_measure *measure,
                           const tp_facilities *facilities, tp_error *error) {
    const tp_layer *polygons = municipal->polygons;
    coded *sorted = array_of(polygons->n_rows, sizeof *sorted);
    if (sorted == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < polygons->n_rows; row++) {
        sorted[row] = (coded){tp_layer_id(polygons, row), row};
    }
    qsort(sorted, (size_t)polygons->n_rows, sizeof *sorted, compare_coded);
    membership m = {.facilities = facilities, .index = index, .polygons = sorted, .n_polygons = polygons->n_rows};
    tp_code code = TP_OK;
    int64_t facility = 0;
    for (size_t i = 0; i < measure->n_to && code == TP_OK; i++) {
        code = add_layer(&m, measure->to[i], (int32_t)i, &facility, error);
    }
    if (code == TP_OK) {
        code = pack_cities(municipal, &m, error);
    }
    free(m.members);
    free(sorted);
    return code;
}

tp_code tp_municipal_new(const tp_layer *polygons, const tp_measure *measure, const tp_facilities *facilities,
                         tp_municipal **municipal, tp_error *error) {
    *municipal = NULL;
    tp_polygon_index *index = NULL;
    tp_municipal *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    made->polygons = polygons;
    made->complete = tp_layer_holds(polygons, NULL);
    tp_code code = tp_polygon_index_new(polygons, &index, error);
    if (code == TP_OK) {
        code = find_own(made, index, measure->of, error);
    }
    if (code == TP_OK) {
        code = find_near(made, index, measure->of, error);
    }
    if (code == TP_OK) {
        code = find_cities(made, index, measure, facilities, error);
    }
    tp_polygon_index_free(index);
    if (code != TP_OK) {
        tp_municipal_free(made);
        return code;
    }
    *municipal = made;
    return TP_OK;
}

int64_t tp_municipal_around(const tp_municipal *municipal, int64_t polygon, int64_t k) {
    if (k == 0) {
        return polygon;
    }
    int64_t at = municipal->near_first[polygon] + k - 1;
    return at < municipal->near_first[polygon + 1] ? municipal->near[at] : -1;
}

void tp_municipal_write_polygon(const tp_municipal *municipal, int64_t polygon, const tp_layer *cities, int64_t row,
                                tp_text *text) {
    const char *label = tp_layer_label(municipal->polygons, polygon), *city = tp_layer_label(cities, row);
    bool same = strcmp(tp_layer_id(municipal->polygons, polygon), tp_layer_id(cities, row)) == 0;
    tp_text_add(text, "%s", label);
    if (strcmp(label, city) != 0) {
        tp_text_add(text, same ? ", that is %s" : " of %s", city);
    }
}

void tp_municipal_check_polygons(const tp_step *step, const tp_plan *plan, const char *layer, const char *key,
                                 tp_faults *faults) {
    const tp_head *head = layer == NULL ? NULL : tp_schema_find(&plan->schema, layer);
    if (head != NULL && head->geometry != TP_GEOMETRY_POLYGON) {
        tp_faults_add_at(faults, tp_options_place(&step->options, step->stage->settings, key, step->place),
                         "'%s' needs a layer of polygons, but %s is a %s layer", step->stage->name, layer,
                         tp_geometry_text(head->geometry));
    }
}
