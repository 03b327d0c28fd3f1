/**
 * Everything that a program needs to run configurations and read what came out.
 *
 *     tp_plan_new   reads a configuration and the heads of its inputs, and tells every fault
 *     tp_plan_run   works it and gives the dataset: layers, measures, verdicts, findings
 *
 * examples/verdicts.c is a whole program. Link with `pkg-config --libs technopolis` or, in CMake,
 * find_package(technopolis) and technopolis::technopolis. What the network, the statistics and the grids offer to
 * programs of their own is in the other headers of this folder.
 */
#ifndef TECHNOPOLIS_TECHNOPOLIS_H
#define TECHNOPOLIS_TECHNOPOLIS_H

#include "technopolis/column.h"
#include "technopolis/crs.h"
#include "technopolis/dataset.h"
#include "technopolis/error.h"
#include "technopolis/layer.h"
#include "technopolis/plan.h"
#include "technopolis/profile.h"
#include "technopolis/table.h"
#include "technopolis/text.h"
#include "technopolis/verdict.h"
#include "technopolis/version.h"

#endif
