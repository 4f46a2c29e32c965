# rpcgen_library(NAME FILE.x STEM [FILE.c ...]): the incumbent's stubs of a .x, with the C that fills them in, as a library
# over libtirpc. They are STEM.h and so on, for time.h is taken. Not compiled as ours: a peer is taken as it comes.
find_program(RPCGEN rpcgen)

function(rpcgen_library name file stem)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/rpcgen)
  set(copy ${out}/${stem}.x)
  add_custom_command(OUTPUT ${copy}
    COMMAND ${CMAKE_COMMAND} -E copy ${file} ${copy}
    DEPENDS ${file})
  set(stubs)
  foreach(part "-h;${stem}.h" "-c;${stem}_xdr.c" "-l;${stem}_client.c" "-m;${stem}_server.c")
    list(GET part 0 option)
    list(GET part 1 written)
    add_custom_command(OUTPUT ${out}/${written}
      COMMAND ${CMAKE_COMMAND} -E rm -f ${written}
      COMMAND ${RPCGEN} -C ${option} -o ${written} ${stem}.x
      WORKING_DIRECTORY ${out} DEPENDS ${copy} VERBATIM)
    list(APPEND stubs ${out}/${written})
  endforeach()
  add_library(${name} STATIC ${stubs} ${ARGN})
  target_include_directories(${name} PUBLIC ${out})
  target_compile_options(${name} PRIVATE -w -fno-sanitize=all)
  target_link_libraries(${name} PUBLIC PkgConfig::LIBTIRPC)
endfunction()
