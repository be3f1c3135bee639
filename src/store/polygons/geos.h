/* GEOS, which makes Voronoi cells. Loaded as GDAL is (gdal.h), when cells are first made. */
#ifndef SW_STORE_POLYGONS_GEOS_H
#define SW_STORE_POLYGONS_GEOS_H

#include <geos_c.h>

#include "spillway/status.h"

/* All functions that are called. */
#define SW_GEOS_FUNCTIONS(X)                                                                       \
  X(GEOS_init_r)                                                                                   \
  X(GEOS_finish_r)                                                                                 \
  X(GEOSCoordSeq_copyFromBuffer_r)                                                                 \
  X(GEOSCoordSeq_copyToBuffer_r)                                                                   \
  X(GEOSCoordSeq_getSize_r)                                                                        \
  X(GEOSGeom_createLineString_r)                                                                   \
  X(GEOSGeom_getCoordSeq_r)                                                                        \
  X(GEOSGeomTypeId_r)                                                                              \
  X(GEOSGetNumGeometries_r)                                                                        \
  X(GEOSGetGeometryN_r)                                                                            \
  X(GEOSGetExteriorRing_r)                                                                         \
  X(GEOSGetNumInteriorRings_r)                                                                     \
  X(GEOSGetInteriorRingN_r)                                                                        \
  X(GEOSVoronoiDiagram_r)                                                                          \
  X(GEOSConcaveHull_r)                                                                             \
  X(GEOSBuffer_r)                                                                                  \
  X(GEOSArea_r)                                                                                    \
  X(GEOSLength_r)                                                                                  \
  X(GEOSIntersection_r)                                                                            \
  X(GEOSPrepare_r)                                                                                 \
  X(GEOSPreparedContains_r)                                                                        \
  X(GEOSPreparedGeom_destroy_r)                                                                    \
  X(GEOSGeom_destroy_r)

typedef struct sw_geos {
#define SW_GEOS_MEMBER(name) __typeof__(name) *name;
  SW_GEOS_FUNCTIONS(SW_GEOS_MEMBER)
#undef SW_GEOS_MEMBER
} sw_geos;

/* Loads it once; by one thread. NULL where it is not installed, or too old. */
const sw_geos *sw_geos_load(void);

#endif
