/* The plan and the summary as text: see summary.h. */
#include "summary.h"
#include "terminal.h"

#include "technopolis/text.h"
#include "technopolis/transport.h"

#include <stdlib.h>
#include <string.h>

void tp_print_padded(FILE *out, const char *text, int width) {
    int missing = width - tp_text_width(text);
    fprintf(out, "%s%*s", text, missing > 0 ? missing : 0, "");
}

/* The bytes of the next word (with the spaces before it) and its width. */
static size_t next_word(const char *text, size_t *spaces) {
    *spaces = strspn(text, " ");
    return *spaces + strcspn(text + *spaces, " ");
}

void tp_print_wrapped(FILE *out, const char *text, int indent, int width) {
    int at = 0;
    tp_text word = {0};
    while (*text != '\0') {
        size_t spaces = 0, size = next_word(text, &spaces);
        tp_text_clear(&word);
        tp_text_add_bytes(&word, text + spaces, size - spaces);
        int cells = tp_text_width(tp_text_get(&word));
        if (at > 0 && at + 1 + cells > width) {
            fputc('\n', out);
            at = 0;
        }
        fprintf(out, "%*s%s", at == 0 ? indent : 1, "", tp_text_get(&word));
        at += (at == 0 ? indent : 1) + cells;
        text += size;
    }
    fputc('\n', out);
    tp_text_reset(&word);
}

static const char *coverage_text(const tp_head *head) {
    switch (head->coverage) {
    case TP_COVERAGE_COMPLETE:
        return "complete";
    case TP_COVERAGE_SAMPLE:
        return "a sample";
    case TP_COVERAGE_CONDITION:
        return tp_condition_text(head->coverage_condition);
    }
    return "";
}

static void print_read(const tp_plan *plan, const tp_step *step, FILE *out) {
    const tp_head *head = tp_schema_find(&plan->schema, step->name);
    fprintf(out, "  read     ");
    tp_print_padded(out, step->name, 22);
    if (head != NULL) {
        tp_text number = {0};
        if (head->n_features >= 0) {
            tp_text_add_number(&number, (double)head->n_features, 0);
            tp_text_add(&number, " ");
        }
        fprintf(out, "%s%s rows; %s", tp_text_get(&number), tp_geometry_text(head->geometry), coverage_text(head));
        tp_text_reset(&number);
    }
    fputc('\n', out);
}

void tp_summary_print_plan(const tp_plan *plan, FILE *out) {
    fprintf(out, "%s\n", plan->run.title[0] != '\0' ? plan->run.title : plan->config_name);
    size_t implied = 0;
    for (size_t i = 0; i < plan->n_steps; i++) {
        const tp_step *step = plan->steps[i];
        if (step->stage->phase == TP_READ) {
            print_read(plan, step, out);
        } else if (step->implied_by == NULL) {
            fprintf(out, "  %-8s ", tp_phase_text(step->stage->phase));
            tp_print_padded(out, step->name, 22);
            fprintf(out, "%s\n", step->stage->purpose);
        } else {
            implied += step->stage->phase == TP_MEASURE;
        }
    }
    fprintf(out, "  %zu measure%s implied by %zu profile%s\n", implied, implied == 1 ? " is" : "s are",
            plan->n_profiles, plan->n_profiles == 1 ? "" : "s");
}

static void count_verdicts(const uint8_t *verdicts, int64_t n, int64_t counts[3]) {
    counts[0] = counts[1] = counts[2] = 0;
    for (int64_t row = 0; row < n; row++) {
        counts[verdicts[row]]++;
    }
}

static void print_row(FILE *out, const char *title, const char *note, const int64_t counts[3]) {
    fprintf(out, "  ");
    tp_print_padded(out, title, 30);
    fprintf(out, "%8lld %8lld %8lld   %s\n", (long long)counts[TP_MET], (long long)counts[TP_NOT_MET],
            (long long)counts[TP_UNKNOWN], note);
}

static void print_profile(const tp_dataset *dataset, size_t number, int64_t n_sites, FILE *out) {
    const tp_profile *profile = dataset->profiles[number];
    int64_t counts[3];
    fprintf(out, "\n%s (%s), %lld site%s\n", profile->title_en, profile->id, (long long)n_sites,
            n_sites == 1 ? "" : "s");
    fprintf(out, "  %-30s%8s %8s %8s\n", "criterion", "met", "not met", "unknown");
    for (size_t i = 0; i < dataset->n_results; i++) {
        const tp_result *result = dataset->results[i];
        if (result->profile == profile) {
            count_verdicts(result->verdict, n_sites, counts);
            print_row(out, result->criterion->id, result->criterion->required ? "required" : "informative", counts);
        }
    }
    count_verdicts(dataset->site_verdict + number * (size_t)n_sites, n_sites, counts);
    print_row(out, "SITE (all required)", "", counts);
}

/* How many verdicts rest on which method: straight lines are the weakest, so they are said plainly. */
static void print_methods(const tp_dataset *dataset, int64_t n_sites, FILE *out) {
    int64_t by_method[TP_METHOD_TABLE + 1] = {0}, all = 0, instead = 0;
    for (size_t i = 0; i < dataset->n_results; i++) {
        const tp_result *result = dataset->results[i];
        for (int64_t row = 0; row < n_sites; row++) {
            const tp_measure *measure = result->measures[result->part[row]];
            if (measure != NULL && measure->missing_layer == NULL) {
                all++;
                by_method[measure->method[row]]++;
                instead += measure->by_network && measure->method[row] == TP_METHOD_STRAIGHT_LINE;
            }
        }
    }
    static const struct {
        tp_method method;
        const char *text;
    } told[] = {{TP_METHOD_STRAIGHT_LINE, "on straight-line estimates"},
                {TP_METHOD_ROAD_MODEL, "on the road model"},
                {TP_METHOD_ROAD, "on roads"}};
    tp_text line = {0};
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        if (by_method[told[i].method] > 0) {
            long long n = (long long)by_method[told[i].method];
            if (line.size == 0) {
                tp_text_add(&line, "%lld of %lld verdicts rest %s", n, (long long)all, told[i].text);
            } else {
                tp_text_add(&line, ", %lld %s", n, told[i].text);
            }
        }
    }
    if (line.size > 0) {
        fprintf(out, "\n%s.\n", tp_text_get(&line));
    }
    tp_text_reset(&line);
    if (instead > 0) {
        fprintf(out, "%lld of the estimates stand%s in for a time on the network, which the site does not join.\n",
                (long long)instead, instead == 1 ? "s" : "");
    }
}

/* "Network: 2,679 nodes, 5,875 ways (21,000 km of road, 4,100 km of rail); the largest part has 2,398 nodes." */
static void print_network(const tp_transport *transport, FILE *out) {
    tp_network_statistics of;
    tp_network_statistics_of(transport->network, &of);
    tp_text line = {0};
    tp_text_add(&line, "\nNetwork: ");
    tp_text_add_number(&line, (double)of.n_nodes, 0);
    tp_text_add(&line, " nodes, ");
    tp_text_add_number(&line, (double)of.n_ways, 0);
    tp_text_add(&line, " ways (");
    bool any = false;
    for (int mode = 0; mode < TP_MODE_COUNT; mode++) {
        if (of.ways[mode] > 0 && of.length_km[mode] >= 0.5) {
            tp_text_add(&line, "%s", any ? ", " : "");
            tp_text_add_number(&line, of.length_km[mode], 0);
            tp_text_add(&line, " km by %s", tp_mode_text((tp_mode)mode));
            any = true;
        }
    }
    tp_text_add(&line, "); ");
    tp_text_add_number(&line, (double)of.n_weak, 0);
    tp_text_add(&line, " part%s, ", of.n_weak == 1 ? "" : "s");
    tp_text_add_number(&line, (double)of.largest_strong, 0);
    tp_text_add(&line, " nodes in the largest; ");
    tp_text_add_number(&line, (double)transport->count[TP_COUNT_NODES_JOINED], 0);
    tp_text_add(&line, " ends joined within the tolerance, ");
    tp_text_add_number(&line, (double)transport->count[TP_COUNT_REJECTED], 0);
    tp_text_add(&line, " roads rejected, ");
    tp_text_add_number(&line, (double)transport->count[TP_COUNT_MENDED], 0);
    tp_text_add(&line, " mended.");
    fprintf(out, "%s\n", tp_text_get(&line));
    tp_text_reset(&line);
}

/* Which points of the layers that were measured lie off the network. */
static void print_joins(const tp_transport *transport, FILE *out) {
    tp_text line = {0};
    tp_join_counts counts;
    for (size_t i = 0; tp_transport_join_counts(transport, i, &counts); i++) {
        if (counts.n_not_joined > 0) {
            tp_text_add(&line, "%s%lld of %lld %s", line.size == 0 ? "" : ", ", (long long)counts.n_not_joined,
                        (long long)counts.n, counts.layer->name);
        }
    }
    if (line.size > 0) {
        tp_text limit = {0};
        tp_text_add_number(&limit, transport->join.limit_m / 1000, 2);
        fprintf(out, "Not on the network (no road within %s km): %s.\n", tp_text_get(&limit), tp_text_get(&line));
        tp_text_reset(&limit);
    }
    tp_text_reset(&line);
}

/* `configs/../out/x.gpkg` as `out/x.gpkg`: a folder followed by `..` says nothing. */
static void print_path(FILE *out, const char *base, const char *file) {
    char *path = tp_text_format("%s%s", base, file);
    for (char *up; path != NULL && (up = strstr(path, "/../")) != NULL && up != path;) {
        char *start = up;
        while (start > path && start[-1] != '/') {
            start--;
        }
        if (strncmp(start, "..", 2) == 0 || *start == '.') {
            break;
        }
        memmove(start, up + strlen("/../"), strlen(up + strlen("/../")) + 1);
    }
    fprintf(out, "Written: %s\n", path == NULL ? file : path);
    free(path);
}

static void print_outputs(const tp_plan *plan, FILE *out) {
    for (size_t i = 0; i < plan->n_steps; i++) {
        const tp_step *step = plan->steps[i];
        for (size_t k = 0; step->stage->phase == TP_WRITE && k < step->stage->n_settings; k++) {
            const tp_setting *setting = &step->stage->settings[k];
            if (setting->kind == TP_SETTING_PATH && step->options.texts[k] != NULL) {
                const char *file = step->options.texts[k];
                bool relative = step->options.origins[k] != TP_ORIGIN_COMMAND_LINE && file[0] != '/';
                print_path(out, relative ? plan->base : "", file);
            }
        }
    }
}

/* What the stages found, under its subject, and what to be careful about. */
static void print_findings(const tp_dataset *dataset, FILE *out) {
    const char *subject = "";
    for (size_t i = 0; i < dataset->n_findings; i++) {
        const tp_finding *finding = &dataset->findings[i];
        if (strcmp(finding->subject, subject) != 0) {
            subject = finding->subject;
            fprintf(out, "\n%s (%s)\n", subject, finding->step);
        }
        char *line = tp_text_format("%s%s", finding->warning ? "warning: " : "", finding->text);
        if (line != NULL && tp_terminal_is(out)) {
            tp_print_wrapped(out, line, 2, tp_terminal_width(out));
        } else {
            fprintf(out, "  %s%s\n", finding->warning ? "warning: " : "", finding->text);
        }
        free(line);
    }
    if (dataset->n_findings > 0) {
        fputc('\n', out);
    }
}

void tp_summary_print(const tp_plan *plan, const tp_dataset *dataset, FILE *out) {
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    for (size_t i = 0; i < dataset->n_profiles && sites != NULL && dataset->site_verdict != NULL; i++) {
        print_profile(dataset, i, sites->n_rows, out);
    }
    if (dataset->n_results > 0 && sites != NULL) {
        print_methods(dataset, sites->n_rows, out);
    }
    if (dataset->network != NULL) {
        print_network(dataset->network, out);
        print_joins(dataset->network, out);
    }
    print_findings(dataset, out);
    if (dataset->n_rejects > 0) {
        fprintf(out, "%zu input feature%s left out or mended: see the table `rejects`.\n", dataset->n_rejects,
                dataset->n_rejects == 1 ? " was" : "s were");
    }
    print_outputs(plan, out);
}
