// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loci {

/// Writes JSON on one line, commas and quotes by itself; for results and reports (reading JSON is the `model` module's).
///
///   JsonWriter j;
///   j.object().key("dim").value(512).key("failed").array().end().end();   // {"dim":512,"failed":[]}
///
/// Numbers that are not finite become null; text that is not UTF-8 is repaired, as JSON demands.
class JsonWriter {
 public:
  JsonWriter& object() { return open('{', '}'); }
  JsonWriter& array() { return open('[', ']'); }
  JsonWriter& end();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(double number);
  JsonWriter& value(std::integral auto number) { return raw(std::to_string(number)); }
  JsonWriter& null() { return raw("null"); }
  /// JSON that is already written.
  JsonWriter& raw(std::string_view json);
  template <class T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  const std::string& str() const { return out_; }

 private:
  JsonWriter& open(char begin, char end);
  void separate();
  std::string out_;
  std::vector<char> closers_;
  bool first_ = true;
  bool after_key_ = false;
};

}  // namespace loci
