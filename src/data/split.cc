// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/data/split.h"

#include "split_units.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace loci {
namespace {

Status check(const SplitOptions& options) {
  for (const double share : {options.train, options.val, options.test}) {
    if (!std::isfinite(share) || share < 0)
      return invalid_argument(format("a share of %g: shares are numbers of 0 and more", share));
  }
  const int wanted =
      (options.train > 0 ? 1 : 0) + (options.val > 0 ? 1 : 0) + (options.test > 0 ? 1 : 0);
  if (wanted < 2)
    return invalid_argument("at least two of train, val and test must have a share above 0");
  if (!std::isfinite(options.buffer_m) || options.buffer_m < 0)
    return invalid_argument(
        format("buffer_m is %g: it must be a number of metres, 0 or more", options.buffer_m));
  return {};
}

// Every photograph once, with its side.
std::vector<SplitImage> all_images(const Dataset& dataset, bool* has_roles) {
  const auto& own = dataset.query_in_database;
  *has_roles = own.size() != dataset.queries.size() ||
               std::any_of(own.begin(), own.end(), [](int64_t row) { return row < 0; });
  std::vector<char> asks(dataset.database.size(), 0);
  if (*has_roles) {
    for (const int64_t row : own) {
      if (row >= 0) asks[static_cast<size_t>(row)] = 1;
    }
  }
  std::vector<SplitImage> images;
  for (size_t i = 0; i < dataset.database.size(); ++i) {
    if (asks[i] == 0) images.push_back({.record = dataset.database[i]});
  }
  if (*has_roles) {
    for (const ImageRecord& record : dataset.queries)
      images.push_back({.record = record, .query = true});
  }
  return images;
}

// Positions where every second image has one, else the truth of the set.
Result<std::string> choose_method(const Dataset& dataset, const std::vector<SplitImage>& images) {
  const auto count = [&](auto has) {
    return std::count_if(
        images.begin(), images.end(), [&](const SplitImage& i) { return has(i.record); });
  };
  const auto half = [&](int64_t n) { return n > 0 && 2 * n >= std::ssize(images); };
  if (dataset.rule.kind == TruthRule::Kind::kFrames) return std::string("frames");
  if (half(count([](const ImageRecord& r) { return r.utm.has_value(); })))
    return std::string("positions");
  if (half(count([](const ImageRecord& r) { return !r.place.empty(); })))
    return std::string("places");
  if (half(count([](const ImageRecord& r) { return r.frame >= 0; }))) return std::string("frames");
  return invalid_argument(
      printable(dataset.name) +
      ": most images have no position, no place and no frame number, so nothing "
      "says which of them show the same place; give positions (EXIF, '@' names "
      "or a places.csv)");
}

// Groups images that must stay together; images that cannot be placed get no unit.
std::vector<SplitUnit> make_units(const std::string& method,
                                  const Dataset& dataset,
                                  std::vector<SplitImage>* images,
                                  int64_t* without) {
  const bool by_label =
      method == "places" || (method == "positions" && dataset.rule.kind == TruthRule::Kind::kPlace);
  std::map<std::string, size_t> unit_of_key;
  std::vector<SplitUnit> units;
  for (size_t i = 0; i < images->size(); ++i) {
    const ImageRecord& record = (*images)[i].record;
    const bool placed = method == "positions"
                            ? record.utm.has_value() && std::isfinite(record.utm->east_m) &&
                                  std::isfinite(record.utm->north_m)
                        : method == "places" ? !record.place.empty()
                                             : record.frame >= 0;
    if (!placed) {
      ++*without;
      continue;
    }
    std::string key = by_label && !record.place.empty() ? "p" + record.place
                      : method == "frames"
                          ? format("f%012lld", static_cast<long long>(record.frame))
                          : "i" + std::to_string(i);
    const auto [found, added] = unit_of_key.try_emplace(std::move(key), units.size());
    if (added) units.emplace_back();
    units[found->second].images.push_back(i);
  }
  return locate(std::move(units), *images);
}

// Cuts the ordered units into runs whose sizes are as near to the shares as whole units allow.
// Every wanted part gets a unit as long as there are enough.
void cut_runs(const std::vector<SplitUnit>& units,
              const std::vector<size_t>& order,
              const std::vector<int>& parts,
              const std::array<double, 3>& shares,
              std::vector<SplitImage>* images) {
  double total = 0, sum = 0;
  for (const SplitUnit& unit : units) total += static_cast<double>(unit.images.size());
  for (const int part : parts) sum += shares[static_cast<size_t>(part)];
  size_t run = 0, in_run = 0;
  double taken = 0, wanted = shares[static_cast<size_t>(parts[0])] / sum * total;
  for (size_t i = 0; i < order.size(); ++i) {
    const auto size = static_cast<double>(units[order[i]].images.size());
    const size_t runs_left = parts.size() - 1 - run, units_left = order.size() - i;
    const bool full = taken + size / 2 > wanted;
    if (runs_left > 0 && in_run > 0 && (full || units_left <= runs_left)) {
      ++run;
      in_run = 0;
      wanted += shares[static_cast<size_t>(parts[run])] / sum * total;
    }
    for (const size_t image : units[order[i]].images) (*images)[image].part = parts[run];
    taken += size;
    ++in_run;
  }
}

Status count_parts(const Dataset& dataset,
                   const std::array<double, 3>& shares,
                   DatasetSplit* split) {
  for (const SplitImage& image : split->images) {
    if (image.part < 0) continue;
    SplitCounts& counts = split->parts[static_cast<size_t>(image.part)];
    ++(image.query ? counts.queries : counts.database);
  }
  for (size_t part = 0; part < shares.size(); ++part) {
    const SplitCounts& counts = split->parts[part];
    if (shares[part] > 0 && counts.images() == 0) {
      return invalid_argument(format(
          "%s: the buffer leaves no image in the part %s; use a smaller buffer, other shares or "
          "another seed",
          printable(dataset.name).c_str(),
          kSplitParts[part]));
    }
    if (counts.images() > 0 && split->has_roles && (counts.queries == 0 || counts.database == 0)) {
      split->notes.push_back(format("%s has %lld queries and %lld database images; both are needed",
                                    kSplitParts[part],
                                    static_cast<long long>(counts.queries),
                                    static_cast<long long>(counts.database)));
    }
  }
  return {};
}

// A places.csv does not say when a result is right.
void note_rule(const TruthRule& rule, DatasetSplit* split) {
  std::string flags;
  if (rule.kind == TruthRule::Kind::kRadius && rule.radius_m != 25)
    flags += format(" --radius-m %g", rule.radius_m);
  if (rule.kind == TruthRule::Kind::kFrames)
    flags += format(" --tolerance-frames %d", rule.tolerance_frames);
  if (rule.min_frame_gap > 0) flags += format(" --min-frame-gap %d", rule.min_frame_gap);
  if (flags.empty()) return;
  split->notes.push_back("a result was right " + describe_rule(rule) + "; evaluate the parts with" +
                         flags);
}

}  // namespace

Result<DatasetSplit> split_dataset(const Dataset& dataset, const SplitOptions& options) {
  LOCI_RETURN_IF_ERROR(check(options));
  DatasetSplit split{.root = dataset.root, .rule = dataset.rule.kind};
  split.images = all_images(dataset, &split.has_roles);
  LOCI_TRY(method, choose_method(dataset, split.images));
  split.method = method;
  const std::vector<SplitUnit> units =
      make_units(method, dataset, &split.images, &split.without_position);

  const std::array<double, 3> shares = {options.train, options.val, options.test};
  std::vector<int> parts;
  for (int part = 0; part < 3; ++part) {
    if (shares[static_cast<size_t>(part)] > 0) parts.push_back(part);
  }
  if (units.size() < parts.size()) {
    return invalid_argument(format("%s: has %zu place%s, too few to divide into %zu parts",
                                   printable(dataset.name).c_str(),
                                   units.size(),
                                   units.size() == 1 ? "" : "s",
                                   parts.size()));
  }
  Rng rng(options.seed, "split");
  const std::vector<size_t> order = method == "positions" ? order_by_position(units, rng)
                                    : method == "frames"  ? order_by_frame(units, rng)
                                                          : shuffled(units.size(), rng);
  rng.shuffle(parts);
  cut_runs(units, order, parts, shares, &split.images);

  if (method == "positions") {
    split.dropped = drop_near_other_parts(options.buffer_m, shares, &split.images);
  } else if (method == "frames") {
    const int frames =
        options.buffer_frames >= 0 ? options.buffer_frames : dataset.rule.tolerance_frames;
    split.dropped = drop_near_frames(frames, shares, &split.images);
  }
  LOCI_RETURN_IF_ERROR(count_parts(dataset, shares, &split));
  note_rule(dataset.rule, &split);
  return split;
}

}  // namespace loci
