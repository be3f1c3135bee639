/* The headline table: what of each result can be cited, in the first and the last period, of how
 * many units or pairs it is, and its course. No measure is known here: a result's rows are the mean
 * of its pairs, its headline, and the wholes that it splits into parts.
 *
 * A mean over units says what it is a mean of. Of classes, which have no mean, it is the share of
 * the class that most units are in.
 *
 * Called by page.c of the report. Everything is written straight to the stream, whose failure shows
 * at its end. */
#include "cli/front/figures.h"
#include "cli/front/words.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* Without several periods the columns of the first period, of changes and of courses are left
 * out. */
typedef struct table {
  const sw_report *report;
  sw_html *html;
  bool courses; /* there are several periods */
} table;

/* ---- cells ------------------------------------------------------------------------------ */

/* `class` behind "number". Rounded text in the cell; the whole number in its attributes, for
 * sorting, copying and hovering. `column` is what scripts and tests find a cell by. */
static void put_value(sw_html *h, const char *column, const char *class, double value,
                      const char *text) {
  char full[SW_NUMBER_ROOM] = "";
  if (!isnan(value)) sw_show_number(value, full);
  sw_html_put(h, "<td class=\"number%s\" data-column=\"%s\" data-value=\"%s\" title=\"%s\">%s",
              class, column, full, full, text);
}

/* The period under a number that is of another one than the head of its column. A result may be
 * computed for fewer periods than the study has. */
static void put_when(const table *to, const sw_figure_row *row, int t, int shown) {
  sw_html *h = to->html;
  if (row->at == NULL)
    sw_words_put(h, "<span class=\"when\"", "whole period", "全期", "</span>");
  else if (row->at[t] != shown)
    sw_html_put(h, "<span class=\"when\">%b</span>", to->report->page->period[row->at[t]]);
}

/* The last period is the one that is read most, and is set off by its class. */
static void put_number(const table *to, const char *column, const sw_figure_row *row, int t,
                       int shown) {
  char text[SW_HTML_NUMBER];
  bool last = strcmp(column, "last") == 0;
  put_value(to->html, column, last ? " last" : "", row->value[t],
            sw_html_number(row->value[t], text));
  if (to->courses) put_when(to, row, t, shown);
  fputs("</td>", to->html->out);
}

/* "9.67 M", "967万": counts of pairs may be long. Units of Chinese counting are 10^4 and 10^8. */
static const char *short_count(const table *to, int64_t n, char text[SW_HTML_NUMBER]) {
  bool zh = to->html->chinese;
  double unit = zh ? (n >= 100000000 ? 1e8 : 1e4) : n >= 1000000000 ? 1e9 : 1e6;
  if (n < (zh ? 100000 : 1000000)) return sw_html_count(n, text);
  snprintf(text, SW_HTML_NUMBER, "%.3g%s", (double)n / unit,
           zh ? (unit > 1e4 ? "亿" : "万") : (unit > 1e6 ? " bn" : " M"));
  return text;
}

/* Few, where a tenth has no value. A mean over few units is a mean over others; it is marked. */
static bool is_few(const sw_figure_row *row, int t) {
  return row->n[t] >= 0 && row->of > 0 && (double)row->n[t] < .9 * (double)row->of;
}

/* Both the short and the full count are written. */
static void put_n(const table *to, const char *column, const sw_figure_row *row, int t) {
  char text[SW_HTML_NUMBER] = "", full[SW_HTML_NUMBER] = "";
  sw_html *h = to->html;
  if (row->n[t] >= 0) {
    snprintf(full, sizeof full, "%lld", (long long)row->n[t]);
    short_count(to, row->n[t], text);
  }
  sw_html_put(h,
              "<td class=\"number n%s\" data-column=\"%s\" data-value=\"%s\" title=\"%s\">%s</td>",
              is_few(row, t) ? " amber" : "", column, full, full, text);
}

/* Attributes as in cells with a number, so that scripts find as many columns in each row. */
static void put_empty(sw_html *h, const char *column) {
  sw_html_put(h, "<td class=\"number\" data-column=\"%s\" data-value=\"\"></td>", column);
}

/* Of numbers of two signs or from zero there is no share of change. A share needs a base of one
 * sign: from -1 to 1 is no growth of 200%. */
static void put_change(const table *to, const sw_figure_row *row) {
  sw_html *h = to->html;
  char text[SW_HTML_NUMBER];
  double first = row->value[0], last = row->value[row->n_periods - 1];
  if (row->still) {
    fputs("<td class=\"number still\" data-column=\"change\" data-value=\"\" colspan=\"2\">",
          h->out);
    sw_words_put(h, "<span", "by construction", "由定义固定", "</span></td>");
    return;
  }
  if (row->n_periods < 2) {
    put_empty(h, "change");
    put_empty(h, "percent");
    return;
  }
  put_value(h, "change", "", last - first, sw_html_change(last - first, text));
  fputs("</td>", h->out);
  double share = first != 0 && first * last > 0 ? (last - first) / fabs(first) : NAN;
  put_value(h, "percent", "", share, sw_html_percent(share, text));
  fputs("</td>", h->out);
}

/* ---- course ----------------------------------------------------------------------------- */

/* Pixels of the little curve. */
enum { WIDTH = 88, HEIGHT = 22, MARGIN = 3 };

/* A row without change is a line in the middle, not at the bottom. The smallest value lies at the
 * bottom, MARGIN from the edge. */
static double y_of(const sw_figure_row *row, int t, double lo, double hi) {
  if (row->still || !(hi > lo)) return HEIGHT / 2.0;
  return HEIGHT - MARGIN - (row->value[t] - lo) / (hi - lo) * (HEIGHT - 2 * MARGIN);
}

/* By the period's place among those of the study: gaps in time are gaps on the line. at[] are the
 * places of the row's periods among all periods. */
static double x_of(const sw_figure_row *row, int t) {
  int from = row->at[0], to = row->at[row->n_periods - 1];
  return MARGIN + (double)(row->at[t] - from) / (to > from ? to - from : 1) * (WIDTH - 2 * MARGIN);
}

/* A gap where a period has no value; a dot on the last one. M begins a new line, L goes on. */
static void put_line(sw_html *h, const sw_figure_row *row, double lo, double hi) {
  int last = -1;
  bool pen = false;
  fputs("<path fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\" d=\"", h->out);
  for (int t = 0; t < row->n_periods; t++) {
    bool there = isfinite(row->value[t]);
    if (there) fprintf(h->out, "%c%.1f %.1f", pen ? 'L' : 'M', x_of(row, t), y_of(row, t, lo, hi));
    pen = there;
    if (there) last = t;
  }
  fputs("\"/>", h->out);
  if (last >= 0)
    fprintf(h->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\" fill=\"currentColor\"/>",
            x_of(row, last), y_of(row, last, lo, hi));
}

/* The label names the first and last period and the range, for readers that do not see the
 * curve. */
static void put_course(const table *to, const sw_figure_row *row) {
  sw_html *h = to->html;
  double lo = INFINITY, hi = -INFINITY;
  char low[SW_HTML_NUMBER], high[SW_HTML_NUMBER];
  fputs("<td class=\"course\" data-column=\"course\">", h->out);
  for (int t = 0; t < row->n_periods; t++)
    if (isfinite(row->value[t])) lo = fmin(lo, row->value[t]), hi = fmax(hi, row->value[t]);
  if (row->at && row->n_periods > 1 && lo <= hi) {
    const char *const *period = to->report->page->period;
    sw_html_put(h,
                "<svg width=\"88\" height=\"22\" viewBox=\"0 0 88 22\" role=\"img\" "
                "aria-label=\"%s – %s: %s – %s\">",
                period[row->at[0]], period[row->at[row->n_periods - 1]], sw_html_number(lo, low),
                sw_html_number(hi, high));
    put_line(h, row, lo, hi);
    fputs("</svg>", h->out);
  }
  fputs("</td>", h->out);
}

/* ---- what it is ------------------------------------------------------------------------- */

/* Whether the one says what the other does: "location quotient" of "Location quotient". Case does
 * not matter, and the title may say more. */
static bool says(const char *title, const char *quantity) {
  size_t length = strlen(quantity);
  return strncasecmp(title, quantity, length) == 0;
}

/* Between two parts of the description. */
static void put_dot(sw_html *h, bool *any) {
  if (*any) fputs(" · ", h->out);
  *any = true;
}

/* "mean of counties · Gini coefficient · gdp_pc". The kind comes first, then the quantity, then the
 * part or the variable. */
static void put_quantity(const table *to, const sw_figure_row *row, bool first) {
  const sw_report *report = to->report;
  sw_html *h = to->html;
  sw_arena *arena = report->arena;
  const char *subject = sw_words_subject(arena, row->result->parameters);
  const char *head = sw_words_head(arena, row->variable->title);
  if (strlen(head) < 3) head = row->variable->name; /* "1: significant; 0: not" */
  char english[160], chinese[160];
  bool any = false;
  fputs("<div class=\"quantity\">", h->out);
  if (row->kind != SW_FIGURE_NUMBER) {
    bool pairs = row->kind == SW_FIGURE_PAIRS, share = row->kind == SW_FIGURE_SHARE;
    put_dot(h, &any);
    snprintf(english, sizeof english, "%s of %s", share ? "share" : "mean",
             pairs ? "pairs" : report->nouns_en);
    snprintf(chinese, sizeof chinese, share ? "占%s数的比重" : "%s均值",
             pairs ? "单元对" : report->noun_zh);
    sw_words_put(h, "<span", english, chinese, "</span>");
  }
  if (row->kind != SW_FIGURE_PAIRS && !(first && says(row->result->title, head))) {
    put_dot(h, &any);
    sw_words_term(h, arena, "<span", head, "</span>");
  }
  if (row->label) {
    put_dot(h, &any);
    sw_html_put(h, "%b", row->label);
  } else if (subject && strcmp(subject, "[]") != 0) {
    put_dot(h, &any);
    sw_words_items(h, subject, 4);
  }
  fputs("</div>", h->out);
}

/* The first row of a result carries its name; the others only say of what they are. The title
 * attribute holds the long name. */
static void put_name(const table *to, const sw_figure_row *row, bool first) {
  sw_html *h = to->html;
  sw_html_put(h, "<th scope=\"row\" title=\"%s\">",
              row->variable ? row->variable->title : row->result->title);
  if (first) {
    sw_words_term(h, to->report->arena, "<span class=\"name\"",
                  sw_words_head(to->report->arena, row->result->title), "</span> ");
    sw_html_put(h, "<code>%b</code>", sw_words_name(row->result->name));
  }
  if (row->variable) put_quantity(to, row, first);
  fputs("</th>", h->out);
}

/* ---- by what it is weighted ---------------------------------------------------------------- */

/* The names in "queen: {kind: file, ...}", a line each. Names end at the colon. */
static bool put_matrices(sw_html *h, const char *lines) {
  bool any = false;
  for (const char *at = lines; *at; at += strcspn(at, "\n"), at += *at == '\n') {
    char name[128];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(at, ":\n"), at);
    sw_html_put(h, any ? ", <code>%b</code>" : "<code>%b</code>", name);
    any = true;
  }
  return any;
}

/* A map as it is written; of a long one, as of a network, the first key, and all of it as its
 * title: a column is narrow. 40 characters are what the column can hold. */
static void put_map(sw_html *h, const char *value) {
  enum { LONGEST = 40, KEY_ROOM = 32 };
  char key[KEY_ROOM];
  if (strlen(value) <= LONGEST) {
    sw_html_put(h, "<code>%b</code>", value);
    return;
  }
  snprintf(key, sizeof key, "%.*s", (int)strcspn(value, ":"), value);
  sw_html_put(h, "<code title=\"%s\">%b: …}</code>", value, key);
}

/* What is given for a parameter of that name. "none" is the word for no weight. */
static bool put_given(const table *to, const sw_figure_row *row, const char *parameter) {
  const char *value = sw_words_parameter(to->report->arena, row->result->parameters, parameter);
  if (!value || !*value || strcmp(value, "none") == 0) return false;
  if (*value == '{') {
    put_map(to->html, value);
    return true;
  }
  fputs("<code>", to->html->out);
  sw_words_items(to->html, value, 2);
  fputs("</code>", to->html->out);
  return true;
}

/* Weights matrices by name, else what is given as weight or distance; a dash: none. Weights
 * matrices are attributes of the result, other weights parameters. */
static void put_weight(const table *to, const sw_figure_row *row) {
  sw_html *h = to->html;
  fputs("<td data-column=\"weight\">", h->out);
  if (!put_matrices(h, row->result->weights) && !put_given(to, row, "weight") &&
      !put_given(to, row, "distance"))
    fputs("–", h->out);
  fputs("</td>", h->out);
}

/* ---- rows ------------------------------------------------------------------------------- */

/* Attributes name the result, variable and part: scripts and tests find a row by them. The first
 * column of numbers holds the first period of the row itself. */
static void put_row(const table *to, const sw_figure_row *row, bool first) {
  sw_html *h = to->html;
  int end = row->n_periods - 1, shown = to->report->page->n_periods - 1;
  fputs(first ? "<tr class=\"begins\"" : "<tr", h->out);
  sw_html_put(h, " data-result=\"%s\" data-variable=\"%s\"", row->result->name, row->variable->id);
  if (row->label) sw_html_put(h, " data-part=\"%s\"", row->label);
  fputs(">", h->out);
  put_name(to, row, first);
  put_weight(to, row);
  if (to->courses && row->n_periods > 1) {
    put_number(to, "first", row, 0, 0);
    put_n(to, "n_first", row, 0);
  } else if (to->courses) {
    put_empty(h, "first");
    put_empty(h, "n_first");
  }
  put_number(to, "last", row, end, shown);
  put_n(to, "n_last", row, end);
  if (to->courses) {
    put_change(to, row);
    put_course(to, row);
  }
  fputs("</tr>\n", h->out);
}

/* A result that has no figure for the table: what is said of it, else where it is shown. colspan
 * spans all columns of numbers. */
static void put_lines(const table *to, const sw_page_result *result) {
  sw_html *h = to->html;
  const sw_figure_row row = {.result = result};
  sw_html_put(h, "<tr class=\"begins\" data-result=\"%s\">", result->name);
  put_name(to, &row, true);
  put_weight(to, &row);
  sw_html_put(h, to->courses ? "<td colspan=\"7\">" : "<td colspan=\"2\">");
  if (result->n_headlines > 0 && *result->headline_line[0])
    sw_html_put(h, "%b", result->headline_line[0]);
  else
    sw_words_put(h, "<a href=\"#measures\"", "below, under Measures", "见下文“指标”", "</a>");
  fputs("</td></tr>\n", h->out);
}

/* The rows of a result stand together (figures.c decides which). A result without rows still has
 * its line, so that nothing of the study is missing from the table. */
static sw_status put_result(sw_error *err, const table *to, int result) {
  sw_figure_row *row = NULL;
  int count = 0;
  SW_TRY(sw_figures_of(err, to->report, result, &count, &row));
  for (int k = 0; k < count; k++)
    put_row(to, &row[k], k == 0);
  if (count == 0) put_lines(to, &to->report->page->result[result]);
  return SW_OK;
}

/* ---- the whole -------------------------------------------------------------------------- */

/* The heads of the columns n carry data-column, as cells do. */
static void put_head(const table *to) {
  const sw_page *page = to->report->page;
  sw_html *h = to->html;
  fputs("<thead><tr>", h->out);
  sw_words_put(h, "<th scope=\"col\"", "Result", "结果", "</th>");
  sw_words_put(h, "<th scope=\"col\"", "Weight, distance", "权重、距离", "</th>");
  if (!to->courses) {
    sw_words_put(h, "<th scope=\"col\" class=\"number\"", "Value", "数值", "</th>");
    fputs("<th scope=\"col\" class=\"number\" data-column=\"n_last\">n</th></tr></thead>\n",
          h->out);
    return;
  }
  sw_html_put(h,
              "<th scope=\"col\" class=\"number\">%b</th><th scope=\"col\" class=\"number\" "
              "data-column=\"n_first\">n</th><th scope=\"col\" class=\"number\">%b</th><th "
              "scope=\"col\" class=\"number\">n</th>",
              page->period[0], page->period[page->n_periods - 1]);
  sw_words_put(h, "<th scope=\"col\" class=\"number\" data-column=\"change\"", "Change", "变化",
               "</th><th scope=\"col\" class=\"number\">%</th>");
  sw_words_put(h, "<th scope=\"col\" data-column=\"course\"", "Course", "走势",
               "</th></tr></thead>\n");
}

/* The note says what every column needs to be read. */
static void put_note(const table *to) {
  const sw_report *report = to->report;
  char n[SW_HTML_NUMBER], english[512], chinese[512];
  sw_html_count(report->page->n, n);
  snprintf(english, sizeof english,
           "n is the number of %s, or of ordered pairs, with a value; there are %s %s. It is amber "
           "where under 90%% have one. Means are not weighted unless a weight is named.",
           report->nouns_en, n, report->page->n == 1 ? report->noun_en : report->nouns_en);
  snprintf(chinese, sizeof chinese,
           "n 为有值的%s（或有序对）数，共 %s 个%s；不足 90%% "
           "时以琥珀色标出。未注明权重的均值均为简单平均。",
           report->noun_zh, n, report->noun_zh);
  sw_words_put(to->html, "<p class=\"caption\"", english, chinese, "</p>\n");
}

/* One row or more for each result that the page has, in the order of the file. */
sw_status sw_report_first_page(sw_error *err, const sw_report *report, sw_html *html) {
  table to = {.report = report, .html = html, .courses = report->page->n_periods > 1};
  fputs("<div class=\"card headlines\">\n<div class=\"card-head\">", html->out);
  sw_words_put(html, "<h2", "Headline results", "主要结果", "</h2></div>\n");
  fputs("<div class=\"scroll-x\"><table class=\"headline\">\n", html->out);
  put_head(&to);
  fputs("<tbody>\n", html->out);
  for (int r = 0; r < report->page->n_results; r++)
    if (report->taken[r]) SW_TRY(put_result(err, &to, r));
  fputs("</tbody></table></div>\n", html->out);
  put_note(&to);
  fputs("</div>\n", html->out);
  return SW_OK;
}
