/** What counts of nodes and of places share. */
#ifndef TECHNOPOLIS_CORE_NETWORK_COUNT_H
#define TECHNOPOLIS_CORE_NETWORK_COUNT_H

#include "technopolis/error.h"

#include <stdint.h>

/** TP_E_INTERNAL unless there are 1 to 32 limits, ascending. */
TP_NODISCARD tp_code tp_count_check_limits(const uint32_t *limits_ms, int n_limits, tp_error *error);

#endif
