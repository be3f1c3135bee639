#include "cli/report/model.h"
#define WEAK __attribute__((weak))
WEAK sw_status sw_report_changes_make(sw_error *err, const sw_report *report, sw_blocks *blocks, struct sw_report_changes **changes) { (void)err,(void)report,(void)blocks,(void)changes; return SW_OK; }
WEAK sw_status sw_report_changes(sw_error *err, const sw_report *report, sw_html *html) { (void)err,(void)report,(void)html; return SW_OK; }
WEAK sw_status sw_report_changes_json(sw_error *err, const sw_report *report, sw_json *json) { (void)err,(void)report,(void)json; return SW_OK; }
