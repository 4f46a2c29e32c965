/* A value as text, told by either side in the same words: so two types, of C++ and of C, can be compared.
 * A string ends at its first NUL, as it does in C. */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct Text Text;

/* A struct, a union or a row of values. */
void text_open(Text* text);
void text_close(Text* text);
void text_field(Text* text, const char* name);
void text_number(Text* text, long long number);
void text_bytes(Text* text, const void* bytes, size_t size);
void text_string(Text* text, const char* string);
void text_nothing(Text* text);

#ifdef __cplusplus
}
#endif
