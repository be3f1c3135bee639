#include "cli/report/geometry.h"
#include "cli/report/model.h"
#include <math.h>
#include <stdlib.h>
#define WEAK __attribute__((weak))
WEAK sw_status sw_report_first_page(sw_error *err, const sw_report *report, sw_html *html) {
  (void)err, (void)report, (void)html;
  return SW_OK;
}
WEAK sw_status sw_report_rests_on(sw_error *err, const sw_report *report, sw_html *html) {
  (void)err, (void)report, (void)html;
  return SW_OK;
}
WEAK sw_status sw_report_changes_make(sw_error *err, const sw_report *report, sw_blocks *blocks,
                                      struct sw_report_changes **changes) {
  (void)err, (void)report, (void)blocks, (void)changes;
  return SW_OK;
}
WEAK sw_status sw_report_changes(sw_error *err, const sw_report *report, sw_html *html) {
  (void)err, (void)report, (void)html;
  return SW_OK;
}
WEAK sw_status sw_report_changes_json(sw_error *err, const sw_report *report, sw_json *json) {
  (void)err, (void)report, (void)json;
  return SW_OK;
}
WEAK sw_status sw_report_method(sw_error *err, const sw_report *report, sw_html *html) {
  (void)err, (void)report, (void)html;
  return SW_OK;
}
WEAK const char *sw_report_noun(const sw_report *report, int64_t count) {
  return report->chinese ? report->noun_zh : count == 1 ? report->noun_en : report->nouns_en;
}
