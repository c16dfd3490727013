// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor_checks.h"

#include "loci/base/check.h"

#include <algorithm>

namespace loci::internal {
namespace {

constexpr Severity kError = Severity::kError, kWarning = Severity::kWarning,
                   kNote = Severity::kNote;

constexpr DoctorCheck kChecks[] = {
    {"absent",
     kError,
     "The set is refused, or evaluated without them: figures are not comparable with those of "
     "others.",
     "Fetch the missing files, or take their rows out of the list."},
    {"broken",
     kError,
     "They get no descriptor: a broken query counts as a miss, a broken database image can never "
     "be found.",
     "Fetch these files again; take out those that cannot be had."},
    {"blank",
     kWarning,
     "There is nothing to recognise: such queries are misses, and such database images match each "
     "other.",
     "Take them out: covered lenses, white-outs and failed downloads look like this."},
    {"tiny",
     kWarning,
     "A network of stride 16 sees a map of at most 4 cells across; figures say little about "
     "ordinary photographs.",
     "Use the originals instead of thumbnails, or compare only with results on the same small "
     "pictures."},
    {"huge",
     kNote,
     "Decoding takes most of the time and memory; networks see them at about 640 x 480 anyway.",
     "Make them smaller once (longer side 1,600) and index those."},
    {"mixed_sizes",
     kNote,
     "Descriptors depend on scale and shape; training needs one size in a batch and will resize or "
     "crop.",
     "State the size used with every figure, or resize all to one size first."},
    {"query_copy",
     kError,
     "The answer is the query's own file: recall is too high by as much.",
     "Take the copies out of the database or of the queries."},
    {"query_near_copy",
     kWarning,
     "Nearly the same picture is both question and answer: recall flatters, and says nothing about "
     "other light or another view.",
     "Choose queries from another drive, day or camera; or evaluate the others apart."},
    {"copies",
     kWarning,
     "They take up places among the first N answers and weigh double in training.",
     "Keep one of each."},
    {"near_copies",
     kNote,
     "They fill the first N answers with one view and teach nothing new.",
     "Keep every n-th frame, or leave out those taken while the camera stood still."},
    {"parts_share_copies",
     kError,
     "What is tested was trained on: the figures of the test part are too high.",
     "Take the copies out of the training part."},
    {"parts_share_near_copies",
     kWarning,
     "Nearly what is tested was trained on: the figures of the test part flatter.",
     "Divide by drives and areas instead of single photographs."},
    {"zero_position",
     kError,
     "They count as taken in the Gulf of Guinea or at the corner of the grid: never right there.",
     "Clear the position where the receiver had no fix, or take the photographs out."},
    {"swapped_position",
     kError,
     "They lie in another country: their queries find no positive, their right answers count as "
     "wrong.",
     "Exchange the two numbers of these photographs."},
    {"impossible_position",
     kError,
     "There is no such place; the photograph counts as without position.",
     "Correct the latitude (-90 to 90) and longitude (-180 to 180)."},
    {"wrong_zone",
     kError,
     "Positions of different zones are hundreds of kilometres apart: right answers count as wrong.",
     "Correct the zone (and the letter of the latitude band), or compute metres in the zone that "
     "is "
     "stated."},
    {"position_conflict",
     kError,
     "Metres decide what is right, degrees what is drawn: one of them is wrong.",
     "Compute one from the other; the details give the distance between the two."},
    {"zone_missing",
     kError,
     "A position without a zone is never near one with a zone: right answers count as wrong.",
     "Give all positions a UTM zone, or none where all share one grid."},
    {"stray_position",
     kWarning,
     "Alone far from everything: a query without positive, or a database image that is no right "
     "answer to anything.",
     "Look at these photographs; correct or clear positions of receivers that jumped."},
    {"exif_conflict",
     kWarning,
     "One of two positions is wrong, and which of them is used depends on the program that reads "
     "the set.",
     "Find out which is right (the map helps) and write the name or the EXIF data anew."},
    {"no_position",
     kWarning,
     "Without position a query is a miss and a database image is never right.",
     "Give them positions, or take them out of the set."},
    {"no_positive",
     kWarning,
     "These queries are misses whatever the method: recall cannot reach 1; training passes them "
     "over.",
     "Report recall over answerable queries too, take them out, or add database images there."},
    {"no_truth",
     kError,
     "Recall cannot be measured, and training finds no positives.",
     "Give positions, place names or frame order (docs/data_sets.md); look at the map and at "
     "--radius-m."},
    {"too_easy",
     kWarning,
     "A blind guess is right more often than not: the figures cannot tell methods apart.",
     "Make the radius smaller, or correct positions and labels that are all the same."},
    {"parts_overlap",
     kError,
     "Places that are tested were trained on: the figures of the test part are too high.",
     "Divide the set by area with a gap of the radius between the parts; take these photographs "
     "out of training."},
    {"no_time",
     kWarning,
     "Time-machine training and rules that ask for another time pass these over or treat them "
     "wrongly.",
     "Add the times (EXIF DateTimeOriginal, or the column time)."},
    {"future_time",
     kError,
     "The clock or the format was wrong: which photographs are of another time is not known.",
     "Correct the camera's times, or how day, month and year are read."},
    {"unset_clock",
     kWarning,
     "The camera's clock was not set: these seem to be of one other time.",
     "Correct or clear these times."},
    {"all_times_equal",
     kWarning,
     "No photograph is of another time: time-machine training finds no pairs, and a rule that "
     "passes over the query's own time leaves no answer.",
     "Use the times of exposure, not of copying or export."},
    {"one_time_places",
     kNote,
     "Useless for time-machine training, which learns from one place at several times; evaluation "
     "is not affected.",
     "Add visits of these places, or leave them out of training."},
};

}  // namespace

std::span<const DoctorCheck> doctor_checks() { return kChecks; }

const DoctorCheck& doctor_check(std::string_view name) {
  const auto* found = std::find_if(
      std::begin(kChecks), std::end(kChecks), [&](const auto& c) { return name == c.name; });
  LOCI_REQUIRE(found != std::end(kChecks), "a check of the table");
  return *found;
}

}  // namespace loci::internal
