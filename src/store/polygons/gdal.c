/* Loads GDAL by dlopen, under the name that the build has found (SW_GDAL_LIBRARY): a study without
 * polygons needs no GDAL. RTLD_LOCAL, as it brings an HDF5 of its own, whose symbols must not meet
 * ours; those of Debian carry versions besides. It stays loaded: it cannot be unloaded safely. */
#include "store/polygons/gdal.h"

#include <dlfcn.h>

static sw_gdal loaded;
static bool is_loaded;

/* A missing function means that the GDAL is too old; it is named. */
static sw_status find(sw_error *err, void *library, const char *name, void **function) {
  *function = dlsym(library, name);
  return *function ? SW_OK
                   : sw_fail(err, SW_EINPUT,
                             "%s has no function %s; reading polygons needs GDAL 3.2 "
                             "or later",
                             SW_GDAL_LIBRARY, name);
}

/* Not thread-safe: it is called while a study is read, by one thread. */
sw_status sw_gdal_load(sw_error *err, const sw_gdal **gdal) {
  *gdal = &loaded;
  if (is_loaded) return SW_OK;
  void *library = dlopen(SW_GDAL_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return sw_fail(err, SW_EINPUT,
                   "polygons are read by GDAL, which cannot be loaded (%s); install %s", dlerror(),
                   SW_GDAL_LIBRARY);
#define SW_GDAL_FIND(name) SW_TRY(find(err, library, #name, (void **)&loaded.name));
  SW_GDAL_FUNCTIONS(SW_GDAL_FIND)
#undef SW_GDAL_FIND
  loaded.GDALAllRegister();
  is_loaded = true;
  return SW_OK;
}
