# One place for what every target is compiled with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
# Assertions in hot loops stay out of RelWithDebInfo; debug symbols are kept small for quick links.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

find_program(LOCI_CCACHE ccache)
if(LOCI_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LOCI_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${LOCI_CCACHE})
endif()
find_program(LOCI_MOLD mold)
if(LOCI_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_CROSSCOMPILING)
  add_link_options(-fuse-ld=mold)
endif()

# Whoever builds a release gets the program even where another compiler warns of more than ours.
option(LOCI_WERROR "Treat warnings as errors" ON)
add_library(loci_warnings INTERFACE)
# gcc 12 at -O3 sees an overlap in "text" + std::string that cannot be (its bug 105651): no -Wrestrict in a release.
target_compile_options(loci_warnings INTERFACE -Wall -Wextra -Wpedantic $<$<BOOL:${LOCI_WERROR}>:-Werror> -Wshadow
                                               -Wno-missing-field-initializers -Wno-psabi
                                               $<$<CONFIG:Release>:-Wno-restrict>)
if(LOCI_SANITIZE)
  add_compile_options(-fsanitize=${LOCI_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LOCI_SANITIZE})
  if(LOCI_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
find_package(Threads REQUIRED)
