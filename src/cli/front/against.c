/* The changes since earlier results, told: as a table, and in the manifest for the map of them.
 * What has changed was found before (changes.c); here it is written, in that order, straight to the
 * page. Cells carry their number in full, so that the page's script can sort and copy them.
 * Failures of the stream show when the page is closed, so no function here looks for one.
 *
 * Called by the report where --against names earlier results; the numbers are in memory, so only
 * the stream can fail. */
#include "cli/front/changes.h"
#include "cli/front/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* What the parts of the card are written from. */
typedef struct card {
  const sw_report *report;
  const sw_page *page;
  const struct sw_report_changes *changes;
  sw_html *html;
} card;

/* ---- cells ------------------------------------------------------------------------------ */

/* What is shown is rounded; data-value and title are exact, and the page's script sorts by
 * data-value. */
static void put_value(sw_html *h, const char *column, double value, const char *text) {
  char full[SW_NUMBER_ROOM] = "";
  if (!isnan(value)) sw_show_number(value, full);
  sw_html_put(h, "<td class=\"number\" data-column=\"%s\" data-value=\"%s\" title=\"%s\">%s</td>",
              column, full, full, text);
}

/* A count of 0 is an empty cell: most are. */
static void put_count(sw_html *h, const char *column, int64_t count) {
  char text[SW_HTML_NUMBER];
  put_value(h, column, (double)count, count > 0 ? sw_html_count(count, text) : "");
}

/* Old minus new of missing values is NaN, which is written as an empty cell. */
static void put_move(sw_html *h, double old, double now) {
  char text[SW_HTML_NUMBER];
  put_value(h, "old", old, sw_html_number(old, text));
  put_value(h, "new", now, sw_html_number(now, text));
  put_value(h, "change", now - old, sw_html_change(now - old, text));
}

/* ---- tables ----------------------------------------------------------------------------- */

/* The name in the file as code, and the title up to its first comma. A title that begins with a
 * digit explains classes and is no name; the name in the file is used then. */
static void put_name(const card *to, const sw_page_variable *v, const char *key) {
  sw_html *h = to->html;
  const char *head = sw_words_head(to->report->arena, v->title);
  if (strlen(head) < 3) head = v->name; /* "1: significant; 0: not" */
  sw_html_put(h, "<th scope=\"row\"><code>%b</code> ", key);
  sw_words_term(h, to->report->arena, "<span class=\"quantity\"", head, "</span></th>");
}

/* Of each quantity by unit the largest change stands in the table; the map has all of them. A
 * change by unit is identified by its key, "result/variable[part]". */
static void put_change(const card *to, const sw_report_change *change) {
  const sw_report_move *most = &change->largest[0];
  sw_html *h = to->html;
  sw_html_put(h, "<tr data-change=\"%s\">", change->key);
  put_name(to, &to->page->variable[change->variable], change->key);
  put_count(h, "changed", change->changed);
  put_count(h, "appeared", change->appeared);
  put_count(h, "vanished", change->vanished);
  const char *code = to->page->code[most->unit], *name = sw_words_unit(to->report, most->unit);
  sw_html_put(h, "<td data-column=\"unit\" data-value=\"%s\">%b", code, name ? name : code);
  if (to->page->n_periods > 1) sw_html_put(h, ", %b", to->page->period[most->t]);
  fputs("</td>", h->out);
  put_move(h, most->old, most->now);
  fputs("</tr>\n", h->out);
}

/* Three columns that both tables share. */
static void put_ends(sw_html *h) {
  sw_words_put(h, "<th scope=\"col\" class=\"number\"", "Before", "此前", "</th>");
  sw_words_put(h, "<th scope=\"col\" class=\"number\"", "Now", "现在", "</th>");
  sw_words_put(h, "<th scope=\"col\" class=\"number\"", "Change", "变化",
               "</th></tr></thead>\n<tbody>\n");
}

/* The table of quantities by unit; no table where none has changed. */
static void put_quantities(const card *to) {
  sw_html *h = to->html;
  if (to->changes->n == 0) return;
  fputs("<div class=\"scroll-x\"><table class=\"since\" data-changes=\"units\"><thead><tr>",
        h->out);
  sw_words_put(h, "<th scope=\"col\"", "Quantity", "指标", "</th>");
  sw_words_put(h, "<th scope=\"col\" class=\"number\"", "Values changed", "变化的值", "</th>");
  sw_words_put(h, "<th scope=\"col\" class=\"number\"", "new", "新增", "</th>");
  sw_words_put(h, "<th scope=\"col\" class=\"number\"", "gone", "消失", "</th>");
  sw_words_put(h, "<th scope=\"col\"", "Largest change", "最大变化", "</th>");
  put_ends(h);
  for (int k = 0; k < to->changes->n; k++)
    put_change(to, &to->changes->change[k]);
  fputs("</tbody></table></div>\n", h->out);
}

/* Numbers that are not by unit; `at` says which one has changed most. A figure has no unit, so the
 * place on its axes is written instead. */
static void put_figures(const card *to) {
  sw_html *h = to->html;
  if (to->changes->n_figures == 0) return;
  fputs("<div class=\"scroll-x\"><table class=\"since\" data-changes=\"figures\"><thead><tr>",
        h->out);
  sw_words_put(h, "<th scope=\"col\"", "Figure", "数值", "</th>");
  sw_words_put(h, "<th scope=\"col\" class=\"number\"", "Values changed", "变化的值", "</th>");
  sw_words_put(h, "<th scope=\"col\"", "Largest change", "最大变化", "</th>");
  put_ends(h);
  for (int k = 0; k < to->changes->n_figures; k++) {
    const sw_report_figure *figure = &to->changes->figure[k];
    const sw_page_variable *v = &to->page->variable[figure->variable];
    sw_html_put(h, "<tr data-change=\"%s\">", v->id);
    put_name(to, v, v->id);
    put_count(h, "changed", figure->changed);
    sw_html_put(h, "<td data-column=\"at\">%b</td>", figure->at);
    put_move(h, figure->old, figure->now);
    fputs("</tr>\n", h->out);
  }
  fputs("</tbody></table></div>\n", h->out);
}

/* ---- what is not in both -------------------------------------------------------------------- */

/* Composites are named without their folder. */
static void put_names(sw_html *h, const char *english, const char *chinese, int n,
                      const char *const *name) {
  if (n == 0) return;
  fputs("<p class=\"note\">", h->out);
  sw_words_put(h, "<span", english, chinese, "</span>");
  for (int k = 0; k < n; k++)
    sw_html_put(h, k > 0 ? ", <code>%b</code>" : " <code>%b</code>", sw_words_name(name[k]));
  fputs("</p>\n", h->out);
}

/* Nothing new and nothing gone needs no line. `more` and `fewer` count units or periods of one file
 * that the other lacks. */
static void put_tally(sw_html *h, const char *english, const char *chinese, int64_t more,
                      int64_t fewer) {
  char in[2][160];
  if (more == 0 && fewer == 0) return;
  snprintf(in[0], sizeof in[0], "%s: %lld new, %lld gone", english, (long long)more,
           (long long)fewer);
  snprintf(in[1], sizeof in[1], "%s：新增 %lld，减少 %lld", chinese, (long long)more,
           (long long)fewer);
  sw_words_put(h, "<p class=\"note\"", in[0], in[1], "</p>\n");
}

/* What is not in both files comes first: the changes below are of what both have. */
sw_status sw_report_changes(sw_error *err, const sw_report *report, sw_html *html) {
  const card to = {
      .report = report, .page = report->page, .changes = report->changes, .html = html};
  const struct sw_report_changes *c = report->changes;
  const char *slash = strrchr(report->against->path, '/');
  (void)err;
  fputs("<div class=\"card against\">\n<h2>", html->out);
  sw_words_put(html, "<span", "Changes since", "较此前结果的变化：", "</span> ");
  sw_html_put(html, "<code>%b</code></h2>\n", slash ? slash + 1 : report->against->path);
  put_tally(html, sw_words_head(report->arena, report->nouns_en), report->noun_zh, c->units_new,
            c->units_gone);
  put_tally(html, "Periods", "时期", c->periods_new, c->periods_gone);
  put_names(html, "New results:", "新增结果：", c->n_added, c->added);
  put_names(html, "Results that are no longer there:", "不再包含的结果：", c->n_removed,
            c->removed);
  if (c->n == 0 && c->n_figures == 0)
    sw_words_put(html, "<p class=\"soft\"", "No number has changed.", "所有数值均未变化。",
                 "</p>\n");
  put_quantities(&to);
  put_figures(&to);
  fputs("</div>\n", html->out);
  return SW_OK;
}

/* ---- the manifest ----------------------------------------------------------------------- */

/* Changes by unit are a block, the largest of them stand here. Blocks hold the differences of one
 * period by unit, for the map; t is that period. */
static void tell_change(const sw_report_change *change, sw_json *j) {
  char block[24];
  snprintf(block, sizeof block, "b%d", change->block);
  sw_json_open(j, NULL, '{');
  sw_json_text(j, "key", change->key);
  sw_json_integer(j, "changed", change->changed);
  sw_json_integer(j, "appeared", change->appeared);
  sw_json_integer(j, "vanished", change->vanished);
  sw_json_integer(j, "t", change->t);
  sw_json_text(j, "block", block);
  sw_json_open(j, "largest", '[');
  for (int k = 0; k < change->n_largest; k++) {
    sw_json_open(j, NULL, '{');
    sw_json_integer(j, "unit", change->largest[k].unit);
    sw_json_integer(j, "t", change->largest[k].t);
    sw_json_number(j, "old", change->largest[k].old);
    sw_json_number(j, "new", change->largest[k].now);
    sw_json_close(j, '}');
  }
  sw_json_close(j, ']');
  sw_json_close(j, '}');
}

/* For the page's script, in the order of the tables: it reads from here the numbers that a reader
 * sees there. */
sw_status sw_report_changes_json(sw_error *err, const sw_report *report, sw_json *j) {
  const struct sw_report_changes *c = report->changes;
  (void)err;
  sw_json_open(j, "changes", '[');
  for (int k = 0; k < c->n; k++)
    tell_change(&c->change[k], j);
  sw_json_close(j, ']');
  sw_json_open(j, "figures", '[');
  for (int k = 0; k < c->n_figures; k++) {
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "id", report->page->variable[c->figure[k].variable].id);
    sw_json_text(j, "at", c->figure[k].at);
    sw_json_number(j, "old", c->figure[k].old);
    sw_json_number(j, "new", c->figure[k].now);
    sw_json_close(j, '}');
  }
  sw_json_close(j, ']');
  sw_json_texts(j, "added", c->n_added, c->added);
  sw_json_texts(j, "removed", c->n_removed, c->removed);
  return SW_OK;
}
