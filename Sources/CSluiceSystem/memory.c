#include "CSluiceSystem.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

void sluice_trim_memory(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}
