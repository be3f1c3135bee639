/* GEOS loaded by dlopen, by the name that the build has found (SW_GEOS_LIBRARY): only the report's
 * map of cells needs it, and a machine without it draws places instead. Loaded once for a process,
 * never unloaded. Called by one thread. */
#include "store/polygons/geos.h"

#include <dlfcn.h>

static sw_geos loaded;
static bool is_loaded;

/* NULL: not there, or a version that lacks a function. That is no error here. `loaded` may be half
 * filled then, but is_loaded stays false. */
const sw_geos *sw_geos_load(void) {
  if (is_loaded) return &loaded;
  void *library = dlopen(SW_GEOS_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (!library) return NULL;
#define SW_GEOS_FIND(name)                                                                         \
  if (!(*(void **)&loaded.name = dlsym(library, #name))) return NULL;
  SW_GEOS_FUNCTIONS(SW_GEOS_FIND)
#undef SW_GEOS_FIND
  is_loaded = true;
  return &loaded;
}
