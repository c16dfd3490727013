# Debian packages (cpack --preset packages), one a component; docs/install.md says what each holds.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "The loci authors")
set(CPACK_PACKAGE_CONTACT "The loci authors <loci@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "visual place recognition: where was this photograph taken?")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

set(same "(= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME loci)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION science)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "Describes each photograph by one vector, so that photographs of the same
place lie close together, and finds the nearest ones in a collection of any
size. A trained model is built in.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libloci-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
list(JOIN LOCI_DEVELOPMENT_PACKAGES ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "Static libraries and headers, for find_package(loci) and pkg-config.")

# Plugins: one package each.
set(CPACK_DEBIAN_TRAIN_DESCRIPTION "What 'loci train' and 'loci distill' load; brings libtorch.")
set(CPACK_DEBIAN_PICTURES_DESCRIPTION "What reads HEIC, AVIF and JPEG XL photographs; brings libheif and libjxl.")
set(CPACK_DEBIAN_VIDEO_DESCRIPTION "What reads videos for 'loci index' and 'loci loops'; brings OpenCV's videoio.")
foreach(plugin IN LISTS plugins)
  list(APPEND CPACK_COMPONENTS_ALL ${plugin})
  string(TOUPPER ${plugin} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME loci-${plugin})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION science)
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "loci ${same}")  # the program loads no other build's plugin
endforeach()
list(TRANSFORM plugins PREPEND loci- OUTPUT_VARIABLE suggested)
list(JOIN suggested ", " CPACK_DEBIAN_RUNTIME_PACKAGE_SUGGESTS)
if(TARGET loci_python)  # its folder installs it with COMPONENT python
  find_package(Python3 REQUIRED COMPONENTS Interpreter)  # a compiled module serves one version
  math(EXPR next "${Python3_VERSION_MINOR} + 1")
  list(APPEND CPACK_COMPONENTS_ALL python)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-loci)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3 (>= 3.${Python3_VERSION_MINOR}), python3 (<< 3.${next}), python3-numpy")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/install/python/postinst
      ${PROJECT_SOURCE_DIR}/cmake/install/python/prerm)
  set(CPACK_DEBIAN_PYTHON_DESCRIPTION "Python bindings.")
endif()

# Where Debian looks for a package's licence. Libraries that become part of the program ask for theirs beside it.
set(copyright ${PROJECT_BINARY_DIR}/install/copyright)
file(READ LICENSE text)
foreach(part libfaiss-dev libcli11-dev nlohmann-json3-dev libhnswlib-dev libboost-dev)
  set(file /usr/share/doc/${part}/copyright)
  if(EXISTS ${file})
    file(READ ${file} licence)
    string(APPEND text "\n\n---- ${part}, parts of which are in this program ----\n\n${licence}")
  endif()
endforeach()
file(WRITE ${copyright} "${text}")
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} upper)
  install(FILES ${copyright} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}
          COMPONENT ${component})
endforeach()
include(CPack)
