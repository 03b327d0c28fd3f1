/* Titles and descriptions of what the program writes, in both languages, and the begin and end of a layer. */
#include "5_write/contents.h"

#include <string.h>
#include <strings.h>

enum { ENGLISH, JAPANESE, LANGUAGES };

typedef struct title {
    const char *name;
    const char *title[LANGUAGES];
    const char *description[LANGUAGES];
    bool made; /* by the program, not read */
} title;

static const title TITLES[] = {
    {"sites",
     {"Sites", "候補地"},
     {"Each site with its verdict, and for each criterion of the first profile verdict, value, margin, evidence and "
      "method",
      "候補地ごとの総合判定と、最初のプロファイルの要件ごとの判定・値・余裕・根拠・方法"},
     false},
    {"verdicts",
     {"Verdicts", "要件別判定"},
     {"One row a profile, site and criterion; margin is at least 0 exactly when the criterion is met",
      "プロファイル・候補地・要件ごとに1行。余裕は要件を満たすとき、かつそのときに限り0以上"},
     true},
    {"criteria",
     {"Criteria", "要件"},
     {"What each criterion of each profile asks for", "各プロファイルの要件の内容"},
     true},
    {"evidence_links",
     {"Evidence links", "根拠リンク"},
     {"Lines from a site to the features that its criteria of the first profile rest on",
      "候補地から、最初のプロファイルの判定の根拠となる地物への線"},
     true},
    {"prefectures", {"Prefectures", "都道府県"}, {"Prefectures as used", "使用した都道府県"}, false},
    {"isochrones",
     {"Isochrones", "到達圏"},
     {"Polygons around the roads reached within a time, with method and tolerance; one row a point and time",
      "時間内に到達できる道路を囲む範囲(方法と許容距離つき)。地点・時間ごとに1行"},
     false},
    {"matrix",
     {"Matrix", "所要時間表"},
     {"Minutes and km by road between points and features within a time; km only up to 100,000 pairs",
      "時間内に到達できる地点と施設の道路所要時間(分)と距離(km)。距離は10万組まで"},
     false},
    {"changes",
     {"Changes", "前回からの変化"},
     {"Verdicts and values that differ from an earlier result, before and after; a row without a criterion is the "
      "site's "
      "own verdict",
      "以前の結果と異なる判定と値(前・後)。要件のない行は候補地の総合判定"},
     false},
    {"flips",
     {"Flip points", "判定の転換点"},
     {"The smallest change of one threshold that changes a site's verdict; one row a profile and site",
      "候補地の総合判定を変える、しきい値1つの最小の変更。プロファイル・候補地ごとに1行"},
     false},
    {"sensitivity",
     {"Sensitivity", "感度"},
     {"How many sites are met with other numbers (sweep, tornado), and how probable each is (monte_carlo)",
      "値を変えたときに要件を満たす候補地の数(sweep、tornado)と、候補地ごとの確率(monte_carlo)"},
     false},
    {"scorecards",
     {"Scorecards", "評点"},
     {"Weighted scores beside the verdicts, with the required criteria that fail; one row a weighting and site",
      "総合判定に添える加重評点と、満たさない必須要件。重みづけ・候補地ごとに1行"},
     false},
    {"candidates",
     {"Candidate zones", "候補区域"},
     {"Squares that hang together and meet, or do not fail, all required criteria; ranked within each kind",
      "必須要件をすべて満たす(または満たさないものがない)隣接メッシュのまとまり。種別ごとに順位づけ"},
     false},
    {"footprints",
     {"Footprints", "区域の広がり"},
     {"The smallest rectangle around each zone and its densities, beside footprints of reference",
      "各区域を囲む最小の長方形と密度。参考となる区域との比較"},
     false},
    {"findings",
     {"Findings", "主な結果"},
     {"What the stages found, in sentences, and what to be careful about", "各段階の主な結果と注意点(文章)"},
     true},
    {"rejects",
     {"Rejects", "除外・修正一覧"},
     {"Every input feature that was left out or mended", "除外または修正された入力地物"},
     true},
    {"run_info",
     {"Run information", "実行情報"},
     {"Versions, configuration and seed of this run", "この実行の版・設定・乱数の種"},
     true},
    {"sources",
     {"Sources", "入力ファイル"},
     {"Each file read, with where its encoding and CRS come from", "読み込んだファイルと、文字コード・座標系の由来"},
     true},
    {"parameters",
     {"Parameters", "パラメータ"},
     {"Every setting in force and where its value comes from", "有効な設定値とその由来"},
     true},
    {"layer_styles", {"Layer styles", "レイヤスタイル"}, {"Styles for QGIS", "QGIS用スタイル"}, true},
};
enum { N_TITLES = sizeof TITLES / sizeof TITLES[0] };

bool tp_output_reserves(const char *name) {
    static const char *const prefixes[] = {"gpkg_", "sqlite_", "rtree_"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (strncasecmp(name, prefixes[i], strlen(prefixes[i])) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < N_TITLES; i++) {
        if (TITLES[i].made && strcasecmp(name, TITLES[i].name) == 0) {
            return true;
        }
    }
    return false;
}

static tp_code begin_with_words(const tp_output *output, bool beside, tp_sink_layer *layer, tp_error *error) {
    const tp_dataset *dataset = output->dataset;
    const tp_profile *profile =
        strcmp(layer->name, "sites") == 0 && dataset->n_profiles > 0 ? dataset->profiles[0] : NULL;
    tp_layer_words words = {0};
    tp_code code = TP_OK;
    if (output->words != NULL) {
        code = tp_words_of(output->words, layer->fields, layer->n_fields, profile, &words, error);
        layer->words = words.columns;
    }
    if (code == TP_OK && output->written != NULL) {
        code = tp_written_add(output->written, layer, error);
    }
    if (code == TP_OK) {
        code =
            beside ? tp_sink_beside_begin(output->sink, layer, error) : tp_sink_begin_layer(output->sink, layer, error);
    }
    tp_layer_words_reset(&words);
    return code;
}

static tp_code begin(const tp_output *output, bool beside, const char *name, tp_geometry geometry,
                     const tp_record *record, tp_error *error) {
    int language = output->run->language == JAPANESE ? JAPANESE : ENGLISH;
    tp_sink_layer layer = {.name = name,
                           .title = name,
                           .description = "",
                           .geometry = geometry,
                           .fields = record->fields,
                           .n_fields = record->n};
    for (size_t i = 0; i < N_TITLES; i++) {
        if (strcmp(name, TITLES[i].name) == 0) {
            layer.title = TITLES[i].title[language];
            layer.description = TITLES[i].description[language];
        }
    }
    if (strcmp(name, "layer_styles") == 0) {
        layer.fid = "id"; /* as QGIS makes that table */
    }
    return begin_with_words(output, beside, &layer, error);
}

tp_code tp_output_begin(const tp_output *output, const char *name, tp_geometry geometry, const tp_record *record,
                        tp_error *error) {
    return begin(output, false, name, geometry, record, error);
}

tp_code tp_output_begin_beside(const tp_output *output, const char *name, const tp_record *record, tp_error *error) {
    return begin(output, true, name, TP_GEOMETRY_NONE, record, error);
}

static tp_code check_row(const tp_record *record, tp_error *error) {
    return record->next == record->n
               ? TP_OK
               : tp_error_set(error, TP_E_INTERNAL, "a row has %zu cells (expected %zu)", record->next, record->n);
}

tp_code tp_output_row_beside(const tp_output *output, const tp_record *record, tp_error *error) {
    tp_code code = check_row(record, error);
    return code == TP_OK ? tp_sink_beside_row(output->sink, output->part, record->cells, error) : code;
}

tp_code tp_output_row(const tp_output *output, const tp_record *record, const tp_shape *shape, tp_error *error) {
    tp_code code = check_row(record, error);
    if (code != TP_OK) {
        return code;
    }
    return output->part != NULL ? tp_sink_part_row(output->sink, output->part, record->cells, shape, error)
                                : tp_sink_row(output->sink, record->cells, shape, error);
}

tp_code tp_output_end(const tp_output *output, tp_error *error) {
    return tp_sink_end_layer(output->sink, error);
}
