/*
 * Judges the sites of a configuration and prints one line a site: id, name, verdict. Writes no file.
 *
 *     cc verdicts.c $(pkg-config --cflags --libs technopolis) -o verdicts
 *     ./verdicts configs/japan.yaml
 */
#include <technopolis/technopolis.h>

#include <stdio.h>

static void print_verdicts(const tp_dataset *dataset) {
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    for (int64_t row = 0; sites != NULL && dataset->site_verdict != NULL && row < sites->n_rows; row++) {
        /* The verdicts of the first profile come first. */
        tp_verdict verdict = (tp_verdict)dataset->site_verdict[row];
        printf("%s\t%s\t%s\n", tp_layer_id(sites, row), tp_layer_label(sites, row), tp_verdict_text(verdict));
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: verdicts CONFIG\n");
        return TP_E_CONFIG;
    }
    tp_plan_request request = {.config_path = argv[1], .without_write = true};
    tp_faults faults = {0};
    tp_error error = {0};
    tp_plan *plan = NULL;
    tp_dataset *dataset = NULL;
    tp_code code = tp_plan_new(&request, &plan, &faults);
    for (size_t i = 0; i < faults.n; i++) {
        fprintf(stderr, "%s%s\n", faults.items[i].warning ? "warning: " : "", faults.items[i].message);
    }
    if (code == TP_OK) {
        code = tp_plan_run(plan, &dataset, &error);
    }
    if (code == TP_OK) {
        print_verdicts(dataset);
    } else if (error.code != TP_OK) {
        fprintf(stderr, "%s\n", error.message);
    }
    tp_dataset_free(dataset); /* before the plan, from which it borrows */
    tp_plan_free(plan);
    tp_faults_reset(&faults);
    return (int)code;
}
