// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/place_labels.h"

#include "scan.h"

#include "loci/base/text.h"
#include "loci/place/place_db.h"

#include <algorithm>
#include <functional>

namespace loci {
namespace {

constexpr size_t kLongestName = 200;
constexpr size_t kDigestLength = 64;

using PhotoPair = std::pair<std::string, std::string>;

PhotoPair ordered(const std::string& a, const std::string& b) {
  return a < b ? PhotoPair(a, b) : PhotoPair(b, a);
}

/// Photos that are said to show one place, as sets of a union-find.
class Components {
 public:
  explicit Components(const PlaceLabels& labels) {
    for (const auto& [a, b] : labels.same) join(a, b);
    std::map<std::string, std::string> first_of;
    for (const auto& [photo, name] : labels.names)
      join(photo, first_of.emplace(name, photo).first->second);
  }
  const std::string& root(const std::string& photo) {
    std::string& parent = parent_.emplace(photo, photo).first->second;
    if (parent != photo) parent = root(parent);
    return parent;
  }

 private:
  void join(const std::string& a, const std::string& b) {
    const std::string one = root(a), other = root(b);
    parent_[one] = other;
  }
  std::map<std::string, std::string> parent_;
};

Status check(const PlaceLabels& labels) {
  Components places(labels);
  std::map<std::string, std::string> name_of;
  for (const auto& [photo, name] : labels.names) {
    const auto [at, fresh] = name_of.emplace(places.root(photo), name);
    if (fresh || at->second == name) continue;
    return invalid_argument("photos of '" + printable(at->second) + "' and of '" + printable(name) +
                            "' would be of one place; give the place one name, or take back with "
                            "--forget what holds them together");
  }
  for (const auto& [a, b] : labels.different) {
    if (places.root(a) != places.root(b)) continue;
    return invalid_argument(
        "two of the photos were said to show one place, through a name or another photo, and to "
        "show two; take one of it back with --forget first");
  }
  return {};
}

/// `change` on a copy, which is kept if it contradicts nothing.
Status apply(PlaceLabels* labels, const std::function<void(PlaceLabels&)>& change) {
  PlaceLabels changed = *labels;
  change(changed);
  LOCI_RETURN_IF_ERROR(check(changed));
  *labels = std::move(changed);
  return {};
}

void make_same(PlaceLabels& labels, std::span<const std::string> photos) {
  for (const std::string& photo : photos) {
    labels.alone.erase(photo);
    for (const std::string& other : photos) labels.different.erase(ordered(photo, other));
    if (photo != photos.front()) labels.same.insert(ordered(photos.front(), photo));
  }
}

bool is_digest(std::string_view word) {
  return word.size() == kDigestLength && std::ranges::all_of(word, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_name(std::string_view name) {
  return !trim(name).empty() && name.size() <= kLongestName &&
         std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

Status too_few(size_t needed) {
  return invalid_argument(format("name %zu photos of the collection at least", needed));
}

/// Reads "KIND PHOTO [PHOTO|NAME]"; false when it is not.
bool parse_line(std::string_view line, PlaceLabels& labels) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view kind = line.substr(0, space), rest = line.substr(space + 1);
  const std::string photo(rest.substr(0, kDigestLength));
  if (!is_digest(photo)) return false;
  if (kind == "alone") return rest.size() == kDigestLength && labels.alone.insert(photo).second;
  if (rest.size() < kDigestLength + 2 || rest[kDigestLength] != ' ') return false;
  const std::string second(rest.substr(kDigestLength + 1));
  if (kind == "name") return is_name(second) && labels.names.emplace(photo, second).second;
  if (!is_digest(second) || !(photo < second)) return false;
  if (kind == "same") return labels.same.emplace(photo, second).second;
  return kind == "different" && labels.different.emplace(photo, second).second;
}

}  // namespace

bool PlaceLabels::empty() const {
  return names.empty() && same.empty() && different.empty() && alone.empty();
}

Status name_place(PlaceLabels* labels, std::span<const std::string> photos, std::string_view name) {
  if (photos.empty()) return too_few(1);
  if (!is_name(name)) {
    return invalid_argument("'" + printable(std::string(name)) +
                            format("' is no name of a place: expected 1 to %zu bytes without "
                                   "control characters",
                                   kLongestName));
  }
  return apply(labels, [&](PlaceLabels& changed) {
    Components places(changed);
    std::set<std::string> renamed;
    for (const std::string& photo : photos) renamed.insert(places.root(photo));
    // A place that had a name gets the new one, all its photos with it.
    for (auto& [photo, old] : changed.names) {
      if (renamed.contains(places.root(photo))) old = name;
    }
    make_same(changed, photos);
    for (const std::string& photo : photos) changed.names[photo] = name;
  });
}

Status say_same_place(PlaceLabels* labels, std::span<const std::string> photos) {
  if (photos.size() < 2) return too_few(2);
  return apply(labels, [&](PlaceLabels& changed) { make_same(changed, photos); });
}

Status say_different_places(PlaceLabels* labels, std::span<const std::string> photos) {
  if (photos.size() < 2) return too_few(2);
  return apply(labels, [&](PlaceLabels& changed) {
    for (const std::string& other : photos.subspan(1)) {
      if (other == photos.front()) continue;
      changed.same.erase(ordered(photos.front(), other));
      changed.different.insert(ordered(photos.front(), other));
    }
  });
}

Status say_alone(PlaceLabels* labels, std::span<const std::string> photos) {
  if (photos.empty()) return too_few(1);
  for (const std::string& photo : photos) {
    labels->names.erase(photo);
    std::erase_if(labels->same, [&](const PhotoPair& pair) {
      return pair.first == photo || pair.second == photo;
    });
    labels->alone.insert(photo);
  }
  return {};
}

int64_t forget_labels(PlaceLabels* labels, std::span<const std::string> photos) {
  size_t forgotten = 0;
  for (const std::string& photo : photos) {
    const auto names_it = [&](const PhotoPair& pair) {
      return pair.first == photo || pair.second == photo;
    };
    forgotten += labels->names.erase(photo) + labels->alone.erase(photo);
    forgotten += std::erase_if(labels->same, names_it) + std::erase_if(labels->different, names_it);
  }
  return static_cast<int64_t>(forgotten);
}

void add_labels(PlaceLabels* labels, const PlaceLabels& other) {
  // What contradicts is left out by itself.
  const auto add = [&](const std::function<void(PlaceLabels&)>& change) {
    (void)apply(labels, change);
  };
  for (const auto& [photo, name] : other.names)
    add([&](PlaceLabels& changed) { changed.names.emplace(photo, name); });
  for (const PhotoPair& pair : other.same)
    add([&](PlaceLabels& changed) { changed.same.insert(pair); });
  for (const PhotoPair& pair : other.different)
    add([&](PlaceLabels& changed) { changed.different.insert(pair); });
  labels->alone.insert(other.alone.begin(), other.alone.end());
}

Result<std::vector<std::string>> photo_contents(const PlaceDb& db,
                                                const std::vector<std::string>& paths) {
  LOCI_TRY(images, db.images());
  std::map<std::string, std::string> by_path;
  for (PlaceImage& image : images) by_path.emplace(std::move(image.path), std::move(image.sha256));
  std::vector<std::string> contents;
  for (const std::string& path : paths) {
    LOCI_TRY(normal, normal_path(path));
    const auto found = by_path.find(normal);
    if (found == by_path.end())
      return not_found(printable(path) + ": is not in the collection; index it first");
    contents.push_back(found->second);
  }
  return contents;
}

PlaceLabels with_photo_renamed(const PlaceLabels& labels,
                               const std::string& before,
                               const std::string& now) {
  const auto renamed = [&](const std::string& photo) { return photo == before ? now : photo; };
  PlaceLabels out;
  for (const auto& [photo, name] : labels.names) out.names.emplace(renamed(photo), name);
  for (const auto& [a, b] : labels.same) out.same.insert(ordered(renamed(a), renamed(b)));
  for (const auto& [a, b] : labels.different) out.different.insert(ordered(renamed(a), renamed(b)));
  for (const std::string& photo : labels.alone) out.alone.insert(renamed(photo));
  return out;
}

std::string to_text(const PlaceLabels& labels) {
  std::string text;
  for (const auto& [photo, name] : labels.names) text += "name " + photo + " " + name + "\n";
  for (const auto& [a, b] : labels.same) text += "same " + a + " " + b + "\n";
  for (const auto& [a, b] : labels.different) text += "different " + a + " " + b + "\n";
  for (const std::string& photo : labels.alone) text += "alone " + photo + "\n";
  return text;
}

Result<PlaceLabels> parse_place_labels(std::string_view text, const std::string& where) {
  PlaceLabels labels;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (end == std::string_view::npos || !parse_line(line, labels)) {
      return corrupt(printable(where) +
                     format(": line %zu of what is said of places is no statement", number));
    }
    text.remove_prefix(end + 1);
  }
  return labels;
}

}  // namespace loci
