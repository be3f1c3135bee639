/* The one place that loads ReadStat. By one thread; what is loaded stays. */
#include "store/foreign/library.h"

#include <dlfcn.h>

sw_status sw_readstat_load(sw_error *err, const char *what, const char *instead,
                           const sw_readstat **out) {
  static sw_readstat lib;
  static bool loaded = false;
  *out = &lib;
  if (loaded) return SW_OK;
  void *library = dlopen(SW_READSTAT_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  bool found = library != NULL;
#define FIND(name) found = found && (*(void **)&lib.name = dlsym(library, #name));
  SW_READSTAT_FUNCTIONS(FIND)
#undef FIND
  loaded = found;
  return found ? SW_OK
               : sw_fail(err, SW_EINPUT,
                         "%s by ReadStat, which cannot be loaded (%s); install %s, or %s", what,
                         dlerror(), SW_READSTAT_LIBRARY, instead);
}
