/* The manifest while it is written: what its files share. */
#ifndef SW_CLI_REPORT_MANIFEST_H
#define SW_CLI_REPORT_MANIFEST_H

#include "cli/report/arrays.h"

typedef struct sw_manifest {
  sw_error *err;
  const sw_report *report;
  const sw_page *page;
  const sw_report_arrays *arrays;
  sw_json json;
} sw_manifest;

/* "b7"; null of -1. */
void sw_manifest_block(sw_json *json, const char *key, int block);
/* A variable of the manifest; null for none, or one that is not on the page. */
void sw_manifest_id(sw_manifest *to, const char *key, int variable);
/* A title of the catalogue, in Chinese too where that is known. */
void sw_manifest_title(sw_manifest *to, const char *title);
/* A text by language. */
void sw_manifest_two(sw_json *json, const char *key, const char *english, const char *chinese);
/* The time axis of pairs of which the page has not all periods, "kept/R/time"; from the arena. */
const char *sw_manifest_kept(const sw_manifest *to, const sw_report_partners *partners);

/* manifest_pairs.c, manifest_rest.c */
void sw_manifest_pairs(sw_manifest *to);
void sw_manifest_rest(sw_manifest *to);
void sw_manifest_geometry(sw_manifest *to);

#endif
