/* Planted centres: the capitals of the provinces, whose masses go by their rank, and for each unit
 * the one whose field is the strongest there: mass over the square of the great-circle distance,
 * measured by the haversine. What field_strength finds of the masses can be compared with it. */
#include "cli/synth/synth.h"

#include <math.h>

/* A capital stands out from whatever else there is. */
static const double largest = 1e7;
enum { ORDINARY = 97 }; /* of other units: 1 to this */

/* The planted mass of a unit: by rank for capitals, small and varied elsewhere. */
static int64_t mass_of(const sw_synth_country *country, int64_t unit) {
  int seat = country->prefecture[unit], province = country->seat[seat].province;
  bool capital = seat == country->seat_of[province] && unit == country->unit_of[seat];
  return capital ? (int64_t)floor(largest * country->seat[seat].mass) : 1 + unit % ORDINARY;
}

/* The square of the arc between two units, in radians. Both places are rounded as the file has
 * them, so that a reader of it comes to the same. */
static double square_arc(const sw_synth_country *country, int64_t a, int64_t b) {
  const double radians = 3.14159265358979323846 / 180e6;
  const int64_t lon[2] = {sw_synth_lon(country->x[a]), sw_synth_lon(country->x[b])};
  const int64_t lat[2] = {sw_synth_lat(country->y[a]), sw_synth_lat(country->y[b])};
  double across = sin((double)(lat[0] - lat[1]) * radians / 2);
  double along = sin((double)(lon[0] - lon[1]) * radians / 2);
  double h = across * across +
             cos((double)lat[0] * radians) * cos((double)lat[1] * radians) * along * along;
  double half = asin(sqrt(h));
  return 4 * half * half;
}

/* The unit of the capital whose field is the strongest at a unit; a capital belongs to itself.
 * O(provinces). */
static int64_t centre_of(const sw_synth_country *country, int64_t unit) {
  int64_t best = -1;
  double most = -1;
  for (int p = 0; p < country->n_provinces; p++) {
    int64_t centre = country->unit_of[country->seat_of[p]];
    if (centre == unit) return unit;
    double field = (double)mass_of(country, centre) / square_arc(country, centre, unit);
    if (field > most) most = field, best = centre;
  }
  return best;
}

/* The answer to compare with: see the head of the file. */
void sw_synth_write_hinterlands(sw_synth_out *out, const sw_synth_country *country) {
  sw_synth_text(out, "code,mass,centre\n");
  for (int64_t i = 0; i < country->n; i++) {
    sw_synth_code(out, country, i);
    sw_synth_char(out, ',');
    sw_synth_decimal(out, mass_of(country, i), 0);
    sw_synth_char(out, ',');
    sw_synth_code(out, country, centre_of(country, i));
    sw_synth_char(out, '\n');
  }
}
