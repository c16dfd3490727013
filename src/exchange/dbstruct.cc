// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/dbstruct.h"

#include "guard.h"

#include "loci/base/text.h"
#include "loci/exchange/file_tree.h"

#include <cmath>
#include <cstring>

namespace loci {
namespace {

using Kind = FileValue::Kind;

const FileValue& field(const FileValue& db, const char* name) {
  const FileValue* value = db.find(name);
  if (value == nullptr) fail_corrupt(std::string("dbStruct has no field ") + name);
  return *value;
}

std::vector<std::string> names(const FileValue& db, const char* name) {
  const FileValue& value = field(db, name);
  if (value.is(Kind::kText)) return {value.text};
  if (value.is(Kind::kTensor) && value.tensor.size() == 0) return {};
  std::vector<std::string> out;
  if (!value.is(Kind::kList))
    fail_corrupt(std::string("dbStruct.") + name + " is no list of names");
  for (const FileValue& item : value.items) {
    if (!item.is(Kind::kText)) {
      fail_corrupt(std::string("dbStruct.") + name + "{" + std::to_string(out.size() + 1) +
                   "} is no text");
    }
    out.push_back(item.text);
  }
  return out;
}

/// UTM coordinates need float64: 4.5 million metres and centimetres.
std::vector<double> doubles(const FileValue& value, const std::string& name) {
  if (!value.is(Kind::kTensor)) fail_corrupt("dbStruct." + name + " is no array of numbers");
  const Tensor tensor = row_major(value);
  if (tensor.dtype != DType::kF64) {
    const std::vector<float> floats = tensor.to_floats();
    return {floats.begin(), floats.end()};
  }
  std::vector<double> out(static_cast<size_t>(tensor.size()));
  if (!out.empty()) std::memcpy(out.data(), tensor.bytes.data(), out.size() * sizeof(double));
  return out;
}

std::vector<std::pair<double, double>> positions(const FileValue& db,
                                                 const char* name,
                                                 size_t count) {
  const FileValue& value = field(db, name);
  const std::vector<double> numbers = doubles(value, name);
  const auto& shape = value.tensor.shape;
  if (numbers.size() != 2 * count || shape.size() != 2 || (shape[0] != 2 && shape[1] != 2)) {
    fail_corrupt(std::string("dbStruct.") + name + " is " + value.describe() + ", expected 2x" +
                 std::to_string(count));
  }
  const bool rows = shape[0] == 2;  // MATLAB's form; some tools transpose it
  std::vector<std::pair<double, double>> out;
  size_t odd = 0, first_odd = 0;
  for (size_t i = 0; i < count; ++i) {
    out.emplace_back(rows ? numbers[i] : numbers[2 * i],
                     rows ? numbers[count + i] : numbers[2 * i + 1]);
    if (std::isfinite(out.back().first) && std::isfinite(out.back().second)) continue;
    if (odd++ == 0) first_odd = i;
  }
  if (2 * odd > count) {  // a few photographs without a position are no damage
    fail_corrupt(std::string("dbStruct.") + name + ": " + std::to_string(odd) +
                 " positions are no numbers, the first is position " +
                 std::to_string(first_odd + 1));
  }
  return out;
}

std::vector<double> times(const FileValue& db, const char* name, size_t count) {
  const FileValue* value = db.find(name);
  if (value == nullptr) return {};
  std::vector<double> out = doubles(*value, name);
  if (out.empty()) return {};
  if (out.size() != count) {
    fail_corrupt(std::string("dbStruct.") + name + " has " + std::to_string(out.size()) +
                 " values for " + std::to_string(count) + " images");
  }
  return out;
}

double positive_number(const FileValue& db, const char* name, double usual) {
  const FileValue* value = db.find(name);
  if (value == nullptr) return usual;
  const double number = value->number(-1);
  if (!(number > 0) || !std::isfinite(number))
    fail_corrupt(std::string("dbStruct.") + name + " is no positive number");
  return number;
}

DbStruct from_tree(const FileTree& tree) {
  const FileValue* db = tree.root.find("dbStruct");
  if (db == nullptr && tree.root.find("dbImageFns") != nullptr) db = &tree.root;
  if (db == nullptr || !db->is(Kind::kDict)) {
    std::string names;
    if (tree.root.is(Kind::kDict)) {
      for (const std::string& name : tree.root.keys) {
        if (names.size() > 100) break;
        names += (names.empty() ? "" : ", ") + printable(name);
      }
    }
    fail_unsupported(
        "has no variable dbStruct" + (names.empty() ? "" : ", but " + names) +
        "; a list of images and positions is expected, and 'loci inspect' shows what is in it");
  }
  DbStruct out;
  if (const FileValue* set = db->find("whichSet"); set != nullptr && set->is(Kind::kText))
    out.which_set = set->text;
  out.db_images = names(*db, "dbImageFns");
  out.q_images = names(*db, "qImageFns");
  out.db_utm = positions(*db, "utmDb", out.db_images.size());
  out.q_utm = positions(*db, "utmQ", out.q_images.size());
  out.db_time = times(*db, "dbTimeStamp", out.db_images.size());
  out.q_time = times(*db, "qTimeStamp", out.q_images.size());
  out.pos_dist_thr_m = positive_number(*db, "posDistThr", 25);
  out.non_triv_pos_dist_sq_thr = positive_number(*db, "nonTrivPosDistSqThr", 100);
  for (const auto& [count_name, count] :
       {std::pair{"numImages", out.db_images.size()}, {"numQueries", out.q_images.size()}}) {
    const FileValue* stored = db->find(count_name);
    if (stored != nullptr && stored->number(-1) != static_cast<double>(count)) {
      fail_corrupt(std::string("dbStruct.") + count_name + " is " + stored->describe() +
                   ", the list has " + std::to_string(count) + " names");
    }
  }
  return out;
}

}  // namespace

Result<DbStruct> read_dbstruct(const std::string& path) {
  LOCI_TRY(tree, read_tree(path));
  return parse_dbstruct(tree);
}

Result<DbStruct> parse_dbstruct(const FileTree& tree) {
  return guarded(printable(tree.path), [&] { return from_tree(tree); });
}

}  // namespace loci
