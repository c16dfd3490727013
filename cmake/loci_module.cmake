# loci_module(name [DEPENDS module...] [THIRD_PARTY name...] [PRIVATE target...] [PRIVATE_INCLUDES dir...]
#             [TEST_DEPENDS module...] [LEFT_OUT test...])
#
# A library loci_<name> from src/<name>/*.cc and a test program <name>_test from src/<name>/*_test.cc.
# DEPENDS is the only list of the modules it may include; tools/check_layers.py reads it. TEST_DEPENDS are
# modules that only its tests use; LEFT_OUT are files of tests that do not fit this build. Third-party libraries are PRIVATE, so none leaks into another module: THIRD_PARTY are
# those of cmake/third_party.cmake, which whoever links the installed library needs too; a library of the system (gomp,
# dl) stands in PRIVATE by its plain name; other targets of PRIVATE are used to compile only.
#
# Kernels compiled for one instruction set are files named *_avx2.cc and *_avx512.cc (*_vnni_avx512.cc and
# *_bf16_avx512.cc, where they use those instructions): they get their flags here
# and are reached only after a check of the processor at run time. On other architectures they are left out, and the
# plain kernels, written in vector types of any width, become its own instructions; what that leaves slow has NEON
# steps by hand (src/index/steps_neon.inc.h).
set(LOCI_AVX2_FLAGS -mavx2 -mfma -mf16c -mpopcnt)
set(LOCI_AVX512_FLAGS -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mf16c -mpopcnt -mprefer-vector-width=512)
include(GoogleTest)
# Of every test. Two run at a time on the two processors of CI: OpenMP threads that spin while they wait for work
# take from each other what they wait for (five training tests beside other work: 79 s spinning, 17 s without).
set(LOCI_TEST_ENVIRONMENT "LOCI_SHARED_DIR=${PROJECT_SOURCE_DIR}/../shared" OMP_WAIT_POLICY=passive)

function(loci_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;THIRD_PARTY;PRIVATE;PRIVATE_INCLUDES;TEST_DEPENDS;LEFT_OUT" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    list(FILTER sources EXCLUDE REGEX "_avx(2|512)\\.cc$")
  endif()
  foreach(test IN LISTS ARG_LEFT_OUT)
    list(REMOVE_ITEM tests ${CMAKE_CURRENT_SOURCE_DIR}/${test})
  endforeach()

  if(NOT sources)
    add_library(loci_${name} INTERFACE)
    target_include_directories(loci_${name} INTERFACE ${PROJECT_SOURCE_DIR}/include)
    return()
  endif()
  add_library(loci_${name} STATIC ${sources})
  add_library(loci::${name} ALIAS loci_${name})
  target_include_directories(loci_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                          PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_features(loci_${name} PUBLIC cxx_std_20)
  target_include_directories(loci_${name} SYSTEM PRIVATE ${ARG_PRIVATE_INCLUDES})
  foreach(dep IN LISTS ARG_DEPENDS)
    target_link_libraries(loci_${name} PUBLIC loci_${dep})
  endforeach()
  list(TRANSFORM ARG_THIRD_PARTY PREPEND loci_third_party:: OUTPUT_VARIABLE third_party)
  target_link_libraries(loci_${name} PRIVATE $<BUILD_INTERFACE:loci_warnings> ${third_party})
  set(system)
  foreach(library IN LISTS ARG_PRIVATE)
    if(library MATCHES "^[a-z]+$")
      list(APPEND system ${library})
      target_link_libraries(loci_${name} PRIVATE ${library})
    elseif(library STREQUAL "Threads::Threads")
      target_link_libraries(loci_${name} PRIVATE ${library})
    else()
      target_link_libraries(loci_${name} PRIVATE $<BUILD_INTERFACE:${library}>)
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY LOCI_MODULES ${name})
  set_target_properties(loci_${name} PROPERTIES EXPORT_NAME ${name} LOCI_DEPENDS "${ARG_DEPENDS}"
                        LOCI_THIRD_PARTY "${ARG_THIRD_PARTY}" LOCI_SYSTEM_LIBRARIES "${system}")
  foreach(source IN LISTS sources)
    if(source MATCHES "_avx2\\.cc$")
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -O3 ${LOCI_AVX2_FLAGS})
    elseif(source MATCHES "_avx512\\.cc$")
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -O3 ${LOCI_AVX512_FLAGS})
      foreach(extension vnni bf16)
        if(source MATCHES "_${extension}_avx512\\.cc$")
          set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -mavx512${extension})
        endif()
      endforeach()
    endif()
  endforeach()

  if(LOCI_BUILD_TESTS AND tests)
    find_package(GTest REQUIRED)
    add_executable(${name}_test ${tests})
    target_include_directories(${name}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_include_directories(${name}_test SYSTEM PRIVATE ${ARG_PRIVATE_INCLUDES})
    target_link_libraries(${name}_test PRIVATE loci_${name} loci_warnings ${third_party} ${ARG_PRIVATE}
                                               GTest::gtest GTest::gmock GTest::gtest_main)
    foreach(dep IN LISTS ARG_TEST_DEPENDS)
      target_link_libraries(${name}_test PRIVATE loci_${dep})
    endforeach()
    add_test(NAME ${name} COMMAND ${name}_test --gtest_brief=1)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "${LOCI_TEST_ENVIRONMENT};LOCI_KERNEL_CACHE=off" TIMEOUT ${LOCI_TEST_TIMEOUT})
  endif()
endfunction()

if(LOCI_BUILD_TESTS)
  enable_testing()
endif()
# An emulator takes a hundred times as long.
set(LOCI_TEST_TIMEOUT 300)
if(CMAKE_CROSSCOMPILING_EMULATOR)
  set(LOCI_TEST_TIMEOUT 7200)
endif()

# loci_plugin(NAME SOURCES file... LIBRARIES target...): libloci_NAME_plugin.so, which load_plugin("NAME") loads.
# Global property LOCI_PLUGINS: all of them.
function(loci_plugin name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(loci_${name}_plugin MODULE ${ARG_SOURCES})
  target_link_libraries(loci_${name}_plugin PRIVATE ${ARG_LIBRARIES} loci_warnings)
  # Its copies of our static libraries stay its own: the stamp it gives must be that of its build.
  target_link_options(loci_${name}_plugin PRIVATE -Wl,--exclude-libs,ALL)
  if(NOT LOCI_SANITIZE)  # a sanitizer's symbols come from the program
    target_link_options(loci_${name}_plugin PRIVATE -Wl,--no-undefined)
  endif()
  set_target_properties(loci_${name}_plugin PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  set_property(GLOBAL APPEND PROPERTY LOCI_PLUGINS ${name})
endfunction()
