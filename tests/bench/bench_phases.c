/*
 * Where the time of a run goes: seconds by the clock and of the processors, by phase and by step, and the largest memory,
 * for a configuration.
 *
 *     bench_phases CONFIG OUTPUT.gpkg [THREADS]
 */
#include "technopolis/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { MOST = 512 };

typedef struct clock_line {
    tp_phase phase;
    char step[80];
    double begun_s, begun_cpu_s;
    long memory_kb;
} clock_line;

typedef struct clock_list {
    clock_line items[MOST];
    int n;
} clock_list;

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long memory_kb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* A call for every step, and within writing one a table: rows of a table come with the same name and are left out. */
static void note(void *user, tp_phase phase, const char *step, int64_t done, int64_t total) {
    (void)done;
    (void)total;
    clock_list *list = user;
    bool same =
        list->n > 0 && list->items[list->n - 1].phase == phase && strcmp(list->items[list->n - 1].step, step) == 0;
    if (!same && list->n < MOST) {
        clock_line *line = &list->items[list->n++];
        *line = (clock_line){.phase = phase, .begun_s = now_s(), .begun_cpu_s = cpu_s(), .memory_kb = memory_kb()};
        snprintf(line->step, sizeof line->step, "%s", step);
    }
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "bench_phases CONFIG OUTPUT.gpkg [THREADS]\n");
        return 2;
    }
    static clock_list list;
    tp_plan_request request = {.config_path = argv[1], .output = argv[2], .threads = argc > 3 ? atoi(argv[3]) : 0};
    tp_faults faults = {0};
    tp_plan *plan = NULL;
    tp_dataset *dataset = NULL;
    tp_error error = {0};
    if (tp_plan_new(&request, &plan, &faults) != TP_OK) {
        fprintf(stderr, "%s\n", faults.items[0].message);
        return 2;
    }
    plan->run.progress = note;
    plan->run.progress_user = &list;
    double begun_s = now_s();
    if (tp_plan_run(plan, &dataset, &error) != TP_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    double end_s = now_s(), end_cpu_s = cpu_s(), by_phase[TP_PHASES] = {0};
    for (int i = 0; i < list.n; i++) {
        double seconds = (i + 1 < list.n ? list.items[i + 1].begun_s : end_s) - list.items[i].begun_s;
        double cpu = (i + 1 < list.n ? list.items[i + 1].begun_cpu_s : end_cpu_s) - list.items[i].begun_cpu_s;
        by_phase[list.items[i].phase] += seconds;
        if (seconds >= 0.05) {
            printf("  %-8s %-40s %8.2f s %8.2f s of processor  from %6ld MB\n", tp_phase_text(list.items[i].phase),
                   list.items[i].step, seconds, cpu, list.items[i].memory_kb / 1024);
        }
    }
    for (int phase = 0; phase < TP_PHASES; phase++) {
        printf("%-8s %8.2f s\n", tp_phase_text((tp_phase)phase), by_phase[phase]);
    }
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    printf("in all   %8.2f s, %ld MB at most, %lld sites\n", end_s - begun_s, memory_kb() / 1024,
           sites == NULL ? 0LL : (long long)sites->n_rows);
    tp_dataset_free(dataset);
    tp_plan_free(plan);
    tp_faults_reset(&faults);
    return 0;
}
