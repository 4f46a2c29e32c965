# How everything here is compiled. Targets of ours link onc_compile; generated code too.
add_library(onc_compile INTERFACE)
target_compile_definitions(onc_compile INTERFACE ONC_VERSION="${PROJECT_VERSION}")
target_compile_options(onc_compile INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
# With -O2, g++ 12 takes "x" + std::string for a copy onto itself (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(onc_compile INTERFACE -Wno-restrict)
endif()

if(ONC_SANITIZE)
  add_compile_options(-fsanitize=${ONC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ONC_SANITIZE})
  # Clang marks each function for this check; the parts of a coroutine lie in other sections and lose the way to the mark.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options(-fno-sanitize=function)
  endif()
endif()

# Standalone Asio, whose headers are not ours to warn about. Clang 14 has coroutines but does not say so the way
# Asio 1.22 asks: hence the three definitions.
find_package(Threads REQUIRED)
add_library(onc_asio INTERFACE)
target_compile_definitions(onc_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
  target_compile_definitions(onc_asio INTERFACE
    __cpp_impl_coroutine=201902L ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)
endif()
# Asio 1.22 takes memory in another way where its headers come before all of libstdc++'s: memory of one file, given back
# in another, would break.
target_compile_definitions(onc_asio INTERFACE ASIO_DISABLE_STD_ALIGNED_ALLOC)
# TSan knows no fences; Asio's queues have mutexes besides, and those it knows.
if(ONC_SANITIZE MATCHES thread)
  target_compile_definitions(onc_asio INTERFACE ASIO_DISABLE_FENCED_BLOCK)
endif()
target_link_libraries(onc_asio INTERFACE Threads::Threads)
