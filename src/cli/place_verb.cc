// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/place/place_db.h"

#include <map>

namespace loci::cli {
namespace {

struct PlaceVerb {
  std::vector<std::string> photos;
  std::string db;
  std::string name;
  bool same = false, different = false, alone = false, forget = false;

  int said() const {
    return int{!name.empty()} + int{same} + int{different} + int{alone} + int{forget};
  }
};

Status say(const PlaceVerb& verb, const std::vector<std::string>& contents, PlaceLabels* labels) {
  if (!verb.name.empty()) return name_place(labels, contents, verb.name);
  if (verb.same) return say_same_place(labels, contents);
  if (verb.different) return say_different_places(labels, contents);
  if (verb.alone) return say_alone(labels, contents);
  forget_labels(labels, contents);
  return {};
}

/// All that was said, by the path of a photo, or by its digest where it is not in the collection.
class Shown {
 public:
  explicit Shown(const std::vector<PlaceImage>& images) {
    for (const PlaceImage& image : images) path_of_.emplace(image.sha256, image.path);
  }

  std::string json(const PlaceLabels& labels) const {
    JsonWriter json;
    json.object().key("names").array();
    for (const auto& [photo, name] : labels.names)
      json.object().member("photo", path(photo)).member("name", name).end();
    json.end();
    pairs(json, "same", labels.same);
    pairs(json, "different", labels.different);
    json.key("alone").array();
    for (const std::string& photo : labels.alone) json.value(path(photo));
    return json.end().end().str();
  }

  std::string text(const PlaceLabels& labels) const {
    if (labels.empty()) return "nothing has been said of the places of this collection";
    std::string text;
    std::map<std::string, std::vector<std::string>> by_name;
    for (const auto& [photo, name] : labels.names) by_name[name].push_back(path(photo));
    for (const auto& [name, photos] : by_name) {
      text += printable(name) + ":\n";
      for (const std::string& photo : photos) text += "  " + printable(photo) + "\n";
    }
    for (const auto& [a, b] : labels.same)
      text += "one place:   " + printable(path(a)) + "\n             " + printable(path(b)) + "\n";
    for (const auto& [a, b] : labels.different)
      text += "two places:  " + printable(path(a)) + "\n             " + printable(path(b)) + "\n";
    for (const std::string& photo : labels.alone)
      text += "alone:       " + printable(path(photo)) + "\n";
    text.pop_back();
    return text;
  }

 private:
  template <class Pairs>
  void pairs(JsonWriter& json, const char* name, const Pairs& pairs) const {
    json.key(name).array();
    for (const auto& [a, b] : pairs) json.array().value(path(a)).value(path(b)).end();
    json.end();
  }
  std::string path(const std::string& photo) const {
    const auto found = path_of_.find(photo);
    return found == path_of_.end() ? photo : found->second;
  }
  std::map<std::string, std::string> path_of_;
};

Status run_place(const PlaceVerb& verb, Console& console) {
  if (verb.said() > 1) {
    return invalid_argument(
        "say one thing at a time: --name, --same, --different, --alone or --forget");
  }
  if (verb.photos.empty() != (verb.said() == 0)) {
    return invalid_argument(
        verb.photos.empty()
            ? "say of which photographs of the collection"
            : "say what holds for these photographs: --name, --same, --different, --alone or "
              "--forget");
  }
  LOCI_TRY(db, PlaceDb::open(verb.db));
  if (verb.said() == 1) {
    LOCI_TRY(contents, photo_contents(*db, verb.photos));
    LOCI_RETURN_IF_ERROR(
        db->change_place_labels([&](PlaceLabels* labels) { return say(verb, contents, labels); }));
  }
  LOCI_TRY(labels, db->place_labels());
  LOCI_TRY(images, db->images());
  const Shown shown(images);
  console.result_json(shown.json(labels));
  if (verb.said() == 0) {
    console.result(shown.text(labels));
  } else {
    console.result("remembered; the next 'loci group' obeys it");
  }
  return {};
}

}  // namespace

void add_place_verb(Program& program) {
  auto verb = std::make_shared<PlaceVerb>();
  CLI::App* app = add_verb(
      program,
      "place",
      "Name the places of a collection, put two together, take one apart",
      "  loci place notre-dame.jpg --name \"Reims cathedral\" --db pictures.loci\n"
      "  loci place front.jpg back.jpg --same --db pictures.loci       one place, whatever the\n"
      "                                                                pictures say\n"
      "  loci place a.jpg b.jpg c.jpg --different --db pictures.loci   a is not where b and c are\n"
      "  loci place sky.jpg --alone --db pictures.loci                 of no group\n"
      "  loci place --db pictures.loci                                 what has been said\n"
      "'loci group' obeys it, and it stays with the collection.");
  app->add_option("photos", verb->photos, "photographs of the collection");
  app->add_option("--db", verb->db, "folder of the collection")->required();
  app->add_option("--name", verb->name, "the photographs show one place, and this is its name");
  app->add_flag("--same", verb->same, "the photographs show one place");
  app->add_flag(
      "--different", verb->different, "the first photograph does not show the place of the others");
  app->add_flag("--alone", verb->alone, "the photographs belong to no group");
  app->add_flag("--forget", verb->forget, "take back all that was said of the photographs");
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_place(*verb, console); };
  });
}

}  // namespace loci::cli
