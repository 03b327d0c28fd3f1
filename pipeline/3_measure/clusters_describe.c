/* What the members of a cluster are and where they lie: see clusters.h. */
#include "clusters.h"

#include "spans.h"
#include "technopolis/point_index.h"

#include <stdlib.h>
#include <string.h>

static const double COAST_M = 10000; /* polygons may be generalised: a point this far off one still belongs to it */
static const char *const PREFECTURE_COLUMNS[] = {"prefecture_name", "prefecture_code", "pref_code", NULL};
static const char *const MUNICIPALITY_COLUMNS[] = {"municipality_code", "muni_code", "city_code", NULL};

/* Room for the members of the largest cluster. */
typedef struct room {
    const char **texts;
    tp_frequency *frequencies;
} room;

static int64_t count_texts(const tp_cluster_set *set, const tp_cluster *cluster, const char *const *of_row,
                           room *room) {
    for (int64_t i = 0; i < cluster->n; i++) {
        room->texts[i] = of_row == NULL ? NULL : of_row[set->row[set->member[cluster->first + i]]];
    }
    return tp_frequencies_of(room->texts, cluster->n, room->frequencies);
}

static tp_code describe_industry(const tp_cluster_set *set, tp_cluster *cluster, room *room) {
    const tp_column *column = set->options->industry == NULL ? NULL : tp_layer_column(set->of, set->options->industry);
    if (column == NULL || column->type != TP_TYPE_TEXT) {
        return TP_OK;
    }
    for (int64_t i = 0; i < cluster->n; i++) {
        const char *text = tp_column_text(column, set->row[set->member[cluster->first + i]]);
        room->texts[i] = text == NULL || text[0] == '\0' ? NULL : text;
        cluster->n_with_industry += room->texts[i] != NULL;
    }
    cluster->n_industries = tp_frequencies_of(room->texts, cluster->n, room->frequencies);
    if (cluster->n_industries > 0) {
        cluster->industry = room->frequencies[0].text;
        cluster->n_industry = room->frequencies[0].n;
    }
    return TP_OK;
}

static tp_code describe_spans(const tp_cluster_set *set, tp_cluster *cluster, const char *const *prefectures,
                              const char *const *municipalities, room *room, tp_error *error) {
    cluster->n_prefectures = count_texts(set, cluster, prefectures, room);
    cluster->prefectures = tp_frequencies_text(room->frequencies, cluster->n_prefectures);
    cluster->n_without_prefecture = cluster->n;
    for (int64_t i = 0; i < cluster->n_prefectures; i++) {
        cluster->n_without_prefecture -= room->frequencies[i].n;
    }
    cluster->n_municipalities = count_texts(set, cluster, municipalities, room);
    cluster->municipalities = tp_frequencies_text(room->frequencies, cluster->n_municipalities);
    bool lost = (cluster->n_prefectures > 0 && cluster->prefectures == NULL) ||
                (cluster->n_municipalities > 0 && cluster->municipalities == NULL);
    return lost ? tp_error_memory(error) : TP_OK;
}

/* ---- kinds of actors ---- */

typedef struct actor_search {
    tp_point_index *index;
    int64_t *seen;     /* a row of the layer: 1 + the last cluster that counted it */
    int64_t *found;    /* room for all rows */
    double *distances; /* the same */
} actor_search;

static void count_actors(tp_cluster_set *set, actor_search *search, const tp_layer *layer, int kind) {
    for (int64_t c = 0; c < set->n_clusters; c++) {
        tp_cluster *cluster = &set->items[c];
        for (int64_t i = cluster->first; i < cluster->first + cluster->n; i++) {
            int64_t point = set->member[i];
            int64_t n =
                tp_point_index_within(search->index, set->lon_deg[point], set->lat_deg[point],
                                      set->options->within.value, search->found, search->distances, layer->n_rows);
            for (int64_t k = 0; k < n; k++) {
                cluster->n_actors[kind] += search->seen[search->found[k]] != c + 1;
                search->seen[search->found[k]] = c + 1;
            }
        }
    }
}

static tp_code add_actors(tp_cluster_set *set, const tp_texts *layers, int kind, tp_error *error) {
    tp_code code = TP_OK;
    for (size_t i = 0; i < layers->n && code == TP_OK; i++) {
        const tp_layer *layer = tp_dataset_layer(set->dataset, layers->items[i]);
        if (layer == NULL) {
            return tp_error_set(error, TP_E_INTERNAL, "layer %s is not read", layers->items[i]);
        }
        size_t n = (size_t)layer->n_rows + 1;
        actor_search search = {.seen = calloc(n, sizeof *search.seen),
                               .found = malloc(n * sizeof *search.found),
                               .distances = malloc(n * sizeof *search.distances)};
        code = search.seen == NULL || search.found == NULL || search.distances == NULL ? tp_error_memory(error) : TP_OK;
        if (code == TP_OK) {
            code = tp_point_index_new(&set->dataset->ellipsoid, layer->lon_deg, layer->lat_deg, NULL, layer->n_rows,
                                      &search.index, error);
        }
        if (code == TP_OK) {
            count_actors(set, &search, layer, kind);
        }
        tp_point_index_free(search.index);
        free(search.seen);
        free(search.found);
        free(search.distances);
    }
    return code;
}

const char *tp_clusters_actor_type(const tp_cluster *cluster) {
    if (cluster->n_actors[TP_ACTOR_RESEARCH] == 0) {
        return "agglomeration";
    }
    return cluster->n_actors[TP_ACTOR_VENTURES] == 0 ? "network" : "cluster";
}

/* ---- all of it ---- */

static tp_code describe_all(tp_cluster_set *set, const char *const *prefectures, const char *const *municipalities,
                            tp_error *error) {
    int64_t most = set->n_clusters == 0 ? 0 : set->items[0].n; /* the largest comes first */
    room room = {malloc(((size_t)most + 1) * sizeof *room.texts),
                 malloc(((size_t)most + 1) * sizeof *room.frequencies)};
    tp_code code = room.texts == NULL || room.frequencies == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t i = 0; i < set->n_clusters && code == TP_OK; i++) {
        set->items[i].n_actors[TP_ACTOR_FIRMS] = set->items[i].n;
        code = describe_industry(set, &set->items[i], &room);
        if (code == TP_OK) {
            code = describe_spans(set, &set->items[i], prefectures, municipalities, &room, error);
        }
    }
    free(room.texts);
    free(room.frequencies);
    return code;
}

tp_code tp_clusters_describe(tp_cluster_set *set, tp_error *error) {
    const char **prefectures = NULL, **municipalities = NULL;
    tp_code code = tp_spans_find(set->dataset, set->of, tp_dataset_layer(set->dataset, "prefectures"),
                                 set->options->prefecture, PREFECTURE_COLUMNS, COAST_M, &prefectures, error);
    if (code == TP_OK) {
        code = tp_spans_find(set->dataset, set->of, tp_dataset_layer(set->dataset, "municipalities"),
                             set->options->municipality, MUNICIPALITY_COLUMNS, COAST_M, &municipalities, error);
    }
    if (code == TP_OK) {
        code = describe_all(set, prefectures, municipalities, error);
    }
    free(prefectures);
    free(municipalities);
    if (code == TP_OK) {
        code = add_actors(set, &set->options->government, TP_ACTOR_GOVERNMENT, error);
    }
    if (code == TP_OK) {
        code = add_actors(set, &set->options->research, TP_ACTOR_RESEARCH, error);
    }
    return code == TP_OK ? add_actors(set, &set->options->ventures, TP_ACTOR_VENTURES, error) : code;
}
