/* What the harnesses share. A harness is one reader behind LLVMFuzzerTestOneInput, called through
 * its real interface by a team of one; fuzz.c has the folder, the team and the promise that every
 * reader keeps: it takes the bytes, or refuses them as bad input in one line of UTF-8. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/arena.h"
#include "plan/ports/reader.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern sw_team *fuzz_team;

/* A path in the private folder, for as long as the program runs. */
const char *fuzz_path(const char *name);
/* Its file with these bytes. */
const char *fuzz_put(const char *name, const void *data, size_t size);
/* A study whose folder is the private one; it lives as long as the program. */
const sw_study *fuzz_study(const char *sections);
sw_arena *fuzz_arena(void);
/* Aborts with the message unless it holds. */
void fuzz_must(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Taken, or refused in one line? */
void fuzz_outcome(sw_status status, const sw_error *err);
/* The same of an HDF5 file. What fails inside HDF5 is SW_EIO: a damaged file and a broken disk look
 * the same to it. */
void fuzz_outcome_hdf5(sw_status status, sw_error *err);
/* One reading of `study`; the panel's cells are walked. `said` gets the line of a refusal. */
sw_status fuzz_panel(const sw_study *study, sw_error *said);
sw_status fuzz_panel_hdf5(const sw_study *study);
/* The bytes as the codes of the rows of a good matrix. */
void fuzz_order(const uint8_t *data, size_t size);
/* The bytes as links in the file NAME between six units (01 .. 05, A B), as every kind and style
 * that goes with its ending; `distance`: as distances, too. */
void fuzz_links(const char *name, sw_weights_kind kind, bool distance, const uint8_t *data,
                size_t size);

#endif
