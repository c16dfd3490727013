# What `cmake --install` writes, in components: runtime (the program), development (static libraries, headers,
# lociConfig.cmake, pkg-config files) and one a plugin (train, video, pictures). Included after every module.
include(CMakePackageConfigHelpers)
get_property(LOCI_MODULES GLOBAL PROPERTY LOCI_MODULES)
set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/loci)
set(install_parts ${PROJECT_SOURCE_DIR}/cmake/install)

install(TARGETS loci RUNTIME COMPONENT runtime)
get_property(plugins GLOBAL PROPERTY LOCI_PLUGINS)
foreach(plugin IN LISTS plugins)
  # Libraries outside the system's folders (a libtorch of one's own) are found where they were when loci was built.
  set_target_properties(loci_${plugin}_plugin PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS loci_${plugin}_plugin LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/loci COMPONENT ${plugin})
endforeach()

install(DIRECTORY include/loci DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN "*.h")
list(TRANSFORM LOCI_MODULES PREPEND loci_ OUTPUT_VARIABLE libraries)
install(TARGETS ${libraries} EXPORT loci ARCHIVE COMPONENT development
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# CMake strips programs only; debugging information is nine tenths of a static library.
if(CMAKE_STRIP)
  install(CODE "if(CMAKE_INSTALL_DO_STRIP)
  file(GLOB archives \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/libloci_*.a\")
  execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-debug \${archives} COMMAND_ERROR_IS_FATAL ANY)
endif()" COMPONENT development)
endif()
install(EXPORT loci NAMESPACE loci:: FILE lociTargets.cmake DESTINATION ${cmake_dir} COMPONENT development)

# Static libraries bring what they need into the line of whoever links them, so nothing is Requires.private: loci.pc
# links with and without --static.
set(LOCI_MODULE_LISTS "")
set(LOCI_DEVELOPMENT_PACKAGES "")
file(RELATIVE_PATH LOCI_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" LOCI_PC_PREFIX ${LOCI_PC_PREFIX})
function(loci_pc name description requires libs)
  set(LOCI_PC_NAME ${name})
  set(LOCI_PC_DESCRIPTION "${description}")
  list(JOIN requires " " LOCI_PC_REQUIRES)
  list(JOIN libs " " LOCI_PC_LIBS)
  configure_file(${install_parts}/module.pc.in ${PROJECT_BINARY_DIR}/install/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/install/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endfunction()
foreach(module IN LISTS LOCI_MODULES)
  get_target_property(depends loci_${module} LOCI_DEPENDS)
  get_target_property(third_party loci_${module} LOCI_THIRD_PARTY)
  get_target_property(system loci_${module} LOCI_SYSTEM_LIBRARIES)
  string(APPEND LOCI_MODULE_LISTS "set(loci_${module}_DEPENDS ${depends})\n"
                                  "set(loci_${module}_THIRD_PARTY ${third_party})\n")
  set(requires)
  set(libs "-L\${libdir}" -lloci_${module})
  list(REVERSE depends)  # a library before those it needs
  list(TRANSFORM depends PREPEND loci- OUTPUT_VARIABLE requires)
  foreach(library IN LISTS third_party)
    list(GET LOCI_THIRD_PARTY_${library} 0 file)
    list(GET LOCI_THIRD_PARTY_${library} 1 pc)
    list(GET LOCI_THIRD_PARTY_${library} 2 package)
    list(APPEND LOCI_DEVELOPMENT_PACKAGES ${package})
    if(pc STREQUAL "-")
      string(REGEX REPLACE ",.*" "" file ${file})
      list(APPEND libs -l${file})
    else()
      list(APPEND requires ${pc})
    endif()
  endforeach()
  list(TRANSFORM system PREPEND -l)
  loci_pc(loci-${module} "module ${module} of loci, visual place recognition" "${requires}" "${libs};${system}")
endforeach()
list(REMOVE_DUPLICATES LOCI_DEVELOPMENT_PACKAGES)
set(everything ${LOCI_MODULES})
list(REVERSE everything)
list(TRANSFORM everything PREPEND loci-)
loci_pc(loci "${PROJECT_DESCRIPTION}" "${everything}" "-L\${libdir}")

configure_package_config_file(${install_parts}/loci_config.cmake.in ${PROJECT_BINARY_DIR}/install/lociConfig.cmake
                              INSTALL_DESTINATION ${cmake_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/install/lociConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/install/lociConfig.cmake ${PROJECT_BINARY_DIR}/install/lociConfigVersion.cmake
              cmake/third_party.cmake DESTINATION ${cmake_dir} COMPONENT development)
