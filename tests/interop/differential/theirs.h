/* A type that rpcgen made, moved by libtirpc. */
#pragma once

#include "text.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct Their {
  const char* name;
  size_t size;
  int (*move)(void* xdrs, void* value); /* either way, as the XDR * says */
  void (*tell)(Text* text, void* value);
} Their;

/* Of one .x, ended by one without a name; defined by what glue writes. */
extern const Their their_types[];

/* A value of an enum that rpcgen made. */
typedef struct TheirEnumerator {
  const char* type;
  int value;
} TheirEnumerator;

/* Those of all enums in their_types, ended by one without a type. */
extern const TheirEnumerator their_enumerators[];

/* `value` must be zeros; it needs their_free() also where FALSE is returned. `*used`: the bytes read. */
int their_decode(const Their* type, const void* bytes, size_t size, void* value, size_t* used);
/* What does not fit is refused. `*used`: the bytes written. */
int their_encode(const Their* type, void* value, void* bytes, size_t size, size_t* used);
void their_free(const Their* type, void* value);

#ifdef __cplusplus
}
#endif
