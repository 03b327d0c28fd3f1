/** What the files of the network share: the order of nodes, the components, the edges, the index of ways. */
#ifndef TECHNOPOLIS_CORE_NETWORK_PARTS_H
#define TECHNOPOLIS_CORE_NETWORK_PARTS_H

#include "core/space/hilbert.h"
#include "technopolis/network.h"

/** A longitude (up to two turns) and a latitude. */
bool tp_is_position(double lon_deg, double lat_deg);

/** What tp_ways_add refuses. */
TP_NODISCARD tp_code tp_ways_check(const tp_ways *ways, const tp_way *way, tp_error *error);

/** Lays out the edges of `ways` by their tail (`out`) or by their head. Both arrays are new; release with reset. */
TP_NODISCARD tp_code tp_edges_new(const tp_ways *ways, bool out, tp_edges *edges, tp_error *error);
void tp_edges_reset(tp_edges *edges);

/**
 * The components of n nodes: weak by their ways, strong by their edges (R. E. Tarjan, "Depth-first search and linear
 * graph algorithms", SIAM Journal on Computing 1, 1972). Numbered by size, descending; equal ones by their first node.
 * `component` has n values, *size is new with *n_components.
 */
TP_NODISCARD tp_code tp_weak_components(const tp_edges *out, uint32_t n, uint32_t *component, uint32_t **size,
                                        uint32_t *n_components, tp_error *error);
TP_NODISCARD tp_code tp_strong_components(const tp_edges *out, uint32_t n, uint32_t *component, uint32_t **size,
                                          uint32_t *n_components, tp_error *error);

/** As tp_network_new; with `node_of` the nodes are in their order already, and it is what is copied there. */
TP_NODISCARD tp_code tp_network_build(tp_ways *ways, const uint32_t *node_of, tp_network **network, tp_error *error);

#endif
