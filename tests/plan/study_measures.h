/* Descriptors for tests of the study file: one of each kind and of each type of parameter, and no
 * arithmetic. They stand before the catalogue's, so that tests do not move with it. */
#ifndef TEST_PLAN_STUDY_MEASURES_H
#define TEST_PLAN_STUDY_MEASURES_H

#include "spillway/measure.h"

static const sw_measure test_composite = {
    .name = "composite",
    .title = "Score",
    .kind = SW_KIND_COMPOSITE,
    .param = (const sw_param[]){{"positive", SW_P_COLUMNS, "[]", NULL, 0, 0, "more is better"},
                                {"negative", SW_P_COLUMNS, "[]", NULL, 0, 0, "less is better"},
                                {"normalise", SW_P_CHOICE, "min-max", "min-max|rank|z-score", 0, 0,
                                 "scale"},
                                {"over", SW_P_NODE, "panel", NULL, 0, 0, "pool"},
                                {"weights", SW_P_NODE, "entropy", NULL, 0, 0, "weights"},
                                {"shift", SW_P_NUMBER, "0", NULL, 0, 1, "added"},
                                {0}},
    .output = (const sw_output[]){{"score", "score", "1", SW_UNIT, SW_FLOAT64, NULL, NULL}, {0}}};

static const sw_measure test_coupling = {
    .name = "coupling_coordination",
    .title = "Coupling coordination",
    .kind = SW_KIND_UNIT,
    .param = (const sw_param[]){{"systems", SW_P_COLUMNS, NULL, NULL, 0, 0, "two or more scores"},
                                {"form", SW_P_CHOICE, "product", "product|wang2021|dispersion", 0,
                                 0, "form"},
                                {"alpha", SW_P_NUMBERS, "", NULL, 0, 1, "weights of the systems"},
                                {"breaks", SW_P_NUMBERS, "[0.1, 0.5, 0.9]", NULL, 0, 1, "classes"},
                                {"labels", SW_P_TEXTS, "", NULL, 0, 0, "names of the classes"},
                                {0}},
    .output = (const sw_output[]){{"coupling", "C", "1", SW_UNIT, SW_FLOAT64, NULL, NULL},
                                  {"coordination", "D", "1", SW_UNIT, SW_FLOAT64, NULL, NULL},
                                  {0}}};

static const sw_measure test_quotient = {
    .name = "location_quotient",
    .title = "Location quotient",
    .kind = SW_KIND_UNIT,
    .param = (const sw_param[]){{"industries", SW_P_COLUMNS, NULL, NULL, 0, 0, "industries"},
                                {"total", SW_P_COLUMN, NULL, NULL, 0, 0, "all industries"},
                                {"base", SW_P_TABLE, "own", NULL, 0, 0, "national sums"},
                                {0}},
    .output =
        (const sw_output[]){{"value", "LQ", "1", SW_UNIT, SW_FLOAT64, "industry", NULL},
                            {"coverage", "coverage", "1", SW_GLOBAL, SW_FLOAT64, "industry", NULL},
                            {0}}};

static const sw_measure test_moran = {
    .name = "moran",
    .title = "Moran's I",
    .kind = SW_KIND_GLOBAL,
    .param = (const sw_param[]){{"of", SW_P_COLUMN, NULL, NULL, 0, 0, "the variable"},
                                {"weights", SW_P_WEIGHTS, NULL, NULL, 0, 0, "a weights matrix"},
                                {"islands", SW_P_CHOICE, "adjust", "adjust|zero|remove", 0, 0,
                                 "units without neighbours"},
                                {"permutations", SW_P_INTEGER, "0", NULL, 0, 99999, "draws"},
                                {"groups", SW_P_GROUPINGS, "", NULL, 0, 0, "group columns"},
                                {0}},
    .output = (const sw_output[]){{"I", "I", "1", SW_GLOBAL, SW_FLOAT64, NULL, NULL}, {0}}};

static const sw_measure test_gravity = {
    .name = "gravity",
    .title = "Gravity",
    .kind = SW_KIND_PAIR,
    .param = (const sw_param[]){{"mass", SW_P_COLUMNS, NULL, NULL, 0, 0, "one mass or several"},
                                {"distance", SW_P_DISTANCE, "great-circle", NULL, 0, 0, "distance"},
                                {"decay", SW_P_NUMBER, "2", NULL, 0, 10, "exponent of distance"},
                                {"exponent", SW_P_NUMBERS, "[1, 1]", NULL, 0, 0, "of the masses"},
                                {"share", SW_P_BOOL, "false", NULL, 0, 0, "directed share"},
                                {0}},
    .output = (const sw_output[]){{"value", "gravity", "1", SW_PAIR, SW_FLOAT64, NULL, NULL}, {0}}};

static const sw_measure *const test_measures[] = {&test_composite, &test_coupling, &test_quotient,
                                                  &test_moran, &test_gravity};
enum { N_TEST_MEASURES = sizeof test_measures / sizeof test_measures[0] };

#endif
