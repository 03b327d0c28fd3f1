/* The products that read entries name, each loaded once. */
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The file of a product, and how it is called in messages. */
static bool find_file(const tp_plan *plan, const char *name, char **path, char **shown) {
    size_t size = strlen(name);
    if (size > 5 && strcmp(name + size - 5, ".yaml") == 0) {
        *path = tp_plan_path(plan->base, name);
        *shown = tp_text_copy(name);
    } else {
        char *data = tp_data_folder();
        *path = data == NULL ? NULL : tp_text_format("%s/products/%s.yaml", data, name);
        *shown = tp_text_format("products/%s.yaml", name);
        free(data);
    }
    return *path != NULL && *shown != NULL;
}

static const tp_product *find_loaded(const tp_plan *plan, const char *path) {
    for (size_t i = 0; i < plan->n_products; i++) {
        if (strcmp(plan->products[i]->file, path) == 0) {
            return plan->products[i];
        }
    }
    return NULL;
}

const tp_product *tp_plan_product(tp_plan *plan, const char *name, tp_place place, tp_faults *faults) {
    char *path = NULL, *shown = NULL;
    tp_product *product = NULL;
    const tp_product *found = NULL;
    if (!find_file(plan, name, &path, &shown)) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    } else if (access(path, F_OK) != 0) {
        tp_faults_add_at(faults, place,
                         "unknown product '%s' (see `technopolis list products`; a file of yours ends with "
                         ".yaml)",
                         name);
    } else if ((found = find_loaded(plan, path)) == NULL && tp_product_load(path, shown, &product, faults) == TP_OK) {
        tp_product **products = realloc(plan->products, sizeof(tp_product *) * (plan->n_products + 1));
        if (products == NULL) {
            tp_product_free(product);
            tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        } else {
            plan->products = products;
            plan->products[plan->n_products++] = product;
            found = product;
        }
    }
    free(path);
    free(shown);
    return found;
}
