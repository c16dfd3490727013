// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What a pickle does to its stack and memo: groups, containers, values kept and recalled.
#include "byte_reader.h"
#include "pickle.h"

#include "loci/base/text.h"

namespace loci {
namespace {

constexpr size_t kMaxRemembered = size_t{1} << 20;

}  // namespace

bool Pickle::step_container(uint8_t op) {
  Node value;
  switch (op) {
    case '(':
      marks_.push_back(stack_.size());
      return true;
    case '0':
      if (!marks_.empty() && marks_.back() == stack_.size())
        marks_.pop_back();
      else
        pop();
      return true;
    case '1':
      pop_to_mark();
      return true;
    case '2':
      push(top());
      return true;
    case ')':
    case 't':
    case 0x85:
    case 0x86:
    case 0x87: {
      value.type = Type::kTuple;
      if (op == 't') value.items = pop_to_mark();
      const size_t count = op >= 0x85 ? op - 0x84u : 0;
      value.items.resize(value.items.size() + count);
      for (size_t i = count; i-- > 0;) value.items[i] = pop();
      break;
    }
    case ']':
      value.type = Type::kList;
      break;
    case 'l':
      value.type = Type::kList;
      value.items = pop_to_mark();
      break;
    case '}':
      value.type = Type::kDict;
      break;
    case 'd': {
      const std::vector<Ref> items = pop_to_mark();
      value.type = Type::kDict;
      const Ref dict = add(std::move(value));
      set_items(dict, items);
      push(dict);
      return true;
    }
    case 'a': {
      const Ref item = pop();
      append(top(), {item});
      return true;
    }
    case 'e': {
      const std::vector<Ref> items = pop_to_mark();
      append(top(), items);
      return true;
    }
    case 's': {
      const Ref item = pop(), key = pop();
      set_items(top(), {key, item});
      return true;
    }
    case 'u': {
      const std::vector<Ref> items = pop_to_mark();
      set_items(top(), items);
      return true;
    }
    default:
      return false;
  }
  push(add(std::move(value)));
  return true;
}

void Pickle::append(Ref list, const std::vector<Ref>& items) {
  if (nodes_[list].type == Type::kOpaque)
    nodes_[list].type = Type::kList;  // of a class that is one
  expect(list, Type::kList, "appends to something that is no list");
  auto& target = nodes_[list].items;
  target.insert(target.end(), items.begin(), items.end());
}

void Pickle::set_items(Ref dict, const std::vector<Ref>& items) {
  if (nodes_[dict].type == Type::kOpaque)
    nodes_[dict].type = Type::kDict;  // of a class that is one
  expect(dict, Type::kDict, "sets an entry of something that is no dictionary");
  if (items.size() % 2 != 0) fail_corrupt(here() + ": a dictionary key has no value");
  auto& target = nodes_[dict].items;
  target.insert(target.end(), items.begin(), items.end());
}

bool Pickle::step_memo(uint8_t op) {
  ByteReader in(bytes_, at_);
  switch (op) {
    case 'q':
      remember(in.u8());
      break;
    case 'r':
      remember(in.u32());
      break;
    case 'h':
      recall(in.u8());
      break;
    case 'j':
      recall(in.u32());
      break;
    case 0x94:
      remember(memo_.size());
      break;
    case 'p':
    case 'g': {
      const auto index = parse_int(trim(line()));
      if (!index || *index < 0) fail_corrupt(here() + ": a memo number makes no sense");
      if (op == 'p')
        remember(static_cast<uint64_t>(*index));
      else
        recall(static_cast<uint64_t>(*index));
      return true;
    }
    case 0x80:
      if (in.u8() > 5) fail_unsupported(here() + ": is written in a pickle protocol newer than 5");
      break;
    case 0x95:
      in.u64();
      break;  // a frame only groups bytes
    default:
      return false;
  }
  at_ = in.at();
  return true;
}

void Pickle::remember(uint64_t index) {
  if (memo_.size() >= kMaxRemembered)
    fail_corrupt(here() + ": remembers more than a million values");
  memo_[index] = top();
}

void Pickle::recall(uint64_t index) {
  const auto it = memo_.find(index);
  if (it == memo_.end())
    fail_corrupt(here() + ": recalls value " + std::to_string(index) + ", which was never kept");
  push(it->second);
}

}  // namespace loci
