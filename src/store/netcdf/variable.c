/* Numbers of a dataset by hyperslabs of whole chunks that fit into BUFFER (or of one chunk, where
 * that is larger), unpacked piece by piece. One thread reads: HDF5 is not thread-safe. */
#include "store/netcdf/netcdf.h"

enum { BUFFER = 1 << 19 /* values read at once, 4 MB */ };

typedef struct slabs {
  const sw_netcdf_variable *of;
  const hsize_t *lo, *hi;
  hsize_t step[2]; /* what is read at once, whole chunks */
  double *values;  /* of one piece, in the order of the file */
} slabs;

/* 1 x 1 where the dataset is not chunked: any cut is good then. A second dimension that is not
 * there stays 1. Contiguous data has no chunk, and HDF5 reads it as it lies. */
static void find_chunk(const sw_netcdf_variable *of, hsize_t chunk[2]) {
  hid_t list = H5Dget_create_plist(of->dataset);
  chunk[0] = chunk[1] = 1;
  if (H5Pget_layout(list) == H5D_CHUNKED) H5Pget_chunk(list, 2, chunk);
  H5Pclose(list);
}

/* The largest multiple of `chunk` up to `most`, one chunk at least. A chunk larger than the buffer
 * is read whole all the same. */
static hsize_t whole_chunks(hsize_t most, hsize_t chunk) {
  return most < chunk ? chunk : most / chunk * chunk;
}

/* As much as can be had of axis 1, then of axis 0, a buffer in all. Pieces begin at multiples of
 * the steps, not at lo, so that no chunk is inflated twice by a rank: a chunk larger than HDF5's
 * cache is inflated anew for each call that touches it. `inner` is what a piece really has of axis
 * 1; it is 0 where the rank has no units. */
static void choose_steps(slabs *in) {
  hsize_t chunk[2];
  find_chunk(in->of, chunk);
  in->step[1] = whole_chunks(BUFFER / chunk[0], chunk[1]);
  hsize_t all = in->hi[1] - in->lo[1], inner = all < in->step[1] ? all : in->step[1];
  in->step[0] = whole_chunks(BUFFER / (inner ? inner : 1), chunk[0]);
}

/* HDF5 converts to double or to 64-bit integers on the way. */
static sw_status read_slab(sw_error *err, const sw_netcdf *file, const slabs *in,
                           const hsize_t start[2], const hsize_t count[2]) {
  const sw_netcdf_variable *of = in->of;
  hid_t space = H5Dget_space(of->dataset), memory = H5Screate_simple(of->dims, count, NULL);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
  herr_t failed = H5Dread(of->dataset, of->rules.memory, memory, space, H5P_DEFAULT, in->values);
  H5Sclose(memory);
  H5Sclose(space);
  if (failed < 0) return sw_netcdf_broken(err, file, of->dataset, of->name);
  sw_netcdf_unpack(&of->rules, in->values, count[0] * count[1]);
  return SW_OK;
}

/* How far a piece that begins at `start` goes: to the next multiple of the step, or the end. So
 * each chunk is touched by exactly one piece of this rank. */
static hsize_t piece_of(const slabs *in, int axis, hsize_t start) {
  hsize_t end = (start / in->step[axis] + 1) * in->step[axis];
  return (end < in->hi[axis] ? end : in->hi[axis]) - start;
}

/* The buffer is as large as the largest piece, which is less than a step where the range is. In the
 * loops count[0] is set before it is added, so that each piece begins where the last ended. take is
 * given pieces in the order of axis 0, then axis 1. */
sw_status sw_netcdf_read(sw_error *err, const sw_netcdf *file, const sw_netcdf_variable *of,
                         const hsize_t lo[2], const hsize_t hi[2], sw_netcdf_take *take,
                         void *self) {
  slabs in = {.of = of, .lo = lo, .hi = hi};
  hsize_t start[2], count[2];
  choose_steps(&in);
  for (int axis = 0; axis < 2; axis++) { /* no more than there is */
    hsize_t all = hi[axis] - lo[axis];
    count[axis] = in.step[axis] < all ? in.step[axis] : all;
  }
  SW_TRY(sw_alloc(err, count[0] * count[1], sizeof(double), (void **)&in.values));
  sw_status status = SW_OK;
  for (start[0] = lo[0]; start[0] < hi[0] && !status; start[0] += count[0]) {
    count[0] = piece_of(&in, 0, start[0]);
    for (start[1] = lo[1]; start[1] < hi[1] && !status; start[1] += count[1]) {
      count[1] = piece_of(&in, 1, start[1]);
      status = read_slab(err, file, &in, start, count);
      if (!status) status = take(err, self, in.values, start, count);
    }
  }
  sw_free(in.values);
  return status;
}
