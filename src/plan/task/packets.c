/* A stack of free packets and a queue of full ones behind one lock. Only one thread of a rank calls
 * the sink, because MPI and HDF5 are used by one thread per rank; it computes as well, and writes
 * between its tasks and whenever it lacks a free packet. Packets are large, so the lock is taken
 * rarely and one condition for all waiting threads is enough.
 *
 * Invariant: a packet is on the stack, in the queue, or held by one thread, which alone touches
 * it. */
#include "plan/task/packets.h"

#include "base/arena.h"

#include <pthread.h>
#include <stdlib.h>

struct sw_packets {
  pthread_mutex_t lock;
  pthread_cond_t changed;         /* a packet was put or freed, or a thread has closed */
  sw_packet *free, *first, *last; /* the stack; the queue's ends, both NULL when it is empty */
  sw_packet *all;
  int count;
  sw_sink *sink;
  sw_journal *journal;
  int region;
  int open;       /* threads that may still put */
  sw_error error; /* of the writing thread alone, so read without the lock once it has drained */
};

/* The packets have no memory yet; it grows with what is put into them, and is kept. */
sw_status sw_packets_create(sw_error *err, int count, sw_packets **out) {
  sw_packets *packets = calloc(1, sizeof *packets);
  if (packets) packets->all = calloc((size_t)count, sizeof *packets->all);
  if (!packets || !packets->all) {
    free(packets);
    return sw_fail(err, SW_ENOMEM, "out of memory: %d packets", count);
  }
  pthread_mutex_init(&packets->lock, NULL);
  pthread_cond_init(&packets->changed, NULL);
  packets->count = count;
  for (int i = 0; i < count; i++) {
    packets->all[i].next = packets->free;
    packets->free = &packets->all[i];
  }
  *out = packets;
  return SW_OK;
}

/* After all threads have closed. */
void sw_packets_destroy(sw_packets *packets) {
  if (!packets) return;
  for (int i = 0; i < packets->count; i++)
    sw_free(packets->all[i].memory);
  pthread_mutex_destroy(&packets->lock);
  pthread_cond_destroy(&packets->changed);
  free(packets->all);
  free(packets);
}

/* Before the threads start; the same packets serve several passes. */
void sw_packets_begin(sw_packets *packets, sw_sink *sink, sw_journal *journal, int region,
                      int writers) {
  packets->sink = sink;
  packets->journal = journal;
  packets->region = region;
  packets->open = writers;
}

/* The writing thread must never simply wait for a free packet: the others may all be waiting for
 * the same, with the queue full, and it alone can empty it. So it writes, and waits only when there
 * is nothing to write. Never NULL. */
sw_packet *sw_packets_take(sw_packets *packets, bool is_writer) {
  sw_packet *packet = NULL;
  while (!packet) {
    pthread_mutex_lock(&packets->lock);
    while (!packets->free && !is_writer)
      pthread_cond_wait(&packets->changed, &packets->lock);
    packet = packets->free;
    if (packet) packets->free = packet->next;
    pthread_mutex_unlock(&packets->lock);
    if (!packet && !sw_packets_write(packets)) {
      /* All packets are being filled by other threads: wait until one is full or given back. */
      pthread_mutex_lock(&packets->lock);
      while (!packets->free && !packets->first)
        pthread_cond_wait(&packets->changed, &packets->lock);
      pthread_mutex_unlock(&packets->lock);
    }
  }
  return packet;
}

/* Not realloc: the old content is done with, and copying it would cost. A packet keeps its room for
 * the next use; after a failure it has none. */
sw_status sw_packets_room(sw_error *err, sw_packet *packet, size_t bytes) {
  if (packet->room >= bytes) return SW_OK;
  sw_free(packet->memory);
  packet->memory = NULL;
  packet->room = 0;
  SW_TRY(sw_alloc(err, bytes, 1, &packet->memory));
  packet->room = bytes;
  return SW_OK;
}

/* In the order they come: a strip's packets follow each other, and the last one ends its task. O(1)
 * under the lock. */
void sw_packets_put(sw_packets *packets, sw_packet *packet) {
  packet->next = NULL;
  pthread_mutex_lock(&packets->lock);
  if (packets->last)
    packets->last->next = packet;
  else
    packets->first = packet;
  packets->last = packet;
  /* Broadcast, as those who wait for free packets and the writing thread share the condition. */
  pthread_cond_broadcast(&packets->changed);
  pthread_mutex_unlock(&packets->lock);
}

/* A packet that was taken and not filled. */
void sw_packets_return(sw_packets *packets, sw_packet *packet) {
  pthread_mutex_lock(&packets->lock);
  packet->next = packets->free;
  packets->free = packet;
  pthread_cond_broadcast(&packets->changed);
  pthread_mutex_unlock(&packets->lock);
}

/* Writes all parts of a packet. A mirrored rectangle has its rows and columns exchanged, and its
 * data was transposed by the thread that filled it. Partners first, then each quantity, and behind
 * it its mirror. */
static sw_status write_parts(sw_error *err, sw_sink *sink, const sw_packet *p) {
  sw_piece mirror = p->piece;
  mirror.i0 = p->piece.j0, mirror.i1 = p->piece.j1;
  mirror.j0 = p->piece.i0, mirror.j1 = p->piece.i1;
  if (p->piece.kind != SW_PIECE_RECT)
    SW_TRY(sink->write(sink, err, &p->piece, SW_PARTNERS, p->partner));
  for (int q = 0; q < p->n_quantities; q++) {
    SW_TRY(sink->write(sink, err, &p->piece, q, p->data[q]));
    if (p->mirror) SW_TRY(sink->write(sink, err, &mirror, q, p->data[p->n_quantities + q]));
  }
  return SW_OK;
}

/* Writes a packet, then the mark of the task it ends. In this order, so that a task killed in
 * between is computed again instead of being believed. The mark rests on bytes that the file system
 * has taken, not on bytes on disk; a crash of the machine is told by checksums (journal.c). */
static sw_status write_packet(sw_error *err, const sw_packets *packets, const sw_packet *p) {
  SW_TRY(write_parts(err, packets->sink, p));
  if (!p->ends_task || !packets->journal) return SW_OK;
  return sw_journal_mark(err, packets->journal, packets->region, p->task, &p->mark, p->shares);
}

/* False: the queue was empty. After an error packets are only given back, so that nobody waits for
 * ever. */
bool sw_packets_write(sw_packets *packets) {
  pthread_mutex_lock(&packets->lock);
  sw_packet *packet = packets->first;
  if (packet) {
    packets->first = packet->next;
    if (!packets->first) packets->last = NULL;
  }
  pthread_mutex_unlock(&packets->lock);
  if (!packet) return false;
  /* Outside the lock: others put and take while the disk works. */
  if (packets->error.status == SW_OK) write_packet(&packets->error, packets, packet);
  sw_packets_return(packets, packet);
  return true;
}

/* Called once by each thread but the writing one, whatever has failed. `open` counts threads that
 * may still put. */
void sw_packets_close(sw_packets *packets) {
  pthread_mutex_lock(&packets->lock);
  packets->open--;
  pthread_cond_broadcast(&packets->changed);
  pthread_mutex_unlock(&packets->lock);
}

/* Ends when every other thread has closed and the queue is empty. Both are looked at under the
 * lock, so that a packet put just before a close is not left behind. By the writing thread, when it
 * has no more tasks. */
void sw_packets_drain(sw_packets *packets) {
  for (bool more = true; more;) {
    if (sw_packets_write(packets)) continue;
    pthread_mutex_lock(&packets->lock);
    while (!packets->first && packets->open > 0)
      pthread_cond_wait(&packets->changed, &packets->lock);
    more = packets->first || packets->open > 0;
    pthread_mutex_unlock(&packets->lock);
  }
}

/* SW_OK, or the first error of writing, whose text goes to *err. */
sw_status sw_packets_status(sw_error *err, const sw_packets *packets) {
  if (packets->error.status != SW_OK) *err = packets->error;
  return packets->error.status;
}
