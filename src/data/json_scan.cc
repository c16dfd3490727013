// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "json_scan.h"

#include <string>

namespace loci {
namespace {

constexpr int kMaxDepth = 32;

class Scanner {
 public:
  using Visit = std::function<void(std::string_view, std::string_view)>;
  Scanner(std::string_view text, const Visit& visit) : text_(text), visit_(visit) {}

  bool document() {
    if (!value(0)) return false;
    blank();
    return at_ == text_.size();
  }

 private:
  void blank() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool take(char c) {
    blank();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool string(std::string* out) {
    if (!take('"')) return false;
    out->clear();
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return true;
      }
      if (text_[at_] == '\\' && ++at_ == text_.size()) return false;
      *out += text_[at_];
    }
    return false;
  }
  bool value(int depth) {
    if (depth > kMaxDepth) return false;
    blank();
    if (at_ >= text_.size()) return false;
    if (text_[at_] == '{') return object(depth);
    if (text_[at_] == '[') return array(depth);
    std::string text;
    if (text_[at_] == '"') {
      if (!string(&text)) return false;
    } else {
      const size_t end = text_.find_first_of(",]} \t\r\n", at_);
      text = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
      if (text.empty()) return false;
      at_ += text.size();
    }
    visit_(path_, text);
    return true;
  }
  bool object(int depth) {
    take('{');
    if (take('}')) return true;
    do {
      std::string key;
      if (!string(&key) || !take(':')) return false;
      const size_t before = path_.size();
      path_ += (path_.empty() ? "" : ".") + key;
      if (!value(depth + 1)) return false;
      path_.resize(before);
    } while (take(','));
    return take('}');
  }
  bool array(int depth) {
    take('[');
    if (take(']')) return true;
    do {
      if (!value(depth + 1)) return false;
    } while (take(','));
    return take(']');
  }

  std::string_view text_;
  const Visit& visit_;
  size_t at_ = 0;
  std::string path_;
};

}  // namespace

bool scan_json(std::string_view json, const Scanner::Visit& visit) {
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
  return Scanner(json, visit).document();
}

}  // namespace loci
