/* Reads the table of a crosswalk: see crosswalk.h. Called by store/panel while units are numbered.
 * Rank 0 reads the bytes, every rank parses them: parsing is cheap and rows need not be sent. What
 * one row says is checked here; what rows say together, in spans.c. */
#include "store/crosswalk/crosswalk.h"

#include "plan/ports/reader.h"
#include "store/text/csv.h"

#include <math.h>
#include <string.h>

/* The table while it is read. */
typedef struct reading {
  sw_arena *arena;
  const sw_crosswalk_spec *spec;
  sw_csv *csv;
  int from, to, period, share; /* columns, -1: not there */
  sw_crosswalk *out;
} reading;

/* Where the study names the column, for messages. NULL without memory: the message then has no
 * place. */
static const char *place_of(reading *in, const char *key) {
  const sw_node *value = sw_node_get(in->spec->node, key);
  return value ? sw_arena_printf(in->arena, "%s:%d:%d", value->file, value->line, value->column)
               : NULL;
}

/* A column that the study does not name is -1, and nothing is looked for under a default name. */
static sw_status find_column(sw_error *err, reading *in, const char *key, const char *name,
                             int *column) {
  *column = -1;
  return name ? sw_csv_column(err, in->csv, place_of(in, key), name, column) : SW_OK;
}

/* Takes a text that may not be empty. The field is copied, since the buffer of lines is used
 * again. */
static sw_status take_text(sw_error *err, reading *in, int column, const char *what,
                           const char **text) {
  sw_field field = in->csv->field[column];
  if (!field.length)
    return sw_csv_fail(err, in->csv, "%s is empty; %s", in->csv->column[column], what);
  *text = sw_arena_textn(in->arena, field.text, field.length);
  return *text ? SW_OK : sw_fail(err, SW_ENOMEM, "%s: out of memory", in->csv->file);
}

/* A share of 0 is refused with the others: the row would say that nothing becomes something. */
static sw_status take_share(sw_error *err, reading *in, double *share) {
  *share = 1;
  if (in->share < 0) return SW_OK;
  SW_TRY(sw_csv_number(err, in->csv, in->share, in->spec->share, share));
  if (*share > 0 && *share <= 1) return SW_OK;
  if (isnan(*share))
    return sw_csv_fail(err, in->csv, "%s is empty; expected the share of the old unit, up to 1",
                       in->spec->share);
  return sw_csv_fail(err, in->csv, "%s: %g is out of range; expected a share above 0 and up to 1",
                     in->spec->share, *share);
}

/* One change. Without a column of shares each is 1, which spans.c refuses where a unit has
 * several. */
static sw_status take_row(sw_error *err, reading *in, sw_change *change) {
  change->line = in->csv->line;
  SW_TRY(take_text(err, in, in->from, "a change needs the old code", &change->from));
  SW_TRY(take_text(err, in, in->to, "a change needs the new code", &change->to));
  if (in->period >= 0)
    SW_TRY(take_text(err, in, in->period, "a change needs the first period of the new code",
                     &change->period));
  return take_share(err, in, &change->share);
}

/* Counts lines first, so that the changes are one array; quoted line breaks only make it longer. */
static sw_status read_rows(sw_error *err, reading *in, const char *text, size_t length) {
  int64_t lines = 1;
  for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + length - at))); at++)
    lines++;
  SW_NEW(err, in->arena, in->out->change, lines);
  sw_csv_text(in->csv, text, length, 1);
  SW_TRY(sw_csv_header(err, in->csv));
  SW_TRY(find_column(err, in, "from", in->spec->from, &in->from));
  SW_TRY(find_column(err, in, "to", in->spec->to, &in->to));
  SW_TRY(find_column(err, in, "period", in->spec->period, &in->period));
  SW_TRY(find_column(err, in, "share", in->spec->share, &in->share));
  for (bool more = true;;) {
    SW_TRY(sw_csv_next(err, in->csv, &more));
    if (!more) break;
    SW_TRY(take_row(err, in, &in->out->change[in->out->n]));
    in->out->n++;
  }
  sw_csv_say_hollow(in->csv);
  if (in->out->n) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: no row follows the header; expected one row per change",
                 in->csv->file);
}

/* A failure of one rank alone can be memory only; the ranks agree at the end, before anyone goes
 * on. */
sw_status sw_crosswalk_read(sw_error *err, sw_team *team, sw_arena *arena,
                            const sw_crosswalk_spec *spec, sw_crosswalk *out) {
  const char *text = NULL;
  size_t length = 0;
  *out = (sw_crosswalk){.spec = spec};
  reading in = {.arena = arena, .spec = spec, .out = out};
  SW_TRY(sw_text_read(err, team, arena, spec->path, &text, &length));
  sw_status status = sw_csv_create(err, arena, spec->file, &in.csv);
  if (!status) status = read_rows(err, &in, text, length);
  sw_csv_destroy(in.csv);
  return sw_team_agree(team, err, status, 0);
}
