/* Full buffers on their way from computing threads to the one thread that writes. A bounded number
 * is in flight; their memory is used again. */
#ifndef SW_PLAN_TASK_PACKETS_H
#define SW_PLAN_TASK_PACKETS_H

#include "plan/ports/sink.h"
#include "plan/task/journal.h"

enum { SW_PACKET_PARTS = 16 };

typedef struct sw_packet sw_packet;
struct sw_packet {
  sw_packet *next;
  sw_piece piece;
  bool mirror; /* RECT: data[n_quantities + q] is the other half */
  int n_quantities;
  int32_t *partner; /* TOP, ENTRIES */
  void *data[SW_PACKET_PARTS];
  void *memory;
  size_t room;
  bool ends_task; /* then the task is marked as done once this is written */
  int64_t task;   /* of the job, over all periods */
  sw_mark mark;
  const void *shares;
};

typedef struct sw_packets sw_packets;

sw_status sw_packets_create(sw_error *err, int count, sw_packets **packets);
void sw_packets_destroy(sw_packets *packets);
/* A free packet; waits for one. The writing thread passes its sink: while none is free it writes.
 */
sw_packet *sw_packets_take(sw_packets *packets, bool is_writer);
/* Memory of at least `bytes` in the packet. */
sw_status sw_packets_room(sw_error *err, sw_packet *packet, size_t bytes);
void sw_packets_put(sw_packets *packets, sw_packet *packet);
/* Give back without writing. */
void sw_packets_return(sw_packets *packets, sw_packet *packet);
/* The writing thread: write one full packet if there is one; true when one was written. The first
 * failure is kept; later packets are dropped. */
bool sw_packets_write(sw_packets *packets);
/* The writing thread, at the end: write what comes until `sw_packets_close` was called by each of
 * the other threads. */
void sw_packets_drain(sw_packets *packets);
void sw_packets_close(sw_packets *packets);
/* Before a window: where to write, where to mark (NULL: nowhere), and how many other threads there
 * are. */
void sw_packets_begin(sw_packets *packets, sw_sink *sink, sw_journal *journal, int region,
                      int writers);
sw_status sw_packets_status(sw_error *err, const sw_packets *packets);

#endif
