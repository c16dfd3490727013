// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "pickle_names.h"

#include <algorithm>
#include <iterator>

namespace loci {
namespace {

struct KnownGlobal {
  std::string_view module, name;
  Pickle::Global global;
};

/// The whole of what a pickle may call. Nothing is looked up anywhere else.
constexpr KnownGlobal kGlobals[] = {
    {"collections", "OrderedDict", Pickle::Global::kOrderedDict},
    {"torch._utils", "_rebuild_tensor", Pickle::Global::kRebuildTensor},
    {"torch._utils", "_rebuild_tensor_v2", Pickle::Global::kRebuildTensorV2},
    {"torch._utils", "_rebuild_parameter", Pickle::Global::kRebuildParameter},
    {"numpy", "dtype", Pickle::Global::kDtypeClass},
    {"numpy", "ndarray", Pickle::Global::kNdarray},
    {"numpy.core.multiarray", "scalar", Pickle::Global::kScalar},
    {"numpy._core.multiarray", "scalar", Pickle::Global::kScalar},
    {"numpy.core.multiarray", "_reconstruct", Pickle::Global::kReconstruct},
    {"numpy._core.multiarray", "_reconstruct", Pickle::Global::kReconstruct},
    {"_codecs", "encode", Pickle::Global::kEncode},
};

template <size_t N>
bool is_one_of(std::string_view text, const std::string_view (&list)[N]) {
  return std::ranges::find(list, text) != std::end(list);
}

}  // namespace

std::optional<Pickle::Global> known_global(std::string_view module, std::string_view name) {
  for (const KnownGlobal& known : kGlobals) {
    if (known.module == module && known.name == name) return known.global;
  }
  return std::nullopt;
}

bool is_suspect_global(std::string_view module, std::string_view name) {
  constexpr std::string_view kModules[] = {"os",           "posix",      "nt",
                                           "sys",          "subprocess", "shutil",
                                           "socket",       "importlib",  "runpy",
                                           "ctypes",       "pty",        "code",
                                           "codeop",       "webbrowser", "pickle",
                                           "_pickle",      "marshal",    "operator",
                                           "_operator",    "asyncio",    "multiprocessing",
                                           "urllib",       "http",       "requests",
                                           "commands",     "_codecs",    "codecs",
                                           "torch._utils", "numpy.core", "numpy._core",
                                           "io",           "_io",        "pdb",
                                           "timeit",       "inspect"};
  constexpr std::string_view kBuiltins[] = {"set",
                                            "frozenset",
                                            "complex",
                                            "bytearray",
                                            "slice",
                                            "range",
                                            "object",
                                            "int",
                                            "float",
                                            "str",
                                            "bool",
                                            "bytes",
                                            "list",
                                            "tuple",
                                            "dict"};
  constexpr std::string_view kTorch[] = {"device",
                                         "Size",
                                         "float",
                                         "float16",
                                         "float32",
                                         "float64",
                                         "half",
                                         "double",
                                         "bfloat16",
                                         "int",
                                         "int8",
                                         "int16",
                                         "int32",
                                         "int64",
                                         "uint8",
                                         "long",
                                         "short",
                                         "bool",
                                         "strided",
                                         "sparse_coo",
                                         "complex64",
                                         "complex128",
                                         "contiguous_format",
                                         "channels_last",
                                         "preserve_format",
                                         "Generator"};
  if (module == "builtins" || module == "__builtin__") return !is_one_of(name, kBuiltins);
  if (module == "torch") return !is_one_of(name, kTorch);
  if (module == "numpy") return true;
  // A network saved whole: its weights are in objects that only its own code can make.
  if (module.starts_with("torch.nn.")) return true;
  const std::string_view package = module.substr(0, module.find('.'));
  if (package == "numpy" && (module.starts_with("numpy.core") || module.starts_with("numpy._core")))
    return true;
  return is_one_of(module, kModules) || (package != "numpy" && is_one_of(package, kModules));
}

}  // namespace loci
