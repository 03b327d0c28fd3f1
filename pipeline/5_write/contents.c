/* All layers and tables of an output, one after the other: see contents.h. */
#include "5_write/contents.h"

typedef tp_code (*content)(const tp_output *output, tp_error *error);

/* In the order in which a reader of the file finds them. */
static const content CONTENTS[] = {
    tp_write_sites,    tp_write_verdicts, tp_write_criteria, tp_write_evidence_links, tp_write_layers,
    tp_write_findings, tp_write_rejects,  tp_write_run_info, tp_write_sources,        tp_write_parameters,
};
enum { N_CONTENTS = sizeof CONTENTS / sizeof CONTENTS[0] };

tp_code tp_write_contents(const tp_output *output, const char *step, tp_error *error) {
    const tp_run *run = output->run;
    tp_code code = TP_OK;
    for (size_t i = 0; code == TP_OK && i < N_CONTENTS; i++) {
        if (run->progress != NULL) {
            run->progress(run->progress_user, TP_WRITE, step, (int64_t)i, N_CONTENTS);
        }
        code = CONTENTS[i](output, error);
    }
    return code;
}
