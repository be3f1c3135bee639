/* Descriptors for tests of the study file: one of each kind and of each type of parameter, and no
 * arithmetic. They stand before the catalogue's, so that tests do not move with it. */
#ifndef TEST_PLAN_STUDY_MEASURES_H
#define TEST_PLAN_STUDY_MEASURES_H

#include "spillway/measure.h"

static const sw_measure test_composite = {
    .name = "composite",
    .title = "Score",
    .kind = SW_KIND_COMPOSITE,
    .param =
        (const sw_param[]){
            {.name = "positive", .type = SW_P_COLUMNS, .fallback = "[]", .help = "more is better"},
            {.name = "negative", .type = SW_P_COLUMNS, .fallback = "[]", .help = "less is better"},
            {.name = "normalise",
             .type = SW_P_CHOICE,
             .fallback = "min-max",
             .choices = "min-max|rank|z-score",
             .help = "scale"},
            {.name = "over", .type = SW_P_NODE, .fallback = "panel", .help = "pool"},
            {.name = "weights", .type = SW_P_NODE, .fallback = "entropy", .help = "weights"},
            {.name = "shift",
             .type = SW_P_NUMBER,
             .fallback = "0",
             .lo = 0,
             .hi = 1,
             .help = "added"},
            {0}},
    .output = (const sw_output[]){
        {.name = "score", .long_name = "score", .units = "1", .shape = SW_UNIT}, {0}}};

static const sw_measure test_coupling = {
    .name = "coupling_coordination",
    .title = "Coupling coordination",
    .kind = SW_KIND_UNIT,
    .param =
        (const sw_param[]){
            {.name = "systems", .type = SW_P_COLUMNS, .help = "two or more scores"},
            {.name = "form",
             .type = SW_P_CHOICE,
             .fallback = "product",
             .choices = "product|wang2021|dispersion",
             .help = "form"},
            {.name = "alpha",
             .type = SW_P_NUMBERS,
             .fallback = "",
             .lo = 0,
             .hi = 1,
             .help = "weights of the systems"},
            {.name = "breaks",
             .type = SW_P_NUMBERS,
             .fallback = "[0.1, 0.5, 0.9]",
             .lo = 0,
             .hi = 1,
             .help = "classes"},
            {.name = "labels", .type = SW_P_TEXTS, .fallback = "", .help = "names of the classes"},
            {0}},
    .output = (const sw_output[]){
        {.name = "coupling", .long_name = "C", .units = "1", .shape = SW_UNIT},
        {.name = "coordination", .long_name = "D", .units = "1", .shape = SW_UNIT},
        {0}}};

static const sw_measure test_quotient = {
    .name = "location_quotient",
    .title = "Location quotient",
    .kind = SW_KIND_UNIT,
    .param =
        (const sw_param[]){
            {.name = "industries", .type = SW_P_COLUMNS, .help = "industries"},
            {.name = "total", .type = SW_P_COLUMN, .help = "all industries"},
            {.name = "base", .type = SW_P_TABLE, .fallback = "own", .help = "national sums"},
            {0}},
    .output = (const sw_output[]){
        {.name = "value", .long_name = "LQ", .units = "1", .shape = SW_UNIT, .axis = {"industry"}},
        {.name = "coverage",
         .long_name = "coverage",
         .units = "1",
         .shape = SW_GLOBAL,
         .axis = {"industry"}},
        {0}}};

static const sw_measure test_moran = {
    .name = "moran",
    .title = "Moran's I",
    .kind = SW_KIND_GLOBAL,
    .param =
        (const sw_param[]){
            {.name = "of", .type = SW_P_COLUMN, .help = "the variable"},
            {.name = "weights", .type = SW_P_WEIGHTS, .help = "a weights matrix"},
            {.name = "islands",
             .type = SW_P_CHOICE,
             .fallback = "adjust",
             .choices = "adjust|zero|remove",
             .help = "units without neighbours"},
            {.name = "permutations",
             .type = SW_P_INTEGER,
             .fallback = "0",
             .lo = 0,
             .hi = 99999,
             .help = "draws"},
            {.name = "groups", .type = SW_P_GROUPINGS, .fallback = "", .help = "group columns"},
            {0}},
    .output = (const sw_output[]){{.name = "I", .long_name = "I", .units = "1", .shape = SW_GLOBAL},
                                  {0}}};

static const sw_measure test_gravity = {
    .name = "gravity",
    .title = "Gravity",
    .kind = SW_KIND_PAIR,
    .param =
        (const sw_param[]){
            {.name = "mass", .type = SW_P_COLUMNS, .help = "one mass or several"},
            {.name = "distance",
             .type = SW_P_DISTANCE,
             .fallback = "great-circle",
             .help = "distance"},
            {.name = "decay",
             .type = SW_P_NUMBER,
             .fallback = "2",
             .lo = 0,
             .hi = 10,
             .help = "exponent of distance"},
            {.name = "exponent",
             .type = SW_P_NUMBERS,
             .fallback = "[1, 1]",
             .help = "of the masses"},
            {.name = "share", .type = SW_P_BOOL, .fallback = "false", .help = "directed share"},
            {0}},
    .output = (const sw_output[]){
        {.name = "value", .long_name = "gravity", .units = "1", .shape = SW_PAIR}, {0}}};

static const sw_measure *const test_measures[] = {&test_composite, &test_coupling, &test_quotient,
                                                  &test_moran, &test_gravity};
enum { N_TEST_MEASURES = sizeof test_measures / sizeof test_measures[0] };

#endif
