/* The page around its parts: head with a content policy that lets nothing in from outside, first
 * page as HTML, manifest, arrays, script. What the first map needs stands before the script, so
 * that it is there when the script runs; the rest may come later.
 *
 * One file without references: it works from a folder, by mail and offline. Whatever comes from the
 * study is escaped (markup/html.c); script and style are allowed by their hashes alone. Sections
 * that the script fills say so to readers that do not run it. */
#include <string.h>

#include "cli/markup/embed.h"
#include "cli/report/arrays.h"
#include "cli/report/report.h"

/* "english" in the page's language, and both for the language button. */
static void put_words(sw_html *h, const char *before, const char *english, const char *chinese,
                      const char *after) {
  fputs(before, h->out);
  sw_html_put(h, " data-en=\"%s\" data-zh=\"%s\">%s", english, chinese,
              sw_html_words(h, english, chinese));
  fputs(after, h->out);
}

/* The study's title, which it may have in both languages. */
static void put_title(sw_html *h, const sw_report *report, const char *before, const char *after) {
  const sw_page *page = report->page;
  const char *english = page->title_en ? page->title_en
                        : *page->title ? page->title
                                       : report->title;
  put_words(h, before, english, page->title_zh ? page->title_zh : english, after);
}

/* The policy comes before anything that it governs. Nothing from outside, no inline script but
 * those with the given hashes: a page from an untrusted study can run no code of its own, even
 * where an escape were missed. */
static void put_head(sw_html *h, const sw_report *report) {
  fprintf(h->out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n", h->chinese ? "zh" : "en");
  fputs("<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        h->out);
  fprintf(h->out,
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
          "'%s'; style-src '%s'; img-src data: blob:; base-uri 'none'; form-action 'none'\">\n",
          sw_report_script_hash, sw_report_style_hash);
  fputs("<meta name=\"referrer\" content=\"no-referrer\">\n", h->out);
  sw_html_put(h, "<meta name=\"generator\" content=\"spillway %s\">\n", report->page->version);
  put_title(h, report, "<title", "</title>\n");
  fputs("<style>", h->out);
  fputs(sw_report_style, h->out);
  fputs("</style>\n</head>\n<body>\n", h->out);
}

/* Anchors of sections that exist on every page; the script fills both buttons. */
static void put_bar(sw_html *h, const sw_report *report) {
  static const char *const link[][3] = {{"summary", "Summary", "概要"},
                                        {"map", "Map", "地图"},
                                        {"pairs", "Pairs", "联系"},
                                        {"measures", "Measures", "指标"},
                                        {"method", "Method", "方法"}};
  put_title(h, report, "<header class=\"bar\">\n<b class=\"title\"><bdi", "</bdi></b>\n<nav>");
  for (size_t k = 0; k < sizeof link / sizeof *link; k++) {
    sw_html_put(h, "<a href=\"#%s\"", link[k][0]);
    put_words(h, "", link[k][1], link[k][2], "</a>");
  }
  fputs("</nav>\n<button id=\"language\" type=\"button\"></button>\n"
        "<button id=\"theme\" type=\"button\"></button>\n</header>\n",
        h->out);
}

/* Title, and in a sentence what was studied, in both languages: numbers of units and results, first
 * and last period. */
static void put_lede(sw_html *h, const sw_report *report) {
  const sw_page *page = report->page;
  char units[SW_HTML_NUMBER], results[SW_HTML_NUMBER];
  int count = 0;
  for (int r = 0; r < page->n_results; r++)
    count += report->taken[r];
  sw_html_count(page->n, units);
  sw_html_count(count, results);
  fputs("<div class=\"lede\">\n", h->out);
  put_words(h, "<p class=\"kicker\"", "Results of a Spillway study", "Spillway 研究结果", "</p>\n");
  put_title(h, report, "<h1><bdi", "</bdi></h1>\n");
  bool several = !page->cross_section && page->n_periods > 1;
  const char *from = several ? page->period[0] : "";
  const char *to = several ? page->period[page->n_periods - 1] : "";
  const char *english =
      sw_arena_printf(report->arena, "%s %s%s%s%s%s; %s %s.", units,
                      page->n == 1 ? report->noun_en : report->nouns_en, several ? ", " : "", from,
                      several ? " to " : "", to, results, count == 1 ? "result" : "results");
  const char *chinese =
      sw_arena_printf(report->arena, "%s 个%s%s%s%s%s；%s 项结果。", units, report->noun_zh,
                      several ? "，" : "", from, several ? "–" : "", to, results);
  /* Its heading stands in the HTML, so that the page's anchors and its outline are whole before the
   * script has run. */
  if (english && chinese) put_words(h, "<p class=\"what\"", english, chinese, "</p>\n</div>\n");
}

/* A section that the script fills. */
static void put_empty(sw_html *h, const char *id, const char *english, const char *chinese) {
  sw_html_put(h, "<section id=\"%s\">\n", id);
  put_words(h, "<h2", english, chinese, "</h2>\n");
  fputs("<noscript>", h->out);
  put_words(h, "<p class=\"soft\"",
            "Maps, lines and tables are drawn by the script of this page, which this reader does "
            "not run.",
            "地图、曲线和表格由本页脚本绘制，当前阅读器未运行脚本。", "</p>");
  /* Written as HTML here, not by the script: what can be cited is readable in any reader, printed,
   * and by machines. */
  fputs("</noscript>\n</section>\n", h->out);
}

/* The first section: the headline table, what it rests on, and what has changed. */
static sw_status put_summary(sw_error *err, const sw_report *report, sw_html *h) {
  fputs("<section id=\"summary\">\n", h->out);
  put_lede(h, report);
  fputs("<div class=\"first\">\n", h->out);
  SW_TRY(sw_report_first_page(err, report, h));
  SW_TRY(sw_report_rests_on(err, report, h));
  fputs("</div>\n", h->out);
  if (report->against) SW_TRY(sw_report_changes(err, report, h));
  fputs("</section>\n", h->out);
  return SW_OK;
}

/* All sections in order. Views fill the empty ones in the browser; the first and the last are
 * readable without script. */
static sw_status put_main(sw_error *err, const sw_report *report, sw_html *h) {
  fputs("<main>\n", h->out);
  SW_TRY(put_summary(err, report, h));
  put_empty(h, "map", "Map and years", "地图与年份");
  put_empty(h, "pairs", "Pairs", "联系");
  put_empty(h, "measures", "Measure by measure", "逐项指标");
  fputs("<section id=\"method\">\n", h->out);
  put_words(h, "<h2", "Method", "方法", "</h2>\n");
  SW_TRY(sw_report_method(err, report, h));
  fputs("</section>\n</main>\n", h->out);
  /* The manifest comes before all blocks, as the script reads it first; a text of the study cannot
   * end its element, as json.c escapes "<". Errors of `out` are found when the target is closed. */
  return SW_OK;
}

/* Blocks [0, first) before the script, the rest behind it. */
sw_status sw_report_page(sw_error *err, const sw_report *report,
                         const struct sw_report_arrays *arrays, FILE *out) {
  sw_html h = {.out = out, .chinese = report->chinese};
  put_head(&h, report);
  put_bar(&h, report);
  SW_TRY(put_main(err, report, &h));
  fputs("<script type=\"application/json\" id=\"manifest\">", out);
  SW_TRY(sw_report_manifest(err, report, arrays, out));
  fputs("</script>\n", out);
  sw_blocks_write(arrays->blocks, 0, arrays->first, out);
  fputs("<script>", out);
  fputs(sw_report_script, out);
  fputs("</script>\n", out);
  sw_blocks_write(arrays->blocks, arrays->first, sw_blocks_count(arrays->blocks), out);
  fputs("</body>\n</html>\n", out);
  return SW_OK;
}
