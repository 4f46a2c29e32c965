// Said first, and once, where a compiler would otherwise find hundreds of mistakes.
#pragma once

#if __cplusplus < 202002L
#error oncpp needs C++20 (-std=c++20)
#endif
