/* Script and style of the page, as embed.cmake joins them: the assembler takes in the files, with a
 * 0 behind each, so that they are C strings. The hashes are those of the content policy
 * (report/page.c) and are made with the files: a script that was changed by hand would not run. */
#include "cli/markup/embed.h"

#define EMBED(name, file)                                                                          \
  __asm__(".pushsection .rodata\n"                                                                 \
          ".balign 16\n"                                                                           \
          ".hidden " #name "\n"                                                                    \
          ".globl " #name "\n" #name ":\n"                                                         \
          ".incbin \"" SW_REPORT_MADE "/" file "\"\n"                                              \
          ".byte 0\n"                                                                              \
          ".popsection\n")

EMBED(sw_report_script, "script.js");
EMBED(sw_report_script_hash, "script.js.hash");
EMBED(sw_report_style, "style.css");
EMBED(sw_report_style_hash, "style.css.hash");
