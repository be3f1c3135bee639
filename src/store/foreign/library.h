/* ReadStat, which reads and writes data sets of Stata, SPSS and SAS. Loaded only where a study or
 * an export has one: the only file that includes its header, so that whoever uses it goes through
 * what library.c loads. */
#ifndef SW_STORE_FOREIGN_LIBRARY_H
#define SW_STORE_FOREIGN_LIBRARY_H

#include <readstat.h>

#include "spillway/status.h"

#define SW_READSTAT_FUNCTIONS(X)                                                                   \
  X(readstat_error_message)                                                                        \
  X(readstat_parser_init)                                                                          \
  X(readstat_parser_free)                                                                          \
  X(readstat_set_metadata_handler)                                                                 \
  X(readstat_set_variable_handler)                                                                 \
  X(readstat_set_value_handler)                                                                    \
  X(readstat_set_value_label_handler)                                                              \
  X(readstat_set_row_limit)                                                                        \
  X(readstat_set_row_offset)                                                                       \
  X(readstat_parse_dta)                                                                            \
  X(readstat_parse_sav)                                                                            \
  X(readstat_parse_sas7bdat)                                                                       \
  X(readstat_get_row_count)                                                                        \
  X(readstat_variable_get_index)                                                                   \
  X(readstat_variable_get_name)                                                                    \
  X(readstat_variable_get_format)                                                                  \
  X(readstat_variable_get_type_class)                                                              \
  X(readstat_value_is_missing)                                                                     \
  X(readstat_value_type_class)                                                                     \
  X(readstat_double_value)                                                                         \
  X(readstat_string_value)                                                                         \
  X(readstat_writer_init)                                                                          \
  X(readstat_writer_free)                                                                          \
  X(readstat_set_data_writer)                                                                      \
  X(readstat_writer_set_file_timestamp)                                                            \
  X(readstat_writer_set_file_format_version)                                                       \
  X(readstat_add_label_set)                                                                        \
  X(readstat_label_double_value)                                                                   \
  X(readstat_add_variable)                                                                         \
  X(readstat_variable_set_label)                                                                   \
  X(readstat_variable_set_label_set)                                                               \
  X(readstat_variable_set_format)                                                                  \
  X(readstat_variable_add_missing_double_value)                                                    \
  X(readstat_begin_writing_dta)                                                                    \
  X(readstat_begin_writing_sav)                                                                    \
  X(readstat_begin_writing_sas7bdat)                                                               \
  X(readstat_begin_row)                                                                            \
  X(readstat_insert_string_value)                                                                  \
  X(readstat_insert_int32_value)                                                                   \
  X(readstat_insert_double_value)                                                                  \
  X(readstat_insert_missing_value)                                                                 \
  X(readstat_insert_tagged_missing_value)                                                          \
  X(readstat_end_row)                                                                              \
  X(readstat_end_writing)

typedef struct sw_readstat {
#define SW_READSTAT_MEMBER(name) __typeof__(name) *name;
  SW_READSTAT_FUNCTIONS(SW_READSTAT_MEMBER)
#undef SW_READSTAT_MEMBER
} sw_readstat;

/* Its functions; SW_EINPUT "<what> by ReadStat, which cannot be loaded (...); install it, or
 * <instead>". */
sw_status sw_readstat_load(sw_error *err, const char *what, const char *instead,
                           const sw_readstat **lib);

#endif
