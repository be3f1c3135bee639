/* Spillway: what measures ask the engine to make of links and settings, by sw_job_resource of
 * measure.h. */
#ifndef SPILLWAY_RESOURCE_H
#define SPILLWAY_RESOURCE_H

#include "spillway/status.h"
#include "spillway/weights.h"

#pragma GCC visibility push(default)

/* Something large that depends on links, a distance and settings, but on no value of the panel: a
 * factorisation, a determinant on a grid. A measure requests it by sw_job_resource, in resolve or in
 * prepare of the pass that needs it. It is made once per node, in memory that the ranks of the node
 * share. A later entry with the same recipe, settings and content of links gets the same object.
 *
 * It is flat bytes without pointers, because each rank maps them at another address; 64-byte
 * aligned and zeroed beforehand. `begin` and `fill` are pure functions of the resource and its base:
 * they see no job, and every node computes the same bytes. Both may fail, with SW_EINPUT where the
 * study asks for the impossible ("the matrix is singular"); the engine adds the place in the study.
 * They run on one thread while all others wait, and cannot be interrupted: use a pass over items for
 * anything that takes long. */
typedef struct sw_resource sw_resource;
struct sw_resource {
  const char *name; /* the recipe, e.g. "ln_determinant" */
  const sw_links *links[2];
  const sw_distance *distance;
  int base;            /* 1 + the index of the earlier resource it is made from; 0: none */
  const void *setting; /* anything else it depends on: bytes without pointers or padding */
  size_t setting_bytes;
  size_t bytes; /* its size; with `begin` an upper bound for the memory estimate, 0 if unknown */
  /* Optional, if the size is only known after some work: makes an object and sets its size. */
  sw_status (*begin)(sw_error *err, const sw_resource *resource, const void *base, void **object,
                     size_t *bytes);
  sw_status (*fill)(sw_error *err, const sw_resource *resource, const void *base, void *object,
                    void *out);
  void (*end)(void *object); /* releases the object, after a failure too; not called with NULL */
};

enum { SW_MAX_RESOURCES = 32 };

#pragma GCC visibility pop

#endif
