#include "text.h"

#include "value.h"

#include <cstring>

void text_open(Text* text) { text->text += "{ "; }
void text_close(Text* text) { text->text += "} "; }
void text_field(Text* text, const char* name) { text->text.append(name).append(": "); }
void text_number(Text* text, long long number) { text->text.append(std::to_string(number)).append(" "); }
void text_nothing(Text* text) { text->text += "nothing "; }
void text_string(Text* text, const char* string) { text_bytes(text, string, std::strlen(string)); }

void text_bytes(Text* text, const void* bytes, size_t size) {
  constexpr const char* digits = "0123456789abcdef";
  text->text += "0x";
  for (size_t i = 0; i < size; ++i) {
    const unsigned char byte = static_cast<const unsigned char*>(bytes)[i];
    text->text += digits[byte >> 4];
    text->text += digits[byte & 15];
  }
  text->text += ' ';
}
