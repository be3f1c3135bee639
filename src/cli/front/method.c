/* By what the results were computed, to be cited and repeated: formulas in force with parameters
 * and sources, inputs with their hashes, program and seed, how to cite, the command that verifies,
 * what the page does not have, and licences of what is in it. All of it is in the results file;
 * nothing is looked up anew, so the page says what held when the results were made.
 *
 * Called by the report. The text is written to the stream as it is made. */
#include "cli/front/words.h"

#include <stdio.h>
#include <string.h>

/* What the parts of the method are written from. */
typedef struct part {
  const sw_report *report;
  const sw_page *page;
  sw_html *html;
} part;

/* ---- results ---------------------------------------------------------------------------- */

/* Longer entries, such as a list of all weights, are folded. */
enum { MOST_LINES = 6 }; /* of an entry; more of them open at a press */

/* Empty lines do not count. */
static int count_lines(const char *text) {
  int count = 0;
  for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
    count += *at != '\n';
  return count;
}

/* An entry of a definition list; nothing where the text is empty. Each line of the text is a line
 * of its own, folded where there are more than MOST_LINES. `open` is the opening tag of the
 * definition; the closing one is added here. */
static void put_entry(sw_html *h, const char *english, const char *chinese, const char *text,
                      const char *open) {
  char in[2][64];
  if (!text || !*text) return;
  int lines = count_lines(text);
  sw_words_put(h, "<dt", english, chinese, "</dt>");
  fputs(open, h->out);
  if (lines > MOST_LINES) {
    snprintf(in[0], sizeof in[0], "%d lines", lines);
    snprintf(in[1], sizeof in[1], "%d 行", lines);
    sw_words_put(h, "<details><summary", in[0], in[1], "</summary>");
  }
  sw_html_lines(h, "<span class=\"line\">", text, "</span>");
  fputs(lines > MOST_LINES ? "</details></dd>\n" : "</dd>\n", h->out);
}

/* Tables within a summary keep their blanks, in a font of fixed width. The layout of a summary's
 * table is recognised by three blanks in a row. */
static void put_result(const part *to, const sw_page_result *r) {
  sw_html *h = to->html;
  const char *code = "<dd class=\"code\">", *plain = "<dd>";
  sw_html_put(h, "<article class=\"card method\" id=\"method-%s\" data-result=\"%s\">\n<h3>",
              r->name, r->name);
  sw_words_term(h, to->report->arena, "<span", r->title, "</span> ");
  sw_html_put(h, "<code>%b</code></h3>\n<dl>\n", sw_words_name(r->name));
  put_entry(h, "Formula", "公式", r->formula, code);
  put_entry(h, "Parameters", "参数", r->parameters, code);
  put_entry(h, "Weights", "权重矩阵", r->weights, code);
  put_entry(h, "Orientation", "方向", r->orientation, plain);
  put_entry(h, "Source", "来源", r->source, plain);
  put_entry(h, "Undefined", "未定义的值", r->undefined, plain);
  put_entry(h, "Because", "原因", r->reasons, plain);
  put_entry(h, "In words", "说明", r->summary,
            r->summary && strstr(r->summary, "   ") ? "<dd class=\"code rows\">" : plain);
  fputs("</dl>\n</article>\n", h->out);
}

/* ---- inputs ----------------------------------------------------------------------------- */

/* Lines "HASH  NAME". The hash is as long as the file has it; `digits` holds 32 hexadecimal digits
 * and more. */
static void put_inputs(const part *to) {
  sw_html *h = to->html;
  fputs("<article class=\"card\">\n", h->out);
  sw_words_put(h, "<h3", "Inputs", "输入文件",
               "</h3>\n<div class=\"scroll-x\"><table "
               "class=\"inputs\"><thead><tr>");
  sw_words_put(h, "<th scope=\"col\"", "File", "文件", "</th>");
  sw_words_put(h, "<th scope=\"col\"", "Hash (XXH3, 128 bits)", "散列值（XXH3，128 位）",
               "</th></tr></thead>\n<tbody>\n");
  for (const char *at = to->page->inputs; *at; at += strcspn(at, "\n"), at += *at == '\n') {
    size_t line = strcspn(at, "\n"), hash = strcspn(at, " \n");
    const char *name = at + hash + strspn(at + hash, " ");
    char digits[80];
    snprintf(digits, sizeof digits, "%.*s", (int)hash, at);
    char *file = sw_arena_textn(to->report->arena, name, (size_t)(at + line - name));
    sw_html_put(h, "<tr><td>%b</td><td class=\"code\">%s</td></tr>\n", file, digits);
  }
  fputs("</tbody></table></div>\n</article>\n", h->out);
}

/* ---- how it was made, and is cited --------------------------------------------------------- */

/* The title, the extent, the file and the program identify the results. */

/* A citation names files, not the folders of one machine. */
static const char *folder_free(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* "2001–2018, 3,116 counties". Chinese puts a measure word between number and noun. */
static void put_extent(const part *to) {
  const sw_page *page = to->page;
  char n[SW_HTML_NUMBER];
  sw_html *h = to->html;
  if (!page->cross_section && page->n_periods > 0) {
    sw_html_put(h, "%b", page->period[0]);
    if (page->n_periods > 1) sw_html_put(h, "–%b", page->period[page->n_periods - 1]);
    fputs(", ", h->out);
  }
  sw_html_put(h, h->chinese ? "%s 个%b" : "%s %b", sw_html_count(page->n, n),
              sw_report_noun(to->report, page->n));
}

/* The first eight hexadecimal digits of a hash, 32 bits, tell the files of one study apart; in full
 * it stands with the inputs. */
static void put_cite(const part *to) {
  sw_html *h = to->html;
  char seed[32];
  snprintf(seed, sizeof seed, "%lld", (long long)to->page->seed);
  fputs("<article class=\"card\" id=\"cite\">\n", h->out);
  sw_words_put(h, "<h3", "Cite as", "引用格式", "</h3>\n<p class=\"cite\">");
  sw_html_put(h, "%b (", to->report->title);
  put_extent(to);
  sw_html_put(h, "). %b. Spillway %b, ", to->report->file, to->page->version);
  sw_words_put(h, "<span", "seed", "随机种子", "</span>");
  sw_html_put(h, " %s. ", seed);
  sw_words_put(h, "<span", "Inputs:", "输入文件：", "</span>");
  for (const char *at = to->page->inputs; *at; at += strcspn(at, "\n"), at += *at == '\n') {
    size_t line = strcspn(at, "\n"), hash = strcspn(at, " \n");
    const char *name = at + hash + strspn(at + hash, " ");
    char *file = sw_arena_textn(to->report->arena, name, (size_t)(at + line - name));
    char digits[16];
    snprintf(digits, sizeof digits, "%.*s", hash < 8 ? (int)hash : 8, at);
    sw_html_put(h, "%s %b (XXH3 %s…)", at == to->page->inputs ? "" : ",",
                file ? folder_free(file) : "", digits);
  }
  fputs(".</p>\n", h->out);
  sw_words_put(h, "<p class=\"caption\"",
               "Cite the sources of the measures with it; they stand with their formulas.",
               "请同时引用各指标的来源文献，见各公式之下。", "</p>\n</article>\n");
}

/* The command is complete, so it can be copied. */
static void put_command(const part *to) {
  sw_html *h = to->html;
  fputs("<article class=\"card\">\n", h->out);
  sw_words_put(h, "<h3", "Verify", "校验", "</h3>\n");
  sw_html_put(h, "<pre class=\"code\">spillway verify %b</pre>\n", to->report->file);
  sw_words_put(
      h, "<p class=\"caption\"",
      "It computes a sample again and compares bit for bit. All of the study, its formulas and "
      "this page's numbers are in the results file: spillway info prints them.",
      "该命令抽样重算并逐位比对。研究设定、公式与本页数值均在结果文件中，可用 spillway info 查看。",
      "</p>\n</article>\n");
}

/* Lines such as "instruction set\tx86-64-v3". Lines without a tab are of another version and are
 * left out. */
static void put_build(const part *to) {
  sw_html *h = to->html;
  const sw_page *page = to->page;
  char seed[32];
  snprintf(seed, sizeof seed, "%lld", (long long)page->seed);
  fputs("<article class=\"card\">\n", h->out);
  sw_words_put(h, "<h3", "Program", "程序", "</h3>\n<table class=\"build\"><tbody>\n<tr>");
  sw_words_put(h, "<th scope=\"row\"", "Spillway, version", "Spillway 版本", "</th>");
  sw_html_put(h, "<td class=\"code\">%b</td></tr>\n<tr>", page->version);
  sw_words_put(h, "<th scope=\"row\"", "Seed", "随机种子", "</th>");
  sw_html_put(h, "<td class=\"code\">%s</td></tr>\n", seed);
  for (const char *at = page->build; *at; at += strcspn(at, "\n"), at += *at == '\n') {
    char line[256];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    char *tab = strchr(line, '\t');
    if (!tab) continue;
    *tab = '\0';
    sw_html_put(h, "<tr><th scope=\"row\">%b</th><td class=\"code\">%b</td></tr>\n", line, tab + 1);
  }
  fputs("</tbody></table>\n</article>\n", h->out);
}

/* ---- what the page does not have ----------------------------------------------------------- */

/* The texts follow the order of sw_left_out. */
static void put_left_out(const part *to) {
  static const char *const what[][2] = {
      {"first and last period, and means of all", "仅首末两期及各期均值"},
      {"no values of single units", "不含各单元的值"},
      {"no maps of its parts, which are too many", "分项过多，不含其地图"},
      {"only the strongest partners, or one period", "仅最强的若干伙伴，或仅一期"},
      {"no partners", "不含伙伴"}};
  const sw_report *report = to->report;
  sw_html *h = to->html;
  if (report->n_left_out == 0) return;
  fputs("<article class=\"card\">\n", h->out);
  sw_words_put(h, "<h3", "Not in this page", "本页未包含", "</h3>\n");
  sw_words_put(h, "<p class=\"caption\"",
               "It is in the results file, which h5py, xarray, R and h5dump open.",
               "均在结果文件中，可用 h5py、xarray、R 或 h5dump 打开。", "</p>\n<ul>\n");
  for (int k = 0; k < report->n_left_out; k++) {
    const sw_report_left_out *left = &report->left_out[k];
    sw_html_put(h, "<li><code>%b</code>: ", to->page->variable[left->variable].id);
    sw_words_put(h, "<span", what[left->what][0], what[left->what][1], "</span></li>\n");
  }
  fputs("</ul>\n</article>\n", h->out);
}

/* Licences ask for their notice wherever the work is copied, so it is on every page. */
static void put_licences(const part *to) {
  sw_html *h = to->html;
  fputs("<article class=\"card\">\n", h->out);
  sw_words_put(h, "<h3", "Licences of what is in this page", "本页所含软件的许可", "</h3>\n");
  sw_words_put(
      h, "<p class=\"caption\"",
      "Drawn by Spillway (GNU GPL, version 3 or later) on modules of d3 (© Mike Bostock; d3-array "
      "ISC, the others BSD 3-clause; the licences stand in the page's source). Colours after "
      "ColorBrewer (Cynthia Brewer, Apache 2.0) and Okabe and Ito. Data and results belong to "
      "whoever made them.",
      "由 Spillway（GNU GPL 第 3 版或更新版本）绘制，使用 d3 模块（© Mike Bostock；d3-array 为 ISC "
      "许可，其余为 BSD 3 条款许可，全文见本页源代码）。配色取自 ColorBrewer（Cynthia "
      "Brewer，Apache 2.0）"
      "与 Okabe–Ito。数据与结果归其作者所有。",
      "</p>\n</article>\n");
}

/* ---- the whole -------------------------------------------------------------------------- */

/* Failures of the stream show when the page is closed, so there is nothing to return. */
sw_status sw_report_method(sw_error *err, const sw_report *report, sw_html *html) {
  const part to = {.report = report, .page = report->page, .html = html};
  (void)err;
  fputs("<div class=\"two methods\">\n", html->out);
  for (int r = 0; r < report->page->n_results; r++)
    if (report->taken[r]) put_result(&to, &report->page->result[r]);
  fputs("</div>\n<div class=\"two endings\">\n", html->out);
  put_cite(&to);
  put_command(&to);
  put_inputs(&to);
  put_build(&to);
  put_left_out(&to);
  put_licences(&to);
  fputs("</div>\n", html->out);
  return SW_OK;
}
