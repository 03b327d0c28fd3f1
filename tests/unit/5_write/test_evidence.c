/* Evidence of a criterion put together from its measures. */
#include "dataset_fixture.h"

#include "5_write/evidence.h"

static void is_evidence(const tp_dataset *dataset, size_t result, int64_t row, const char *expected) {
    tp_text text = {0};
    tp_text_add(&text, "before: ");
    tp_evidence_write(dataset, dataset->results[result], row, &text);
    assert_string_equal(tp_text_get(&text) + strlen("before: "), expected);
    tp_text_reset(&text);
}

static void parts_are_joined(void **state) {
    (void)state;
    tp_dataset *dataset = make_dataset();
    is_evidence(dataset, 0, 0, "hub/1 found 0; hub/2 found 0");
    tp_dataset_free(dataset);
}

static void what_is_not_read_is_named_once(void **state) {
    (void)state;
    tp_dataset *dataset = make_dataset();
    is_evidence(dataset, 1, 2, "layer plants is not read");
    /* the same missing layer in both parts of the hub */
    tp_measure *first = tp_dataset_measure(dataset, "hub/1"), *second = tp_dataset_measure(dataset, "hub/2");
    first->missing_layer = tp_text_copy("airports");
    second->missing_layer = tp_text_copy("airports");
    is_evidence(dataset, 0, 0, "layer airports is not read");
    tp_dataset_free(dataset);
}

static void left_out_parts_and_also_are_told(void **state) {
    (void)state;
    tp_dataset *dataset = make_dataset();
    is_evidence(dataset, 2, 0,
                "city/1 found 0; layer municipalities is not read: own and touching municipality left out; "
                "city/population");
    /* a kind that has nothing to say leaves no separator behind */
    is_evidence(dataset, 2, 1,
                "city/1 found 1; layer municipalities is not read: own and touching municipality left out");
    tp_dataset_free(dataset);
}

static void left_out_parts_name_their_layer(void **state) {
    (void)state;
    tp_dataset *dataset = make_dataset();
    tp_node *settings = NULL;
    tp_faults faults = {0};
    const char *yaml = "{ to: [airports, plants], within: 30 min }";
    OK(tp_node_parse(yaml, strlen(yaml), "test", &settings, &faults));
    tp_part part = {.kind = "count", .settings = settings, .optional = true, .left_out = true};
    tp_criterion criterion = {.id = "c", .parts = &part, .n_parts = 1};
    const tp_measure *none = NULL;
    tp_result result = {.criterion = &criterion, .measures = &none};
    tp_text text = {0};
    tp_evidence_write(dataset, &result, 0, &text);
    assert_string_equal(tp_text_get(&text), "layer plants is not read: count left out");
    tp_text_clear(&text);
    part.settings = NULL;
    tp_evidence_write(dataset, &result, 0, &text);
    assert_string_equal(tp_text_get(&text), "count left out: a layer that it needs is not read");
    tp_text_reset(&text);
    tp_node_free(settings);
    tp_faults_reset(&faults);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_joined),
        cmocka_unit_test(what_is_not_read_is_named_once),
        cmocka_unit_test(left_out_parts_and_also_are_told),
        cmocka_unit_test(left_out_parts_name_their_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
