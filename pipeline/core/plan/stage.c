/* The list of stages: see technopolis/stage.h and stages.def. */
#include "technopolis/stage.h"

#include <string.h>

#define TP_STAGE(phase, name) extern const tp_stage tp_stage_##name;
#include "stages.def"
#undef TP_STAGE

static const tp_stage *const STAGES[] = {
#define TP_STAGE(phase, name) &tp_stage_##name,
#include "stages.def"
#undef TP_STAGE
};

const char *tp_phase_text(tp_phase phase) {
    static const char *const texts[] = {"read", "prepare", "measure", "judge", "write"};
    return phase < TP_PHASES ? texts[phase] : "";
}

const tp_stage *const *tp_stages(size_t *n) {
    *n = sizeof STAGES / sizeof STAGES[0];
    return STAGES;
}

const tp_stage *tp_stage_find(tp_phase phase, const char *name) {
    for (size_t i = 0; i < sizeof STAGES / sizeof STAGES[0]; i++) {
        if (STAGES[i]->phase == phase && strcmp(STAGES[i]->name, name) == 0) {
            return STAGES[i];
        }
    }
    return NULL;
}
