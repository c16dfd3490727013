// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/image/encode.h"
#include "loci/timemachine/simulate.h"

#include <mutex>
#ifdef LOCI_HAVE_EMBREE
#include "sensor.h"
#endif
#include "shots.h"

namespace loci {

#ifdef LOCI_HAVE_EMBREE
namespace {

constexpr int kGap = 6;

Status save_by_name(const std::string& path, const Image& image, int quality) {
  if (!ends_with_any(to_lower(path), {".png"})) return save_jpeg(path, image, quality);
  LOCI_TRY(bytes, encode_png(image));
  return write_file(path, bytes);
}

Image lay_out(const std::vector<Image>& images, int columns) {
  const int w = images[0].width, h = images[0].height;
  const int rows = (static_cast<int>(images.size()) + columns - 1) / columns;
  Image sheet(columns * w + (columns - 1) * kGap, rows * h + (rows - 1) * kGap);
  std::fill(sheet.pixels.begin(), sheet.pixels.end(), uint8_t{255});
  for (size_t i = 0; i < images.size(); ++i) {
    const int x = static_cast<int>(i) % columns * (w + kGap),
              y = static_cast<int>(i) / columns * (h + kGap);
    for (int row = 0; row < h; ++row)
      std::copy_n(images[i].at(0, row), static_cast<size_t>(w) * 3, sheet.at(x, y + row));
  }
  return sheet;
}

Status write_sheet(const std::string& path,
                   town::Town& town,
                   const std::vector<town::Shot>& shots,
                   int columns,
                   const SimulateOptions& options,
                   const JobControl& job) {
  std::vector<Image> images(shots.size());
  std::mutex mutex;
  int64_t done = 0;
  parallel_for(
      static_cast<int64_t>(shots.size()), 1, options.threads, [&](int64_t begin, int64_t end) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
          if (job.cancelled()) return;
          const town::Frame frame = town.frame(shots[i].visit, shots[i].camera);
          auto rendering = town::render(frame, shots[i].camera, job);
          if (!rendering.ok()) return;
          images[i] = town::develop(std::move(rendering).value(), shots[i].visit, frame.sky);
          const std::lock_guard lock(mutex);
          job.progress("photographing", ++done, static_cast<int64_t>(shots.size()));
        }
      });
  if (job.cancelled())
    return cancelled(format("%s: not written; stopped after %lld of %zu pictures",
                            path.c_str(),
                            static_cast<long long>(done),
                            shots.size()));
  return save_by_name(path, lay_out(images, columns), options.quality);
}

}  // namespace

Status write_time_sheet(const std::string& path,
                        const SimulateOptions& options,
                        int place,
                        const JobControl& job) {
  LOCI_RETURN_IF_ERROR(options.validate());
  if (place < 0 || place >= options.num_places)
    return invalid_argument(format("place %d of %d", place, options.num_places));
  LOCI_TRY(town,
           town::Town::create(town::make_plan(town::plan_options(options)),
                              options.first_year,
                              options.first_year + 12));
  const town::Place& where = town->plan().places[static_cast<size_t>(place)];
  return write_sheet(path, *town, town::sheet_shots(town->plan(), options, where), 4, options, job);
}

Status write_place_sheet(const std::string& path,
                         const SimulateOptions& options,
                         int columns,
                         int rows,
                         const JobControl& job) {
  LOCI_RETURN_IF_ERROR(options.validate());
  if (columns < 1 || rows < 1 || columns * rows > options.num_places)
    return invalid_argument("more pictures than places on the sheet");
  LOCI_TRY(town,
           town::Town::create(town::make_plan(town::plan_options(options)),
                              options.first_year,
                              town::last_year(options)));
  const std::vector<town::Shot> all = town::list_shots(town->plan(), options);
  std::vector<town::Shot> shots;
  const int n = columns * rows;
  for (int i = 0; i < n; ++i)
    shots.push_back(all[static_cast<size_t>(i) * options.num_places / n * options.num_times]);
  return write_sheet(path, *town, shots, columns, options, job);
}

#else

Status write_time_sheet(const std::string&, const SimulateOptions&, int, const JobControl&) {
  return unsupported(
      "this build of loci cannot simulate towns: install Embree 3 (Debian: libembree-dev) and "
      "build with LOCI_WITH_EMBREE=ON");
}
Status write_place_sheet(
    const std::string& path, const SimulateOptions& options, int, int, const JobControl&) {
  return write_time_sheet(path, options);
}

#endif

}  // namespace loci
