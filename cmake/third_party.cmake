# Third-party libraries that loci's static libraries link with. The build reads this file, and so does
# find_package(loci): it is installed beside lociConfig.cmake. Header-only libraries are not here: no public header of
# loci includes one, so nobody needs them afterwards.
#
# One line each: names of the library file, its pkg-config module (- for none), the Debian package to build with.
set(LOCI_THIRD_PARTY_turbojpeg turbojpeg libturbojpeg libturbojpeg0-dev)
set(LOCI_THIRD_PARTY_png png libpng libpng-dev)
set(LOCI_THIRD_PARTY_tiff tiff libtiff-4 libtiff-dev)
set(LOCI_THIRD_PARTY_webp webp libwebp libwebp-dev)
set(LOCI_THIRD_PARTY_opencv_core opencv_core - libopencv-core-dev)
set(LOCI_THIRD_PARTY_opencv_imgproc opencv_imgproc - libopencv-imgproc-dev)
set(LOCI_THIRD_PARTY_opencv_features2d opencv_features2d - libopencv-features2d-dev)
set(LOCI_THIRD_PARTY_lapacke lapacke - liblapacke-dev)
set(LOCI_THIRD_PARTY_openblas openblas - libopenblas-pthread-dev)
set(LOCI_THIRD_PARTY_dnnl dnnl - libdnnl-dev)
set(LOCI_THIRD_PARTY_sqlite3 sqlite3 sqlite3 libsqlite3-dev)
set(LOCI_THIRD_PARTY_zlib z zlib zlib1g-dev)
set(LOCI_THIRD_PARTY_hdf5 hdf5_serial,hdf5 - libhdf5-dev)
set(LOCI_THIRD_PARTY_faiss faiss - libfaiss-dev)
set(LOCI_THIRD_PARTY_embree embree3 - libembree-dev)

# loci_third_party(name [TARGET target] [OPTIONAL])
#
# Makes the target loci_third_party::name, which loci's modules link with: `target` where the build has found one by
# other means, else the library of the table. Without OPTIONAL a missing library is an error that says what to do.
function(loci_third_party name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "OPTIONAL" "TARGET" "")
  set(target loci_third_party::${name})
  if(TARGET ${target})
    return()
  endif()
  if(ARG_TARGET)
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    target_link_libraries(${target} INTERFACE ${ARG_TARGET})
    return()
  endif()
  list(GET LOCI_THIRD_PARTY_${name} 0 files)
  list(GET LOCI_THIRD_PARTY_${name} 2 package)
  string(REPLACE "," ";" files ${files})
  find_library(LOCI_${name}_LIBRARY NAMES ${files})
  mark_as_advanced(LOCI_${name}_LIBRARY)
  if(LOCI_${name}_LIBRARY)
    add_library(${target} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${LOCI_${name}_LIBRARY}")
  elseif(NOT ARG_OPTIONAL)
    message(FATAL_ERROR "loci needs the library ${name}, which was not found; on Debian: apt install ${package}")
  endif()
endfunction()
