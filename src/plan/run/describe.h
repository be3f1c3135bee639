/* A run in words: what its results depend on. The same on every rank. */
#ifndef SW_PLAN_RUN_DESCRIBE_H
#define SW_PLAN_RUN_DESCRIBE_H

#include "plan/run/engine.h"

/* "{systems: [economy, ecology], form: product, keep: dense, precision: float32}", defaults
 * included, periods where these are not all of the panel's. */
const char *sw_run_parameters(sw_arena *arena, const sw_run *run, int entry);
/* The part of it that is hashed, with periods only where asked for: without the precision, the usual
 * order of partners and the defaults within a map. */
const char *sw_run_hashed_parameters(sw_arena *arena, const sw_run *run, int entry, bool periods);
/* Lines "LABEL\tVALUE" of everything that the bits of the results depend on: the study's text line
 * by line, hashes of the inputs (`inputs`: lines "HASH  NAME"), versions of the measures,
 * instruction set and libraries (`store`: of the floor above). Ranks that differ in the last two
 * are refused. Collective. */
sw_status sw_run_fingerprint(sw_error *err, sw_run *run, const char *inputs, const char *store,
                             const char **text);
/* The lines of instruction set and libraries alone; NULL: out of memory. */
const char *sw_run_build(sw_arena *arena, const char *store);

/* operand_hash.c: for each period of a job (one for whole series) the hash of all that its results
 * rest on: inputs, units, weights, distances, tables, parameters, the measure's version, the
 * instruction set. A job whose values mix periods (job->pooled) has one hash for all. On rank 0;
 * collective; n*T/SW_BLOCK hashes to rank 0. */
sw_status sw_run_operand_hash(sw_error *err, sw_run *run, int entry);

#endif
