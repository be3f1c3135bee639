/* Full buffers on their way from the computing threads of a rank to its one writing thread. A
 * bounded number is in flight, so that threads wait for a slow disk instead of filling memory;
 * their memory is used again.
 *
 * A packet's life: take (free, waits) - room - fill - put (full) - write - free again. A thread
 * that cannot fill what it has taken gives it back by return. A thread holds one at most. */
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
  void *memory;       /* `partner` and `data` point into it; owned by the packet */
  size_t room;        /* its bytes */
  bool ends_task;     /* then the task is marked as done once this is written */
  int64_t task;       /* of the job, over all periods */
  sw_mark mark;       /* checksums too, made before it is put */
  const void *shares; /* mark.share bytes, borrowed until it is written */
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
/* The writing thread: takes one full packet from the queue, if there is one, and writes it; true
 * when there was one. The first failure is kept for sw_packets_status; later packets are dropped,
 * so that nobody waits for ever for a free one. */
bool sw_packets_write(sw_packets *packets);
/* The writing thread, at the end: write what comes until `sw_packets_close` was called by each of
 * the other threads. */
void sw_packets_drain(sw_packets *packets);
void sw_packets_close(sw_packets *packets);
/* Before a window, by one thread: where to write, where to mark (NULL: nowhere), and how many
 * threads there are besides the writing one; each of them must call sw_packets_close. */
void sw_packets_begin(sw_packets *packets, sw_sink *sink, sw_journal *journal, int region,
                      int writers);
/* The first failure of writing; after the threads have ended. */
sw_status sw_packets_status(sw_error *err, const sw_packets *packets);

#endif
