/* The files of web/ and d3's modules within the program: texts, each ended by a zero. */
#ifndef SW_CLI_REPORT_EMBED_H
#define SW_CLI_REPORT_EMBED_H

extern const char sw_report_script[], sw_report_style[];
/* "sha256-...", as a content policy has them. */
extern const char sw_report_script_hash[], sw_report_style_hash[];

#endif
