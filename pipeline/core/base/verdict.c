/* Three-valued truth: see technopolis/verdict.h. */
#include "technopolis/verdict.h"

#include <math.h>

const char *tp_verdict_text(tp_verdict verdict) {
    return verdict == TP_MET ? "met" : verdict == TP_NOT_MET ? "not_met" : "unknown";
}

tp_verdict tp_verdict_all(const tp_verdict *verdicts, size_t n) {
    tp_verdict all = TP_MET;
    for (size_t i = 0; i < n; i++) {
        if (verdicts[i] == TP_NOT_MET) {
            return TP_NOT_MET;
        }
        if (verdicts[i] == TP_UNKNOWN) {
            all = TP_UNKNOWN;
        }
    }
    return all;
}

tp_verdict tp_verdict_any(const tp_verdict *verdicts, size_t n) {
    return tp_verdict_at_least(verdicts, n, 1);
}

tp_verdict tp_verdict_at_least(const tp_verdict *verdicts, size_t n, size_t k) {
    size_t met = 0, unknown = 0;
    for (size_t i = 0; i < n; i++) {
        met += verdicts[i] == TP_MET;
        unknown += verdicts[i] == TP_UNKNOWN;
    }
    return met >= k ? TP_MET : met + unknown < k ? TP_NOT_MET : TP_UNKNOWN;
}

tp_verdict tp_verdict_compare(double low, double high, tp_comparison comparison, double threshold) {
    if (isnan(low) || isnan(high) || isnan(threshold)) {
        return TP_UNKNOWN;
    }
    if (comparison == TP_AT_MOST) {
        return high <= threshold ? TP_MET : low > threshold ? TP_NOT_MET : TP_UNKNOWN;
    }
    return low >= threshold ? TP_MET : high < threshold ? TP_NOT_MET : TP_UNKNOWN;
}

double tp_verdict_margin(double value, tp_comparison comparison, double threshold) {
    return comparison == TP_AT_MOST ? threshold - value : value - threshold;
}
