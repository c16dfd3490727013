// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace loci::internal {

using Json = nlohmann::ordered_json;

/// Parses a description, whose objects have few members: the order that they stand in is kept, which costs a look at
/// all names before each, so one with more than a few thousand is refused like malformed text (discarded).
inline Json parse_description(std::string_view text) {
  constexpr int kMostNames = 4096;
  std::vector<int> names(1, 0);
  bool too_many = false;
  Json parsed = Json::parse(
      text,
      [&](int depth, Json::parse_event_t event, const Json&) {
        if (event == Json::parse_event_t::object_start) {
          names.resize(static_cast<size_t>(depth) + 2, 0);
          names[static_cast<size_t>(depth) + 1] = 0;
        }
        if (event != Json::parse_event_t::key) return true;
        if (++names[static_cast<size_t>(depth)] > kMostNames) too_many = true;
        return !too_many;
      },
      /*allow_exceptions=*/false);
  return too_many ? Json(Json::value_t::discarded) : parsed;
}

/// Writes or reads the fields of a struct, listed once, as members of a JSON object. Members that are missing keep the
/// struct's default; the first one of a wrong type ends the reading with its name.
class JsonFields {
 public:
  explicit JsonFields(Json* out) : out_(out) {}
  JsonFields(const Json* in, std::string where) : in_(in), where_(std::move(where)) {}

  bool reading() const { return in_ != nullptr; }
  const Status& status() const { return status_; }

  template <class T>
  void operator()(const char* name, T& field) {
    if (!reading()) {
      (*out_)[name] = field;
    } else if (status_.ok() && in_->contains(name)) {
      read((*in_)[name], name, field);
    }
  }

  /// The same, written only when it is not `usual`: for fields that came later, so that what was written before them
  /// stays as it is byte by byte.
  template <class T>
  void unless(const char* name, T& field, const T& usual) {
    if (reading() || field != usual) (*this)(name, field);
  }

  /// An enumeration by the names of its values, in order.
  template <class E>
  void choice(const char* name, E& field, const std::vector<const char*>& names) {
    std::string text = names[static_cast<size_t>(field)];
    (*this)(name, text);
    if (!reading() || !status_.ok()) return;
    for (size_t i = 0; i < names.size(); ++i) {
      if (text == names[i]) {
        field = static_cast<E>(i);
        return;
      }
    }
    status_ = unsupported(where_ + "." + name + ": '" + text + "' is not known to this version");
  }

 private:
  void wrong(const char* name, const Json& found, const char* expected) {
    status_ = corrupt(where_ + "." + name + ": is " + found.dump().substr(0, 60) + ", expected " +
                      expected);
  }
  void read(const Json& in, const char* name, bool& out) {
    if (!in.is_boolean()) return wrong(name, in, "true or false");
    out = in.get<bool>();
  }
  void read(const Json& in, const char* name, int& out) {
    constexpr int64_t kLimit = 1 << 28;
    if (!in.is_number_integer() || in.get<int64_t>() > kLimit || in.get<int64_t>() < -kLimit) {
      return wrong(name, in, "a whole number");
    }
    out = static_cast<int>(in.get<int64_t>());
  }
  void read(const Json& in, const char* name, double& out) {
    if (!in.is_number()) return wrong(name, in, "a number");
    out = in.get<double>();
  }
  void read(const Json& in, const char* name, std::string& out) {
    if (!in.is_string()) return wrong(name, in, "a text");
    out = in.get<std::string>();
  }
  void read(const Json& in, const char* name, std::vector<std::string>& out) {
    if (!in.is_array()) return wrong(name, in, "a list of texts");
    out.clear();
    for (const Json& item : in) {
      if (!item.is_string()) return wrong(name, in, "a list of texts");
      out.push_back(item.get<std::string>());
    }
  }
  void read(const Json& in, const char* name, std::array<double, 3>& out) {
    if (!in.is_array() || in.size() != 3) return wrong(name, in, "three numbers");
    for (size_t i = 0; i < 3; ++i) {
      if (!in[i].is_number()) return wrong(name, in, "three numbers");
      out[i] = in[i].get<double>();
    }
  }

  Json* out_ = nullptr;
  const Json* in_ = nullptr;
  std::string where_;
  Status status_;
};

}  // namespace loci::internal
