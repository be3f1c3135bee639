/* What the results rest on: how many units and periods, which cells of the panel are missing, links
 * and islands of the weights matrices, units without a place on the map, and every warning of the
 * run, word for word. Readable without the script; cells carry their number in data attributes.
 *
 * Called by the report; it writes to the stream and reads nothing from the file. */
#include "cli/front/words.h"
#include "cli/map/geometry.h"

#include <stdio.h>
#include <string.h>

/* A table of 6000 cells is still drawn at once by a browser. */
enum {
  MOST_CELLS = 6000, /* of the table of missing cells; of a larger one only what has some */
  MOST_NAMED = 8     /* units without a boundary */
};

/* What the parts of the card are written from. */
typedef struct card {
  const sw_report *report;
  const sw_page *page;
  sw_html *html;
} card;

/* ---- figures ---------------------------------------------------------------------------- */

/* data-value has the number without separators, for the script and for tests. `id` is what the
 * script finds the number by. */
static void put_fact(const card *to, const char *id, const char *english, const char *chinese,
                     int64_t value) {
  char text[SW_HTML_NUMBER], plain[32];
  snprintf(plain, sizeof plain, "%lld", (long long)value);
  sw_html_put(to->html, "<div data-rests=\"%s\" data-value=\"%s\">", id, plain);
  sw_words_put(to->html, "<dt", english, chinese, "</dt>");
  sw_html_put(to->html, "<dd>%s</dd></div>\n", sw_html_count(value, text));
}

/* Periods that are all four digits are called years, others periods. */
static bool are_years(const sw_page *page) {
  for (int t = 0; t < page->n_periods; t++)
    if (strlen(page->period[t]) != 4 || strspn(page->period[t], "0123456789") != 4) return false;
  return true;
}

/* The noun as a heading writes it. */
static const char *capital(const card *to, const char *noun) {
  return sw_words_head(to->report->arena, noun);
}

/* Links and islands stand here for a single matrix only; several have a list. */
static void put_facts(const card *to) {
  const sw_page *page = to->page;
  bool years = are_years(page);
  fputs("<dl class=\"facts\">\n", to->html->out);
  put_fact(to, "units", capital(to, page->n == 1 ? to->report->noun_en : to->report->nouns_en),
           to->report->noun_zh, page->n);
  if (!page->cross_section)
    put_fact(to, "periods",
             years ? (page->n_periods == 1 ? "Year" : "Years")
                   : (page->n_periods == 1 ? "Period" : "Periods"),
             years ? "年" : "期", page->n_periods);
  if (page->n_weights == 1) {
    put_fact(to, "links", "Links", "邻接数", page->weights[0].links);
    put_fact(to, "islands", "Islands", "孤立单元", page->weights[0].islands);
  }
  fputs("</dl>\n", to->html->out);
}

/* ---- weights ---------------------------------------------------------------------------- */

/* As the study has it, below what each matrix has; the figures of a single one stand above. The
 * spans without text carry the numbers of each matrix for scripts. */
static void put_weights(const card *to) {
  char links[SW_HTML_NUMBER], islands[SW_HTML_NUMBER], english[160], chinese[160];
  const sw_page *page = to->page;
  if (page->n_weights == 0) return;
  sw_words_put(to->html, "<h3", "Spatial weights", "空间权重矩阵",
               "</h3>\n<ul class=\"matrices\">\n");
  for (int w = 0; w < page->n_weights; w++) {
    const sw_page_weights *of = &page->weights[w];
    sw_html_count(of->links, links);
    sw_html_count(of->islands, islands);
    snprintf(english, sizeof english, "%s links, %s %s%s", links, islands,
             of->islands == 1 ? "island" : "islands", of->symmetric ? ", symmetric" : "");
    snprintf(chinese, sizeof chinese, "%s 条邻接，%s 个孤立单元%s", links, islands,
             of->symmetric ? "，对称" : "");
    sw_html_put(to->html, "<li data-weights=\"%s\"><code>%b</code>", of->name, of->text);
    if (page->n_weights > 1) {
      char plain[2][32];
      snprintf(plain[0], sizeof plain[0], "%lld", (long long)of->links);
      snprintf(plain[1], sizeof plain[1], "%lld", (long long)of->islands);
      sw_html_put(to->html, "<span data-rests=\"links\" data-value=\"%s\"></span>", plain[0]);
      sw_html_put(to->html, "<span data-rests=\"islands\" data-value=\"%s\"></span>", plain[1]);
    }
    sw_words_put(to->html, "<span class=\"quantity\"", english, chinese, "</span></li>\n");
  }
  fputs("</ul>\n", to->html->out);
}

/* ---- missing cells ---------------------------------------------------------------------- */

/* Over all periods. missing[t * n_indicators + variable]. */
static int64_t missing_of(const sw_page *page, int variable) {
  int64_t sum = 0;
  for (int t = 0; t < page->n_periods; t++)
    sum += page->missing[(int64_t)t * page->n_indicators + variable];
  return sum;
}

/* Shades: none, some, 1, 5, 10, 20 per cent and more. Five shades suffice; each cell has its count
 * as a title. */
static int shade_of(int64_t missing, int64_t n) {
  double share = n > 0 ? (double)missing / (double)n : 0;
  return missing == 0   ? 0
         : share >= .2  ? 5
         : share >= .1  ? 4
         : share >= .05 ? 3
         : share >= .01 ? 2
                        : 1;
}

/* A tenth of all cells and more is amber, as are results of fewer units. The share is over all
 * periods. */
static void put_variable(const card *to, int variable) {
  const sw_page *page = to->page;
  sw_html *h = to->html;
  int64_t sum = missing_of(page, variable), all = page->n * page->n_periods;
  const char *name = page->indicator[variable];
  sw_html_put(h, "<tr><th scope=\"row\">%b</th>", name);
  for (int t = 0; t < page->n_periods; t++) {
    int64_t count = page->missing[(int64_t)t * page->n_indicators + variable];
    char plain[32], shade[8];
    snprintf(plain, sizeof plain, "%lld", (long long)count);
    snprintf(shade, sizeof shade, "m%d", shade_of(count, page->n));
    sw_html_put(h,
                "<td class=\"%s\" data-missing=\"%s\" data-period=\"%s\" data-value=\"%s\" "
                "title=\"%s, %s: %s\"></td>",
                shade, name, page->period[t], plain, name, page->period[t], plain);
  }
  char percent[32];
  double share = all > 0 ? 100 * (double)sum / (double)all : 0;
  snprintf(percent, sizeof percent, sum == 0 ? "0" : share < .1 ? "<0.1%%" : "%.1f%%", share);
  sw_html_put(h, "<td class=\"number%s\">%s</td></tr>\n", share >= 10 ? " amber" : "", percent);
}

/* The first and the last period below the cells: labels for each would not fit. Half of the columns
 * for each label. */
static void put_span(const card *to) {
  const sw_page *page = to->page;
  char span[16];
  if (page->cross_section || page->n_periods < 2) return;
  int half = page->n_periods / 2;
  snprintf(span, sizeof span, "%d", half);
  sw_html_put(to->html, "<tfoot><tr><td></td><td colspan=\"%s\">%b</td>", span, page->period[0]);
  snprintf(span, sizeof span, "%d", page->n_periods - half);
  sw_html_put(to->html, "<td colspan=\"%s\" class=\"number\">%b</td><td></td></tr></tfoot>", span,
              page->period[page->n_periods - 1]);
}

/* Nothing missing is worth a line, too. In large tables variables without gaps are left out.
 * Without counts in the file nothing is written. */
static void put_missing(const card *to) {
  const sw_page *page = to->page;
  char english[200], chinese[200];
  int64_t sum = 0, cells = (int64_t)page->n_indicators * page->n_periods;
  if (!page->missing || page->n_indicators == 0) return;
  for (int c = 0; c < page->n_indicators; c++)
    sum += missing_of(page, c);
  snprintf(english, sizeof english, "Missing, %% of %s", to->report->nouns_en);
  snprintf(chinese, sizeof chinese, "缺失值占%s的比例（%%）", to->report->noun_zh);
  sw_words_put(to->html, "<h3", english, chinese, "</h3>\n");
  if (sum == 0) {
    if (page->n_indicators == 1)
      snprintf(english, sizeof english, "No cell of the variable is missing.");
    else
      snprintf(english, sizeof english, "No cell of the %d variables is missing.",
               page->n_indicators);
    snprintf(chinese, sizeof chinese, "%d 个变量均无缺失值。", page->n_indicators);
    sw_words_put(to->html, "<p class=\"soft\" data-missing-none=\"\"", english, chinese, "</p>\n");
    return;
  }
  fputs("<table class=\"missing\"><tbody>\n", to->html->out);
  for (int c = 0; c < page->n_indicators; c++)
    if (cells <= MOST_CELLS || missing_of(page, c) > 0) put_variable(to, c);
  fputs("</tbody>", to->html->out);
  put_span(to);
  fputs("</table>\n", to->html->out);
}

/* ---- warnings --------------------------------------------------------------------------- */

/* Empty lines are no warnings; NULL is none. */
static int count_lines(const char *lines) {
  int count = 0;
  for (const char *at = lines ? lines : ""; *at; at += strcspn(at, "\n"), at += *at == '\n')
    count += *at != '\n';
  return count;
}

/* Lines as the run has written them; NULL: none. Warnings of the panel are attributes of the root,
 * those of results of their groups. */
static const char *warnings_of(const sw_page_attributes *attributes) {
  return sw_page_attribute(attributes, SW_ATTR_NOTES);
}

/* Of the map, not of the run. Eight names are given, the rest is shown by dots. */
static void put_unplaced(const card *to) {
  const sw_report_geometry *g = to->report->geometry;
  sw_html *h = to->html;
  char n[SW_HTML_NUMBER], english[256], chinese[256];
  int64_t count = g->kind == SW_GEOMETRY_POLYGONS && !g->cells ? g->n_without_polygon : 0;
  if (count > 0) {
    sw_html_count(count, n);
    snprintf(english, sizeof english, "%s %s no boundary and %s drawn as points or not at all: ", n,
             count == 1 ? "unit has" : "units have", count == 1 ? "is" : "are");
    snprintf(chinese, sizeof chinese, "%s 个%s没有边界，以点表示或不绘出：", n,
             to->report->noun_zh);
    fputs("<p class=\"note\">", h->out);
    sw_words_put(h, "<span", english, chinese, "</span>");
    for (int64_t k = 0; k < count && k < MOST_NAMED; k++) {
      const char *name = sw_words_unit(to->report, g->without_polygon[k]);
      if (k > 0) fputs(", ", h->out);
      if (name) sw_html_put(h, "%b ", name);
      sw_html_put(h, name ? "(%b)" : "%b", to->page->code[g->without_polygon[k]]);
    }
    fputs(count > MOST_NAMED ? ", …</p>\n" : "</p>\n", h->out);
  }
  if (g->without_unit > 0) {
    sw_html_count(g->without_unit, n);
    snprintf(english, sizeof english, "%s %s of the map belong to no unit of the panel.", n,
             g->without_unit == 1 ? "polygon" : "polygons");
    snprintf(chinese, sizeof chinese, "地图中有 %s 个面不属于面板中的任何%s。", n,
             to->report->noun_zh);
    sw_words_put(h, "<p class=\"note\"", english, chinese, "</p>\n");
  }
}

/* Those of the panel first, then by result. Only results that are on the page count. */
static void put_warnings(const card *to) {
  const sw_page *page = to->page;
  sw_html *h = to->html;
  char badge[32];
  int count = count_lines(warnings_of(&page->attributes));
  for (int r = 0; r < page->n_results; r++)
    if (to->report->taken[r]) count += count_lines(warnings_of(&page->result[r].attributes));
  snprintf(badge, sizeof badge, "%d", count);
  fputs("<h3>", h->out);
  sw_words_put(h, "<span", "Warnings and notes", "警告与说明", "</span>");
  sw_html_put(
      h,
      count > 0 ? " <span class=\"badge\" data-rests=\"warnings\" data-value=\"%s\">%s</span>" : "",
      badge, badge);
  fputs("</h3>\n", h->out);
  if (count == 0)
    sw_words_put(h, "<p class=\"soft\"", "The results file holds no warning.",
                 "结果文件中没有警告。", "</p>\n");
  sw_html_lines(h, "<p class=\"warning\">", warnings_of(&page->attributes), "</p>\n");
  for (int r = 0; r < page->n_results; r++)
    if (to->report->taken[r])
      sw_html_lines(h, "<p class=\"warning\">", warnings_of(&page->result[r].attributes), "</p>\n");
  put_unplaced(to);
}

/* ---- the whole -------------------------------------------------------------------------- */

/* Always SW_OK: errors of the stream are seen when the page is closed. `err` is there since the
 * parts of a page have one signature. */
sw_status sw_report_rests_on(sw_error *err, const sw_report *report, sw_html *html) {
  const card to = {.report = report, .page = report->page, .html = html};
  (void)err;
  fputs("<aside class=\"card rests\">\n", html->out);
  sw_words_put(html, "<h2", "What it rests on", "数据基础", "</h2>\n");
  put_facts(&to);
  put_missing(&to);
  put_weights(&to);
  put_warnings(&to);
  fputs("</aside>\n", html->out);
  return SW_OK;
}
