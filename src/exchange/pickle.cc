// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "pickle.h"

#include "byte_reader.h"

#include "loci/base/text.h"

#include <cstring>

namespace loci {
namespace {

constexpr uint64_t kMaxOperations = uint64_t{1} << 24;
constexpr size_t kMaxNodes = size_t{1} << 20;
constexpr uint64_t kMaxBigInteger = 4096;

}  // namespace

Pickle::Pickle(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner, std::string where)
    : bytes_(bytes),
      owner_(std::move(owner)),
      where_(std::move(where)),
      kept_(std::make_shared<std::deque<std::string>>()) {}

std::string Pickle::here() const { return where_ + ", byte " + std::to_string(at_); }

Pickle::Ref Pickle::add(Node node) {
  if (nodes_.size() >= kMaxNodes) fail_corrupt(here() + ": holds more than a million values");
  nodes_.push_back(std::move(node));
  return static_cast<Ref>(nodes_.size() - 1);
}

Pickle::Ref Pickle::add_text(Type type, std::string_view text) {
  Node node;
  node.type = type;
  node.text = text;
  return add(std::move(node));
}

void Pickle::push(Ref ref) { stack_.push_back(ref); }

Pickle::Ref Pickle::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
    fail_corrupt(here() + ": takes a value that is not there");
  return stack_.back();
}

Pickle::Ref Pickle::pop() {
  const Ref ref = top();
  stack_.pop_back();
  return ref;
}

std::vector<Pickle::Ref> Pickle::pop_to_mark() {
  if (marks_.empty()) fail_corrupt(here() + ": ends a group that was not begun");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Ref> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

std::string_view Pickle::counted(uint64_t size) {
  if (size > bytes_.size() - at_) {
    fail_corrupt(here() + ": announces " + std::to_string(size) + " bytes, " +
                 std::to_string(bytes_.size() - at_) + " are left");
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + at_,
                              static_cast<size_t>(size));
  at_ += static_cast<size_t>(size);
  return text;
}

std::string_view Pickle::line() {
  const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + at_,
                              bytes_.size() - at_);
  const size_t end = rest.find('\n');
  if (end == std::string_view::npos) fail_corrupt(here() + ": a line does not end");
  at_ += end + 1;
  return rest.substr(0, end);
}

std::string_view Pickle::keep(std::string text) {
  // A short pickle must not decode one long text over and over.
  decoded_bytes_ += text.size();
  if (decoded_bytes_ > (uint64_t{16} << 20) + 4 * bytes_.size()) {
    fail_corrupt(here() + ": decodes to more bytes than any real file");
  }
  return kept_->emplace_back(std::move(text));
}

const Pickle::Node& Pickle::expect(Ref ref, Type type, const char* what) const {
  if (nodes_[ref].type != type) fail_corrupt(here() + ": " + what);
  return nodes_[ref];
}

size_t Pickle::read() {
  while (true) {
    if (++operations_ > kMaxOperations)
      fail_corrupt(here() + ": has more than 16 million operations");
    const auto op = static_cast<uint8_t>(counted(1)[0]);
    if (op == '.') break;
    step(op);
  }
  result_ = pop();
  return at_;
}

void Pickle::step(uint8_t op) {
  if (step_number(op) || step_text(op) || step_container(op) || step_memo(op) || step_call(op))
    return;
  fail_unsupported(here() + ": pickle operation 0x" + format("%02x", op) + " is not read");
}

bool Pickle::step_number(uint8_t op) {
  ByteReader in(bytes_, at_);
  Node value;
  value.type = Type::kInt;
  switch (op) {
    case 'N':
      value.type = Type::kNone;
      break;
    case 0x88:
    case 0x89:
      value.type = Type::kBool;
      value.integer = op == 0x88;
      break;
    case 'K':
      value.integer = in.u8();
      break;
    case 'M':
      value.integer = in.u16();
      break;
    case 'J':
      value.integer = in.number<int32_t>();
      break;
    case 'G': {
      uint64_t bits = __builtin_bswap64(in.u64());
      value.type = Type::kFloat;
      std::memcpy(&value.real, &bits, sizeof bits);
      break;
    }
    case 0x8a:
    case 0x8b: {
      const uint64_t size = op == 0x8a ? in.u8() : in.u32();
      if (size > kMaxBigInteger)
        fail_corrupt(here() + ": an integer of " + std::to_string(size) + " bytes");
      value.text = in.text(size);
      value.type = size > 8 ? Type::kLong : Type::kInt;
      std::memcpy(&value.integer, value.text.data(), std::min<size_t>(value.text.size(), 8));
      if (size > 0 && size < 8 && (value.text.back() & 0x80) != 0) {
        value.integer |= static_cast<int64_t>(~uint64_t{0} << (8 * size));
      }
      break;
    }
    case 'I':
    case 'L':
    case 'F': {
      std::string_view text = trim(line());
      if (op == 'I' && (text == "00" || text == "01")) {
        value.type = Type::kBool;
        value.integer = text == "01";
      } else if (op == 'F') {
        const auto number = parse_double(text);
        if (!number)
          fail_corrupt(here() + ": '" + printable(text.substr(0, 40)) + "' is no number");
        value.type = Type::kFloat;
        value.real = *number;
      } else {
        if (text.ends_with('L')) text.remove_suffix(1);
        const auto number = parse_int(text);
        if (!number)
          fail_corrupt(here() + ": '" + printable(text.substr(0, 40)) +
                       "' is no integer of 64 bits");
        value.integer = *number;
      }
      push(add(std::move(value)));
      return true;
    }
    default:
      return false;
  }
  at_ = in.at();
  push(add(std::move(value)));
  return true;
}

std::optional<uint64_t> Pickle::integer() const {
  const Node& value = nodes_[result_];
  if (value.type != Type::kInt && value.type != Type::kLong) return std::nullopt;
  return static_cast<uint64_t>(value.integer);
}

}  // namespace loci
