/* Results written for other programs: a sheet as one file, or all sheets of a file into a folder.
 */
#ifndef SW_CLI_EXPORT_EXPORT_H
#define SW_CLI_EXPORT_EXPORT_H

#include <stdio.h>

#include "cli/export/where.h"

typedef struct sw_export_options {
  const char *path;         /* of the results */
  const char *name;         /* NAME[.quantity[label]]; NULL with `all` */
  const char *output, *all; /* a file, or a folder */
  const char *periods, *where;
  const char *polygons, *key;
  bool wide, force;
} sw_export_options;

/* What is to be said of it; plain, so that a child can tell it. */
typedef struct sw_export_said {
  int64_t rows, files, without;
  char what[256]; /* "2 quantities over time 20, unit 2850" */
  char note[512]; /* what of the result is not in the file; "" */
} sw_export_said;

/* One sheet that is written, and which rows of it. */
typedef struct sw_export_job {
  sw_arena *arena;
  const sw_export_options *options;
  const sw_sheet *sheet;
  int n_periods;
  int *period; /* of the sheet's own */
  sw_where where;
  const char *path; /* of the file, for messages */
  FILE *out;
  const char *place; /* where `out` is, until it is whole; NULL in a folder */
  bool wide;         /* all periods of a row at once */
  bool not_read;     /* what failed was not the reading of results */
  int64_t rows;      /* written */
  int64_t without;   /* of a map: units without a shape */
} sw_export_job;

/* By the ending of a file's name; SW_EINPUT with the endings that are known. */
struct sw_export_format;
sw_status sw_export_format_of(sw_error *err, const char *path,
                              const struct sw_export_format **format);
/* The sheet called options->name, in that format, into `out`; some put a file of their
 * own to its `place`. */
sw_status sw_export_one(sw_error *err, const sw_export_options *options,
                        const struct sw_export_format *format, FILE *out, const char *place,
                        sw_export_said *said);
/* Every sheet as a .csv in `folder`, which is there and empty. */
sw_status sw_export_all(sw_error *err, const sw_export_options *options, const char *folder,
                        sw_export_said *said);

/* ---- formats: rows of job->sheet into job->out ----------------------------------------------- */

/* csv.c */
sw_status sw_export_csv(sw_error *err, sw_export_job *job);
sw_status sw_export_tsv(sw_error *err, sw_export_job *job);
/* dta.c */
sw_status sw_export_dta(sw_error *err, sw_export_job *job);
/* map.c, by unit: features with polygons or points. */
sw_status sw_export_gpkg(sw_error *err, sw_export_job *job);
sw_status sw_export_geojson(sw_error *err, sw_export_job *job);
/* network.c, of pairs: a matrix of one quantity in one period; nodes and edges. */
sw_status sw_export_mtx(sw_error *err, sw_export_job *job);
sw_status sw_export_graphml(sw_error *err, sw_export_job *job);

#endif
