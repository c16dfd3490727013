// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "byte_reader.h"
#include "pickle.h"
#include "pickle_names.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

struct KnownStorage {
  std::string_view name;
  NumberType type;
  DType dtype;
};

constexpr KnownStorage kStorages[] = {
    {"FloatStorage", {'f', 4}, DType::kF32},
    {"DoubleStorage", {'f', 8}, DType::kF64},
    {"HalfStorage", {'f', 2}, DType::kF16},
    {"BFloat16Storage", {'f', 2}, DType::kBF16},
    {"LongStorage", {'i', 8}, DType::kI64},
    {"IntStorage", {'i', 4}, DType::kI32},
    {"ShortStorage", {'i', 2}, DType::kI16},
    {"CharStorage", {'i', 1}, DType::kI8},
    {"ByteStorage", {'u', 1}, DType::kU8},
    {"BoolStorage", {'b', 1}, DType::kBool},
};

}  // namespace

void Pickle::push_global(std::string_view module, std::string_view name) {
  Node node;
  node.type = Type::kGlobal;
  if (const auto known = known_global(module, name)) {
    node.global = *known;
    push(add(std::move(node)));
    return;
  }
  if (module == "torch") {
    for (const KnownStorage& known : kStorages) {
      if (known.name != name) continue;
      node.global = Global::kStorageClass;
      node.number = known.type;
      node.dtype = known.dtype;
      push(add(std::move(node)));
      return;
    }
  }
  if (is_suspect_global(module, name)) {
    fail_unsupported(
        here() + ": the pickle wants to use '" + printable(to_utf8(module.substr(0, 80))) + "." +
        printable(to_utf8(name.substr(0, 80))) +
        "'; only tensors, dictionaries, lists, text and numbers are read and nothing is "
        "ever executed. "
        "Save the state dictionary alone and import that");
  }
  node.global = Global::kOpaqueClass;
  node.text = keep(std::string(module.substr(0, 80)) + "." + std::string(name.substr(0, 80)));
  push(add(std::move(node)));
}

bool Pickle::step_call(uint8_t op) {
  switch (op) {
    case 'c':
    case 'i': {
      const std::string_view module = line(), name = line();
      push_global(module, name);
      if (op == 'i') fail_unsupported(here() + ": creates an object; only plain values are read");
      return true;
    }
    case 0x93: {
      const Ref name = pop(), module = pop();
      push_global(expect(module, Type::kText, "a module name is no text").text,
                  expect(name, Type::kText, "a name is no text").text);
      return true;
    }
    case 'Q':
      push_storage(pop());
      return true;
    case 'R':
    case 0x81: {
      const Ref arguments = pop(), callee = pop();
      push(call(callee, arguments));
      return true;
    }
    case 0x92: {  // with arguments by name
      pop();
      const Ref arguments = pop(), callee = pop();
      push(call(callee, arguments));
      return true;
    }
    case 0x8f:  // sets hold no weights
      push(add_text(Type::kOpaque, "set"));
      return true;
    case 0x90:
      pop_to_mark();
      return true;
    case 0x91:
      pop_to_mark();
      push(add_text(Type::kOpaque, "frozenset"));
      return true;
    case 'b': {
      const Ref state = pop();
      build(top(), state);
      return true;
    }
    default:
      return false;
  }
}

void Pickle::push_storage(Ref id) {
  const Node& tuple = expect(id, Type::kTuple, "a persistent id is no tuple");
  if (tuple.items.size() < 5 || node(tuple.items[0]).type != Type::kText ||
      node(tuple.items[0]).text != "storage" || node(tuple.items[1]).type != Type::kGlobal ||
      node(tuple.items[1]).global != Global::kStorageClass) {
    fail_unsupported(here() + ": a persistent id that is no torch storage");
  }
  const Node& storage_class = node(tuple.items[1]);
  const Node& elements = expect(tuple.items[4], Type::kInt, "a storage has no size");
  if (tuple.items.size() > 5 && node(tuple.items[5]).type != Type::kNone) {
    fail_unsupported(here() + ": a storage that is a view of another");
  }
  Node storage;
  storage.type = Type::kStorage;
  storage.text = expect(tuple.items[2], Type::kText, "a storage has no key").text;
  storage.number = storage_class.number;
  storage.dtype = storage_class.dtype;
  if (elements.integer < 0) fail_corrupt(here() + ": a storage of negative size");
  const StorageInfo info{storage.number, storage.dtype, static_cast<uint64_t>(elements.integer)};
  const auto [it, fresh] = storages_.emplace(std::string(storage.text), info);
  if (!fresh && (it->second.elements != info.elements || it->second.dtype != info.dtype)) {
    fail_corrupt(here() + ": storage '" + printable(storage.text) + "' is described in two ways");
  }
  push(add(std::move(storage)));
}

Pickle::Ref Pickle::call(Ref callee, Ref arguments) {
  if (node(callee).type == Type::kOpaque) return add_text(Type::kOpaque, node(callee).text);
  const Node& function = expect(callee, Type::kGlobal, "calls something that cannot be called");
  const std::vector<Ref> args =
      expect(arguments, Type::kTuple, "calls without a tuple of arguments").items;
  switch (function.global) {
    case Global::kOpaqueClass: {
      if (function.text != "collections.defaultdict") return add_text(Type::kOpaque, function.text);
      Node filled_later;
      filled_later.type = Type::kDict;
      return add(std::move(filled_later));
    }
    case Global::kOrderedDict: {
      Node node_dict;
      node_dict.type = Type::kDict;
      for (const Ref pair : args.empty() ? args : node(args[0]).items) {
        const Node& entry = node(pair);
        if (entry.items.size() != 2) fail_corrupt(here() + ": an OrderedDict entry is no pair");
        node_dict.items.insert(node_dict.items.end(), entry.items.begin(), entry.items.end());
      }
      return add(std::move(node_dict));
    }
    case Global::kRebuildTensor:
      return call_rebuild(args, 4);
    case Global::kRebuildTensorV2:
      return call_rebuild(args, 6);
    case Global::kRebuildParameter:
      if (args.empty()) fail_corrupt(here() + ": a parameter without a tensor");
      expect(args[0], Type::kTensor, "a parameter that is no tensor");
      return args[0];
    case Global::kDtypeClass:
      return call_dtype(args);
    case Global::kScalar:
      return call_scalar(args);
    case Global::kReconstruct: {
      Node array;
      array.type = Type::kArray;
      return add(std::move(array));
    }
    case Global::kEncode:
      return call_encode(args);
    case Global::kStorageClass:
    case Global::kNdarray:
      break;
  }
  fail_unsupported(here() + ": creates an object; only plain values are read");
}

/// _codecs.encode(text, "latin1") is how protocol 2 writes bytes: every letter is one byte.
Pickle::Ref Pickle::call_encode(const std::vector<Ref>& args) {
  if (args.size() != 2 || node(args[1]).type != Type::kText ||
      (node(args[1]).text != "latin1" && node(args[1]).text != "latin-1")) {
    fail_unsupported(here() + ": _codecs.encode for anything but latin1");
  }
  const std::string_view text =
      expect(args[0], Type::kText, "_codecs.encode of something that is no text").text;
  std::string out;
  out.reserve(std::min<size_t>(text.size(), size_t{1} << 24));
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      out += text[i];
      continue;
    }
    const bool pair =
        (c == 0xc2 || c == 0xc3) && i + 1 < text.size() && (text[i + 1] & 0xc0) == 0x80;
    if (!pair) fail_corrupt(here() + ": _codecs.encode of text that is not latin1");
    out += static_cast<char>((c & 3) << 6 | (text[++i] & 0x3f));
  }
  return add_text(Type::kBytes, keep(std::move(out)));
}

}  // namespace loci
