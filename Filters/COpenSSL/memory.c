#define _GNU_SOURCE
#include "COpenSSL.h"

#include <pthread.h>
#include <stdlib.h>

#ifdef __APPLE__
#include <malloc/malloc.h>
#define malloc_usable_size malloc_size
#else
#include <malloc.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SLUICE_SANITIZED 1
#endif
#endif

// A handshake allocates and frees nearly three thousand blocks, far more of a size in a row than malloc keeps at hand. What OpenSSL
// frees is kept here, by size, for the thread that freed it. Every block is malloc's own, and can go to `free` at any time.

// Sizes as glibc has them: 24, 40, 56, and so on by 16. Where an allocator has others, blocks are used for what surely fits.
enum { step = 16, smallest = 24, classes = 2200, largest = (classes - 1) * step + 8, most_blocks = 250, most_bytes = 1 << 20 };

struct block {
  struct block *next;
};
// What a thread keeps, and for how much more there is room.
struct kept {
  long bytes_left;
  struct block *first[classes];
  unsigned char blocks_left[classes];
};

static struct kept nothing;
#define PER_THREAD static __thread __attribute__((tls_model("initial-exec")))
PER_THREAD struct kept *kept = &nothing;
// Blocks are freed after the thread's own were given back, too: by what ends later.
PER_THREAD char has_ended;
static pthread_key_t thread_end;

static void give_back(void *argument) {
  struct kept *all = argument;
  kept = &nothing;
  has_ended = 1;
  for (size_t class = 0; class < classes; class++) {
    for (struct block *block = all->first[class], *next; block != NULL; block = next) {
      next = block->next;
      free(block);
    }
  }
  free(all);
}

static void begin(void) {
  struct kept *all = calloc(1, sizeof *all);
  if (all == NULL || pthread_setspecific(thread_end, all) != 0) return free(all);
  all->bytes_left = most_bytes;
  for (size_t class = 0; class < classes; class++) all->blocks_left[class] = most_blocks;
  kept = all;
}

static void *allocate(size_t size, const char *file, int line) {
  (void)file, (void)line;
  if (size - 1 >= largest) return size == 0 ? NULL : malloc(size);
  size_t class = size <= smallest ? 1 : (size - 8 + step - 1) / step;
  struct kept *all = kept;
  struct block *block = all->first[class];
  if (block == NULL) return malloc(size);
  all->first[class] = block->next;
  all->blocks_left[class]++;
  all->bytes_left += class * step;
  return block;
}

__attribute__((noinline)) static void release_to_malloc(void *pointer) {
  if (kept == &nothing && !has_ended) begin();
  free(pointer);
}

static void release(void *pointer, const char *file, int line) {
  (void)file, (void)line;
  if (pointer == NULL) return;
  size_t class = (malloc_usable_size(pointer) - 8) / step;
  struct kept *all = kept;
  if (class >= classes || all->blocks_left[class] == 0 || all->bytes_left < 0) return release_to_malloc(pointer);
  struct block *block = pointer;
  block->next = all->first[class];
  all->first[class] = block;
  all->blocks_left[class]--;
  all->bytes_left -= class * step;
}

static void *resize(void *pointer, size_t size, const char *file, int line) {
  if (pointer == NULL) return allocate(size, file, line);
  if (size != 0) return realloc(pointer, size);
  release(pointer, file, line);
  return NULL;
}

int sluice_openssl_keep_memory(void) {
#ifdef SLUICE_SANITIZED
  return 0;  // It could not tell who uses a block that was freed.
#else
  CRYPTO_malloc_fn their_malloc;
  CRYPTO_free_fn their_free;
  CRYPTO_get_mem_functions(&their_malloc, NULL, &their_free);
  if (their_malloc != CRYPTO_malloc || their_free != CRYPTO_free) return 0;
  if (pthread_key_create(&thread_end, give_back) != 0) return 0;
  if (CRYPTO_set_mem_functions(allocate, resize, release) == 1) return 1;
  pthread_key_delete(thread_end);
  return 0;
#endif
}
