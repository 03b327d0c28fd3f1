/* All layers and tables of an output, one after the other: see contents.h. */
#include "5_write/contents.h"

typedef tp_code (*content)(const tp_output *output, tp_error *error);

/* In the order in which a reader of the file finds them. */
static const content CONTENTS[] = {
    tp_write_sites,    tp_write_verdicts, tp_write_criteria, tp_write_evidence_links, tp_write_layers,
    tp_write_findings, tp_write_rejects,  tp_write_run_info, tp_write_sources,        tp_write_parameters,
};
enum { N_CONTENTS = sizeof CONTENTS / sizeof CONTENTS[0] };

bool tp_output_has_evidence(const tp_output *output, size_t profile, int64_t row) {
    const tp_dataset *dataset = output->dataset;
    if (output->evidence != TP_EVIDENCE_MET_OR_UNKNOWN || dataset->site_verdict == NULL) {
        return output->evidence != TP_EVIDENCE_NONE;
    }
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    return sites == NULL || dataset->site_verdict[profile * (size_t)sites->n_rows + (size_t)row] != TP_NOT_MET;
}

void tp_output_progress(const tp_output *output, const char *table, int64_t row, int64_t n) {
    enum { STRIDE = 4096 };
    if (row % STRIDE == 0 && n > STRIDE && output->run->progress != NULL) {
        output->run->progress(output->run->progress_user, TP_WRITE, table, row, n);
    }
}

tp_code tp_write_contents(const tp_output *given, tp_error *error) {
    const tp_run *run = given->run;
    tp_record verdicts = {0};
    tp_output output = *given;
    output.verdicts = &verdicts;
    tp_code code = tp_verdicts_declare(&verdicts, error);
    for (size_t i = 0; code == TP_OK && i < N_CONTENTS; i++) {
        if (run->progress != NULL) {
            run->progress(run->progress_user, TP_WRITE, output.step, (int64_t)i, N_CONTENTS);
        }
        code = CONTENTS[i](&output, error);
    }
    tp_record_reset(&verdicts);
    return code;
}
