// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/builtin.h"

#include "loci/base/text.h"

#include <cstdint>
#include <span>

#if defined(LOCI_DEFAULT_MODEL)
// The files' bytes as they are, at a boundary that tensors are mapped to.
#define LOCI_EMBED(NAME, FILE)        \
  asm(".section .rodata\n"            \
      ".balign 64\n"                  \
      ".global " NAME "_begin\n" NAME \
      "_begin:\n"                     \
      ".incbin \"" FILE               \
      "\"\n"                          \
      ".global " NAME "_end\n" NAME   \
      "_end:\n"                       \
      ".byte 0\n"                     \
      ".previous\n")
LOCI_EMBED("loci_default_model", LOCI_DEFAULT_MODEL);
LOCI_EMBED("loci_placenet_model", LOCI_PLACENET_MODEL);
extern "C" {
extern const uint8_t loci_default_model_begin[];
extern const uint8_t loci_default_model_end[];
extern const uint8_t loci_placenet_model_begin[];
extern const uint8_t loci_placenet_model_end[];
}
#endif

namespace loci {

std::vector<std::string> builtin_models() {
#if defined(LOCI_DEFAULT_MODEL)
  return {"default", "placenet"};
#else
  return {};
#endif
}

Result<std::shared_ptr<const Model>> builtin_model(const std::string& name) {
#if defined(LOCI_DEFAULT_MODEL)
  if (name == "default") {
    return parse_model({loci_default_model_begin, loci_default_model_end},
                       nullptr,
                       "the built-in model 'default'");
  }
  if (name == "placenet") {
    return parse_model({loci_placenet_model_begin, loci_placenet_model_end},
                       nullptr,
                       "the built-in model 'placenet'");
  }
#endif
  std::string names;
  for (const std::string& each : builtin_models()) names += (names.empty() ? "" : ", ") + each;
  return not_found("no built-in model is named '" + printable(name) + "'; there " +
                   (names.empty() ? "are none in this build" : "is: " + names));
}

}  // namespace loci
