# What cmake --install puts where, and how find_package(oncpp) and pkg-config find it again.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/oncpp)

# Others say onc::xdr, as one does in this tree.
foreach(target onc_xdr onc_asio onc_async onc_portmapper)
  string(REPLACE onc_ "" name ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
endforeach()
install(TARGETS idlc onc onc_xdr onc_async onc_asio onc_portmapper EXPORT oncpp)
install(EXPORT oncpp FILE oncppTargets.cmake NAMESPACE onc:: DESTINATION ${package})
if(TARGET onc_tirpc)
  # By itself, for its users need libtirpc too.
  set_target_properties(onc_tirpc PROPERTIES EXPORT_NAME tirpc)
  install(TARGETS onc_tirpc EXPORT oncpp-tirpc)
  install(EXPORT oncpp-tirpc FILE oncppTirpcTargets.cmake NAMESPACE onc:: DESTINATION ${package})
endif()
install(DIRECTORY runtime/onc TYPE INCLUDE FILES_MATCHING PATTERN "*.h")

# What the services are asked by.
set(idl ${CMAKE_INSTALL_DATADIR}/oncpp/idl)
install(FILES idl/election.x idl/file.x idl/mutex.x idl/time.x DESTINATION ${idl})

configure_package_config_file(cmake/oncppConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/oncppConfig.cmake
  INSTALL_DESTINATION ${package} PATH_VARS idl)
# Before 1.0, a minor version may change anything.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/oncppConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/oncppConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/oncppConfigVersion.cmake
  cmake/OncGenerate.cmake DESTINATION ${package})

file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" prefix_from_pc ${prefix_from_pc})
# The same for every compiler: definitions that one does not need do no harm.
set(asio_definitions ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_DISABLE_STD_ALIGNED_ALLOC
  __cpp_impl_coroutine=201902L ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)
list(TRANSFORM asio_definitions PREPEND -D)
list(JOIN asio_definitions " " asio_definitions)
set(packages oncpp oncpp-async)
if(TARGET onc_tirpc)
  list(APPEND packages oncpp-tirpc)
endif()
foreach(name IN LISTS packages)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

install(TARGETS onc-election onc-file onc-mutex onc-time)
install(TARGETS portmapper onc-electiond onc-filed onc-info onc-mutexd onc-timed RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
# The unit names the program where it lies, and that is told no sooner than at the installing.
install(CODE "
  get_filename_component(ONC_SBINDIR \"${CMAKE_INSTALL_SBINDIR}\" ABSOLUTE BASE_DIR \"\${CMAKE_INSTALL_PREFIX}\")
  configure_file(\"${CMAKE_CURRENT_SOURCE_DIR}/portmapper/systemd/portmapper.service.in\"
    \"${CMAKE_CURRENT_BINARY_DIR}/portmapper.service\" @ONLY)")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/portmapper.service portmapper/systemd/portmapper.socket
  DESTINATION lib/systemd/system)
install(FILES man/idlc.1 man/onc-election.1 man/onc-file.1 man/onc-mutex.1 man/onc-time.1
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES man/idlc-ast.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES man/onc-electiond.8 man/onc-filed.8 man/onc-info.8 man/onc-mutexd.8 man/onc-timed.8
  man/portmapper.8
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES LICENSE README.md TYPE DOC)
install(DIRECTORY doc examples TYPE DOC)
